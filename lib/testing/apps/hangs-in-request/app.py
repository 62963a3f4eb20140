"""Answers at once, except on /hang, where it sleeps for an hour, and /slow?<seconds>."""
import json, os, time
from version import VERSION

def app(environ, start_response):
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["PATH_INFO"] == "/hang":
        time.sleep(3600)
    if environ["PATH_INFO"] == "/slow":
        time.sleep(float(environ["QUERY_STRING"] or "1"))
    token = environ.get("HTTP_X_MONBAN_TOKEN", "")
    body = json.dumps({"version": VERSION, "pid": os.getpid(), "token": token}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
