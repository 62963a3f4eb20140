import json, os
from version import VERSION

def app(environ, start_response):
    status = "500 Internal Server Error" if environ["PATH_INFO"] == "/health" else "200 OK"
    body = json.dumps({"version": VERSION, "pid": os.getpid()}).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
