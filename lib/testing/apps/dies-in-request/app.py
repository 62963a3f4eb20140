"""Answers at once; /exit, /kill and /segfault end its worker, /raise fails."""
import ctypes, json, os
from version import VERSION

ends = {"/exit": lambda: os._exit(9), "/kill": lambda: os.kill(os.getpid(), 9), "/segfault": lambda: ctypes.string_at(0)}

def app(environ, start_response):
    ends.get(environ["PATH_INFO"], lambda: None)()
    if environ["PATH_INFO"] == "/raise":
        raise ValueError("boom")
    start_response("200 OK", [])
    return [json.dumps({"version": VERSION, "pid": os.getpid()}).encode()]
