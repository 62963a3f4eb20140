"""Prints 1,000 numbered lines per request, bytes that are no text among them."""
import json, os, sys
from version import VERSION

def app(environ, start_response):
    for number in range(1000):
        print(f"WARNING:shop:line {number} of {os.getpid()}", file=sys.stderr)
    sys.stderr.buffer.write(b"\x00\xff\xfe garbage\n")
    sys.stderr.flush()
    start_response("200 OK", [])
    return [json.dumps({"version": VERSION, "pid": os.getpid()}).encode()]
