"""Server hooks of gunicorn: what every worker is doing, in one memory-mapped file, at about 1.5 µs a request.

The generated configuration loads this file by its path, calls configure(...) and, at its end, install(globals()).
Hooks that a configuration sets itself are called too. An error in here is counted and never reaches a request.

The file FACTS (made by the supervisor, mapped by the master, inherited by the workers; read by
lib/core/worker-facts.ts, which repeats this table). All numbers are unsigned, native byte order; times in ms since the epoch.

    header  256 bytes   u64: magic "MONBANF1", layout 1, rows, slots per row, generation, master pid, master start time,
                             created at, hook errors of the master
    rows                one per worker: 256 bytes of its own, then its slots
        worker 256 b    u64: pid (0: unused), start time (field 22 of /proc/<pid>/stat), started at, ready at (0: not yet),
                             exited at (0: alive), hook errors, age, number of the signal that writes stacks,
                             timed out at (0: it did not)
        slot   256 b    one per thread that served a request, so that no lock is needed and counts are exact
                        u64: requests, 4xx, 5xx, sum of latencies in µs, busy since (0: idle)
                        u32 × 20: latencies; bucket 0 below 128 µs, bucket k from 64·2^k µs, the last without an end
                        136 bytes: "METHOD /path" being or last served, without the query, NUL-padded

The file FACTS.exits gets one JSON line for each worker that ended, written by the master:
    n, pid, startTime, startedAt, at, code, signal, timedOut, ready, serving (what it was busy with), requests
The file STACKS gets the Python stacks of a worker that timed out, and of any worker that is sent SIGURG (ignored by
everybody who does not know it, so it is safe to send).

Runs with Python 3.9 and gunicorn 20 and newer. The site's own code can write to all three files.
"""
import faulthandler
import inspect
import itertools
import json
import mmap
import os
import signal
import sys
import threading
import time
import traceback

MAGIC = int.from_bytes(b"MONBANF1", sys.byteorder)
LAYOUT = 1
ROWS = 100  # more workers than one site may have (64), with room for those that are ending
HEADER_BYTES = WORKER_BYTES = SLOT_BYTES = 256
BUCKETS = 20
BUCKETS_AT, TEXT_AT, TEXT_BYTES = 40, 120, 136
MAX_EXITS_BYTES, KEPT_EXITS_BYTES = 256 * 1024, 64 * 1024
MAX_STACKS_BYTES = 1024 * 1024
MAX_SERVING = 16
STACKS_SIGNAL = signal.SIGURG

_settings = {"facts": None, "stacks": None, "generation": 0, "slots": 1}
_local = threading.local()
_next_slot = itertools.count()
_map = _bytes = _words = _counts = None
_row = None  # byte offset of this worker's row
_aborting = False
_stacks = None
_exits_written = itertools.count(1)
_complained = False
_now, _clock = time.time, time.monotonic_ns


def configure(facts, stacks, generation, threads):
    """Paths of the two files, the number of the generation, and how many threads a worker has."""
    _settings.update(facts=facts, stacks=stacks, generation=generation, slots=threads + 1)


def install(namespace):
    """Adds the hooks to a configuration; those it has already are called before or after ours."""
    for name, hook in _HOOKS.items():
        theirs = namespace.get(name)
        namespace[name] = _both(name, hook, theirs) if callable(theirs) else hook


def _both(name, ours, theirs):
    if name == "post_request":  # gunicorn takes it with 2, 3 or 4 parameters
        count = len(inspect.signature(theirs).parameters)

        def post(worker, req, environ, resp):
            ours(worker, req, environ, resp)
            theirs(*(worker, req, environ, resp)[:count])
        return post
    if name in ("on_starting",):
        def one(server):
            ours(server)
            theirs(server)
        return one
    if name in ("post_worker_init", "worker_abort"):
        def one_worker(worker):
            ours(worker)
            theirs(worker)
        return one_worker

    def two(first, second):
        ours(first, second)
        theirs(first, second)
    return two


# Requests. These two are all that a visitor waits for, so they are written for speed.

def pre_request(worker, req):
    try:
        slot = _local.slot
    except AttributeError:
        slot = _claim_slot()
    if slot is None:
        return
    try:
        slot[1] = _clock()
        text = (req.method + " " + req.path).encode("latin-1", "replace")[:TEXT_BYTES]
        at = slot[0] + TEXT_AT
        _bytes[at:at + TEXT_BYTES] = text.ljust(TEXT_BYTES, b"\0")
        _words[(slot[0] >> 3) + 4] = int(_now() * 1000)
    except Exception:
        _count_error()


def post_request(worker, req, environ, resp):
    try:
        offset, began = _local.slot
        if began is None:
            return
        _local.slot[1] = None
        at = offset >> 3
        words = _words
        words[at] += 1
        status = resp.status_code if resp is not None and resp.headers_sent else _unsent_status(resp)
        if status >= 400:
            words[at + (1 if status < 500 else 2)] += 1
        took = (_clock() - began) // 1000
        words[at + 3] += took
        bucket = took.bit_length() - 7
        _counts[(offset + BUCKETS_AT >> 2) + (0 if bucket < 0 else bucket if bucket < BUCKETS else BUCKETS - 1)] += 1
        if not _aborting:  # a worker that timed out leaves the mark of what it was doing
            words[at + 4] = 0
    except (AttributeError, TypeError):
        if getattr(_local, "slot", None) is not None:
            _count_error()
    except Exception:
        _count_error()


def _unsent_status(resp):
    """The application failed before its first byte: a 500, unless the visitor was the one who left."""
    error = sys.exc_info()[1]
    if isinstance(error, OSError) and resp is not None:
        return resp.status_code or 0
    return 500


def _claim_slot():
    """Gives this thread its slot for good."""
    _local.slot = None
    try:
        index = next(_next_slot)
        if _row is None or index >= _settings["slots"]:
            raise RuntimeError("no slot is left for this thread")
        _local.slot = [_row + WORKER_BYTES + index * SLOT_BYTES, None]
    except Exception:
        _count_error()
    return _local.slot


# Lives of workers.

def _guarded(hook):
    """Slow hooks: an error is counted, told once, and goes no further."""
    def guarded(*args):
        try:
            hook(*args)
        except Exception:
            _count_error()
    guarded.__name__ = hook.__name__
    # gunicorn asks how many parameters a hook has
    guarded.__signature__ = inspect.signature(hook)
    return guarded


@_guarded
def on_starting(server):
    _open_map(anew=True)


@_guarded
def pre_fork(server, worker):
    if _map is None:
        _open_map(anew=False)
    worker.monban_row = _free_row(worker.age)


@_guarded
def post_fork(server, worker):
    global _row, _aborting
    _aborting = False
    _row = worker.monban_row
    at = _row >> 3
    _words[at + 1] = _start_time("self")
    _words[at + 2] = int(_now() * 1000)
    _words[at + 6] = worker.age
    _words[at] = os.getpid()
    _register_stacks()
    if _stacks is not None:
        _words[at + 7] = int(STACKS_SIGNAL)


@_guarded
def post_worker_init(worker):
    _words[(_row >> 3) + 3] = int(_now() * 1000)


@_guarded
def worker_abort(worker):
    """gunicorn gives up on this worker: it was silent for longer than the timeout."""
    global _aborting
    _aborting = True
    _words[(_row >> 3) + 8] = int(_now() * 1000)  # gunicorn may let such a worker end with exit code 0
    if _stacks is None:
        return
    serving = ", ".join(_serving(_row)) or "nothing"
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    _stacks.write(f"--- {stamp} worker {os.getpid()} timed out while serving {serving}\n".encode())
    faulthandler.dump_traceback(_stacks, all_threads=True)


@_guarded
def child_exit(server, worker):
    """In the master, after a worker was reaped."""
    row = getattr(worker, "monban_row", None)
    if row is None or _words[row >> 3] != worker.pid:
        return
    at, now = row >> 3, int(_now() * 1000)
    code, name = _how_it_ended()
    slots = range(row + WORKER_BYTES, row + _row_bytes(), SLOT_BYTES)
    _write_exit({
        "n": next(_exits_written), "pid": worker.pid, "startTime": _words[at + 1], "startedAt": _words[at + 2],
        "at": now, "code": code, "signal": name, "timedOut": _words[at + 8] != 0, "ready": _words[at + 3] != 0,
        "serving": _serving(row), "requests": sum(_words[slot >> 3] for slot in slots),
    })
    _words[at + 4] = now


_HOOKS = {hook.__name__: hook for hook in (
    on_starting, pre_fork, post_fork, post_worker_init, worker_abort, child_exit, pre_request, post_request)}


# The map.

def _open_map(anew):
    global _map, _bytes, _words, _counts
    if _settings["facts"] is None:
        raise RuntimeError("configure() was not called")
    size = HEADER_BYTES + ROWS * _row_bytes()
    fd = os.open(_settings["facts"], os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if anew or os.fstat(fd).st_size != size:
            os.ftruncate(fd, 0)
            os.ftruncate(fd, size)
            anew = True
        _map = mmap.mmap(fd, size, mmap.MAP_SHARED)
    finally:
        os.close(fd)
    _bytes = memoryview(_map)
    _words, _counts = _bytes.cast("Q"), _bytes.cast("I")
    if anew:
        for at, number in enumerate((
                0, LAYOUT, ROWS, _settings["slots"], _settings["generation"], os.getpid(), _start_time("self"),
                int(_now() * 1000))):
            _words[at] = number
        _words[0] = MAGIC


def _row_bytes():
    return WORKER_BYTES + _settings["slots"] * SLOT_BYTES


def _free_row(age):
    """A row whose worker has ended, emptied. When none has, the oldest would be overwritten: that is refused."""
    for step in range(ROWS):
        row = HEADER_BYTES + (age - 1 + step) % ROWS * _row_bytes()
        if _words[row >> 3] == 0 or _words[(row >> 3) + 4] != 0:
            _bytes[row:row + _row_bytes()] = bytes(_row_bytes())
            return row
    raise RuntimeError("no row is left for a worker")


def _serving(row):
    """What the slots of a row are busy with."""
    found = []
    for slot in range(row + WORKER_BYTES, row + _row_bytes(), SLOT_BYTES):
        if _words[(slot >> 3) + 4] != 0 and len(found) < MAX_SERVING:
            text = bytes(_bytes[slot + TEXT_AT:slot + TEXT_AT + TEXT_BYTES])
            found.append(text.rstrip(b"\0").decode("utf-8", "replace"))
    return found


def _count_error():
    """Counts an error of these hooks and prints the first one."""
    global _complained
    try:
        if not _complained:
            _complained = True
            sys.stderr.write("monban: a hook failed; requests are not affected, numbers may be.\n" + traceback.format_exc())
        if _words is not None:
            _words[8 if _row is None else (_row >> 3) + 5] += 1
    except Exception:
        pass


# Files beside the map.

def _register_stacks():
    global _stacks
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(_settings["stacks"], flags, 0o600)
        if os.fstat(fd).st_size > MAX_STACKS_BYTES:
            os.ftruncate(fd, 0)
        _stacks = os.fdopen(fd, "ab", buffering=0)
    except (OSError, TypeError):
        _stacks = None  # without stacks a worker is as good as any
        return
    faulthandler.register(STACKS_SIGNAL, file=_stacks, all_threads=True, chain=False)


def _write_exit(record):
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(_settings["facts"] + ".exits", flags, 0o600)
    with os.fdopen(fd, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size > MAX_EXITS_BYTES:
            file.seek(size - KEPT_EXITS_BYTES)
            kept = file.read().split(b"\n", 1)[-1]
            file.seek(0)
            file.truncate()
            file.write(kept)
        file.write(json.dumps(record).encode() + b"\n")


def _how_it_ended():
    """Exit code and name of the signal. gunicorn keeps the wait status in a local variable of reap_workers."""
    frame = sys._getframe()
    while frame is not None and frame.f_code.co_name != "reap_workers":
        frame = frame.f_back
    status = None if frame is None else frame.f_locals.get("status")
    if not isinstance(status, int):
        return None, None
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            return None, signal.Signals(number).name
        except ValueError:
            return None, f"signal {number}"
    return (os.WEXITSTATUS(status) if os.WIFEXITED(status) else None), None


def _start_time(pid):
    """Field 22 of /proc/<pid>/stat: with the pid it names a process for good."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return int(file.read().rsplit(b")", 1)[1].split()[19])
