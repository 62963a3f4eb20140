"""Answers its first requests, as a probe makes them, and dies on every one after."""
import json, os
from version import VERSION

served = 0

def app(environ, start_response):
    global served
    served += 1
    if environ.get("HTTP_X_MONBAN_TOKEN") or served > int(os.environ.get("HEALTHY_REQUESTS", "6")):
        os._exit(9)
    start_response("200 OK", [])
    return [json.dumps({"version": VERSION, "pid": os.getpid()}).encode()]
