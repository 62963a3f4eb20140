import os
from flask import Flask, request
from version import VERSION

app = Flask(__name__)

@app.route("/health")
@app.route("/", methods=["GET", "POST"])
def index():
    return {"version": VERSION, "pid": os.getpid(), "token": request.headers.get("X-Monban-Token", "")}

@app.route("/raise")
def fail():
    raise ValueError("boom")
