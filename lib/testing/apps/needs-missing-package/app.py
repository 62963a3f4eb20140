import json
import package_that_nobody_has
from version import VERSION

def app(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps({"version": VERSION}).encode()]
