"""The site that Monban starts with: one page that shows the way a request took to get here."""

import os
import sqlite3
import sys
import time
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from flask import Flask, jsonify, render_template, request

app = Flask(__name__)
started = time.time()
data = Path(__file__).resolve().parent / "instance"


def release():
    """The folder this code runs in is named by its release; in place there is none."""
    name = Path(__file__).resolve().parent.name
    return name if name.isdigit() else None


def count_visit():
    """Counts in instance/visits.db, which outlives releases. None when it cannot be written."""
    try:
        data.mkdir(exist_ok=True)
        with closing(sqlite3.connect(data / "visits.db", timeout=2)) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS visits (id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER)")
            return database.execute(
                "INSERT INTO visits VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET count = count + 1 RETURNING count"
            ).fetchone()[0]
    except (OSError, sqlite3.Error):
        return None


def facts():
    return {
        "client": request.headers.get("X-Forwarded-For", request.remote_addr or "a local socket"),
        "scheme": request.headers.get("X-Forwarded-Proto", request.scheme),
        "host": request.host,
        "requestId": request.headers.get("X-Request-ID"),
        "server": request.environ.get("SERVER_SOFTWARE", "unknown"),
        "worker": os.getpid(),
        "release": release(),
        "upSeconds": round(time.time() - started),
        "python": sys.version.split()[0],
        "flask": version("flask"),
    }


@app.get("/")
def home():
    return render_template("home.html", visits=count_visit(), **facts())


@app.get("/api/facts")
def api_facts():
    return jsonify(facts())


@app.get("/health")
def health():
    return {"status": "ok"}


if __name__ == "__main__":
    app.run()
