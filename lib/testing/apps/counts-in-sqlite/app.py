"""POST stores its token; GET tells how many there are, and how many of them differ."""
import json, os, sqlite3
from version import VERSION

def app(environ, start_response):
    token = environ.get("HTTP_X_MONBAN_TOKEN", "")
    with sqlite3.connect("instance/counts.db", timeout=30) as db:
        db.execute("create table if not exists counts (token text)")
        if environ["REQUEST_METHOD"] == "POST":
            db.execute("insert into counts values (?)", (token,))
        rows, tokens = db.execute("select count(*), count(distinct token) from counts").fetchone()
    body = json.dumps({"version": VERSION, "pid": os.getpid(), "token": token, "rows": rows, "tokens": tokens})
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body.encode()]
