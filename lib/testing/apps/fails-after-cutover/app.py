"""Healthy to whoever asks for /health, and 500 to everybody else."""
import json, os
from version import VERSION

def app(environ, start_response):
    status = "200 OK" if environ["PATH_INFO"] == "/health" else "500 Internal Server Error"
    start_response(status, [])
    return [json.dumps({"version": VERSION, "pid": os.getpid()}).encode()]
