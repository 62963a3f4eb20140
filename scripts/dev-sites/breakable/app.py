"""A site for developers of Monban: each page goes wrong in one way. To break a reload, break this file."""

import os
import signal
import time

from flask import Flask

app = Flask(__name__)
kept = []
WAYS = {
    "/error": "an exception, answered with 500",
    "/slow": "an answer after 5 seconds",
    "/hang": "an answer after 10 minutes; the watchdog comes first",
    "/exit": "the worker ends itself",
    "/kill": "the worker is killed, as when memory runs out",
    "/leak": "50 MB more memory with every visit",
}


@app.get("/")
def home():
    return "<h1>Break me</h1>" + "".join(f'<p><a href="{path}">{path}</a> {text}</p>' for path, text in WAYS.items())


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/error")
def error():
    raise RuntimeError("broken on purpose")


@app.get("/slow")
def slow():
    time.sleep(5)
    return "late"


@app.get("/hang")
def hang():
    time.sleep(600)
    return "very late"


@app.get("/exit")
def exit_worker():
    os._exit(1)


@app.get("/kill")
def kill():
    os.kill(os.getpid(), signal.SIGKILL)
    return "not reached"


@app.get("/leak")
def leak():
    kept.append(bytearray(b"x" * 50_000_000))
    return f"{len(kept) * 50} MB"
