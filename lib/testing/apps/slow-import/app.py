import json, os, time
from version import VERSION

time.sleep(float(os.environ.get("IMPORT_SECONDS", "2")))

def app(environ, start_response):
    body = json.dumps({"version": VERSION, "pid": os.getpid()}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
