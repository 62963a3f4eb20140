import json, os
from version import VERSION

def app(environ, start_response):
    size = int(environ.get("CONTENT_LENGTH") or 0)
    token = environ.get("HTTP_X_MONBAN_TOKEN", "")
    received = len(environ["wsgi.input"].read(size))
    body = json.dumps({"version": VERSION, "pid": os.getpid(), "token": token, "received": received}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
