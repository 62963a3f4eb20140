"""POST /<name> writes the body to uploads/<name>; GET reads it back."""
import os
from version import VERSION

def app(environ, start_response):
    path = os.path.join("uploads", os.path.basename(environ["PATH_INFO"]) or "index")
    os.makedirs("uploads", exist_ok=True)
    if environ["REQUEST_METHOD"] == "POST":
        with open(path, "wb") as file:
            file.write(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
    found = os.path.exists(path)
    start_response("200 OK" if found else "404 Not Found", [("X-Version", VERSION), ("X-Pid", str(os.getpid()))])
    return [open(path, "rb").read() if found else b""]
