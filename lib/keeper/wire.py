"""The keeper's door: JSON lines over a unix socket, checked field by field. One bad client never harms another."""
import errno, json, os, re, resource, select, selectors, signal, socket, struct

MAX_LINE, MAX_QUEUED, MAX_CLIENTS = 1 << 20, 4 << 20, 16   # bytes per request, unread bytes per client, clients
LINES_PER_TURN = 8                                         # requests of one client before the others get their turn


class Refused(Exception):
    """A request that is answered with an error: a code for programs, a message for people."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def log(message):
    """One short line to stderr; dropped when stderr is full or gone, because a log must never block the keeper."""
    try:
        poll = select.poll()
        poll.register(2, select.POLLOUT)
        if poll.poll(0):
            os.write(2, f"keeper: {message}\n".encode("utf-8", "replace"))
    except OSError:
        pass


def code_of(error):
    return errno.errorcode.get(error.errno, "EIO")


# Checks of single values.
def number(low, high):
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and low <= v <= high


def list_of(check, low=0, high=65536):
    return lambda v: isinstance(v, list) and low <= len(v) <= high and all(map(check, v))


def one_of(values):
    return lambda v: isinstance(v, str) and v in values


def is_text(v):
    """Text the system can be given: no NUL, no half of a surrogate pair."""
    return isinstance(v, str) and "\0" not in v and v == v.encode("utf-8", "ignore").decode()


def is_name(v):
    return isinstance(v, str) and re.fullmatch(r"[A-Za-z0-9._/@+-]{1,128}", v) is not None


def is_path(v):
    return is_text(v) and v.startswith("/") and len(v) < 4096


def is_env(v):
    return isinstance(v, dict) and all(k and "=" not in k and is_text(k) and is_text(x) for k, x in v.items())


def is_output(v):
    known = isinstance(v, dict) and set(v) <= {"path", "uid", "gid"} and is_path(v.get("path"))
    return is_path(v) or (known and all(is_id(v[k]) for k in v if k != "path"))


def is_limits(v):
    return isinstance(v, dict) and all(k in LIMITS and number(-1, 2**62)(n) for k, n in v.items())


def is_bool(v):
    return isinstance(v, bool)


is_id, is_pid, is_count, is_mode = number(0, 2**32 - 2), number(2, 2**22), number(0, 2**53), number(0, 0o777)
LIMITS = {n: getattr(resource, f"RLIMIT_{n.upper()}") for n in "as core cpu data fsize memlock nofile nproc stack".split()}
SIGNALS = {s.name: int(s) for s in signal.Signals}

# Every method with its fields; a trailing "?" marks one that may be missing or null.
PROGRAM = {"argv": list_of(is_text, 1), "cwd": is_path, "env": is_env, "stdout": is_output, "stderr": is_output}
CONFIG = {"supervisor": lambda v: isinstance(v, dict), "shutdownTimeoutMs": number(0, 3_600_000)}
METHODS = {
    "hello": {}, "status": {}, "replace": {}, "shutdown": {},
    "listen": {"name": is_name, "kind": one_of(("unix", "tcp")), "path?": is_path, "host?": is_text, "port?": number(0, 65535),
               "backlog": number(1, 65535), "mode?": is_mode, "uid?": is_id, "gid?": is_id},
    "unlisten": {"name": is_name},
    "spawn": {"name": is_name, **PROGRAM, "uid?": is_id, "gid?": is_id, "groups?": list_of(is_id), "umask?": is_mode,
              "sockets": list_of(is_name, 0, 256), "inherit": one_of(("systemd", "nginx", "none")), "limits?": is_limits},
    "signal": {"pid": is_pid, "startTime": is_count, "signal": one_of(SIGNALS), "group": is_bool},
    "members": {"pgid": is_pid},
    "waiting": {"names": list_of(is_name)},
    "acknowledge": {"seq": is_count},
    "subscribe": {"after": is_count},
}


def check_fields(fields, spec, what):
    """Refuse what is unknown, missing or of the wrong kind, by name. Nobody gets a guess."""
    checks = {key.rstrip("?"): check for key, check in spec.items()}
    for key, value in fields.items():
        if key not in checks:
            raise Refused("BadRequest", f"{what}: unknown field {key[:64]!r}")
        if not (value is None and key + "?" in spec) and not checks[key](value):
            raise Refused("BadRequest", f"{what}: field {key} is not valid")
    for key in spec:
        if not key.endswith("?") and key not in fields:
            raise Refused("BadRequest", f"{what}: field {key} is missing")


def parse_integer(digits):
    if len(digits) > 20:
        raise ValueError("a number is too long")   # converting a million digits would hold everybody up
    return int(digits)


def parse_request(line):
    if len(line) > MAX_LINE:
        raise Refused("TooLarge", f"a request is at most {MAX_LINE} bytes")
    request = json.loads(line.decode("utf-8"), parse_int=parse_integer)
    if not isinstance(request, dict) or not (is_count(request.get("id")) or is_name(request.get("id"))):
        raise Refused("BadRequest", "a request is an object with an id and a method")
    return request


def encode(message):
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


class Client:
    def __init__(self, sock):
        self.sock, self.inbox, self.outbox, self.replay = sock, bytearray(), bytearray(), []
        self.discarding = self.subscribed = self.ended = self.refused = False


class Door:
    """All clients. `handle(client, method, params)` answers one checked request or raises."""

    def __init__(self, selector, handle):
        self.selector, self.handle, self.clients, self.listener = selector, handle, set(), None

    def open(self, listener):
        self.listener = listener
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, lambda _events: self.accept())

    def accept(self):
        try:
            sock, _ = self.listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        client, uid = Client(sock), struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        if uid not in (0, os.geteuid()):
            return self.refuse(client, "EACCES", f"uid {uid} may not talk to the keeper")
        if sum(not c.refused for c in self.clients) >= MAX_CLIENTS:
            return self.refuse(client, "EAGAIN", f"there are {MAX_CLIENTS} clients already")
        self.clients.add(client)
        self.selector.register(sock, selectors.EVENT_READ, lambda events: self.read(client, events))

    def refuse(self, client, code, message):
        """Say why, and stay until it has read that: closing on a client that still writes would lose the message."""
        client.refused = True
        try:
            client.sock.send(encode({"id": None, "error": {"code": code, "message": message}}))
            client.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return client.sock.close()
        if sum(c.refused for c in self.clients) >= MAX_CLIENTS:
            return client.sock.close()
        self.clients.add(client)
        self.selector.register(client.sock, selectors.EVENT_READ, lambda events: self.read(client, events))

    def read(self, client, events):
        if not events & selectors.EVENT_READ or b"\n" in client.inbox or client.ended:
            return   # what it sent before comes first
        try:
            data = client.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            return self.drop(client)
        client.ended = not data
        if not client.refused:
            client.inbox += data

    def has_work(self):
        return any(b"\n" in client.inbox for client in self.clients)

    def serve_all(self):
        for client in list(self.clients):
            self.serve(client)

    def serve(self, client):
        for _ in range(LINES_PER_TURN):
            end = client.inbox.find(b"\n")
            if end < 0:
                break
            line = bytes(client.inbox[:end])
            del client.inbox[: end + 1]
            if client.discarding:
                client.discarding = False
            elif line.strip():
                self.tell(client, self.answer(client, line))
                replay, client.replay = client.replay, []
                for event in replay:
                    self.tell(client, event)
        if b"\n" in client.inbox:
            return
        if client.discarding:
            client.inbox.clear()
        elif len(client.inbox) > MAX_LINE:
            client.inbox.clear()
            client.discarding = True
            message = f"a request is at most {MAX_LINE} bytes; the rest of this line is skipped"
            self.tell(client, {"id": None, "error": {"code": "TooLarge", "message": message}})

    def answer(self, client, line):
        request_id = None
        try:
            request = parse_request(line)
            request_id, method, params = request["id"], request.get("method"), request.get("params", {})
            if not set(request) <= {"id", "method", "params"} or not isinstance(params, dict):
                raise Refused("BadRequest", "a request has the fields id, method and params")
            if not isinstance(method, str) or method not in METHODS:
                raise Refused("BadRequest", f"unknown method {str(method)[:64]!r}")
            check_fields(params, METHODS[method], method)
            given = {key: value for key, value in params.items() if value is not None}
            return {"id": request_id, "result": self.handle(client, method, given)}
        except Refused as error:
            code, message = error.code, str(error)
        except OSError as error:
            code = code_of(error)
            message = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
        except (ValueError, RecursionError) as error:
            code, message = "BadRequest", str(error)[:512]
        except Exception as error:   # our own mistake: this request fails, everything else goes on
            code, message = "EIO", f"{type(error).__name__}: {error}"[:512]
            log(f"a request failed: {message}")
        return {"id": request_id, "error": {"code": code, "message": message}}

    def tell(self, client, message):
        client.outbox += encode(message)
        if len(client.outbox) > MAX_QUEUED:
            self.flush(client)   # the kernel may still take some of it; if not, that was it

    def tell_subscribers(self, message):
        for client in list(self.clients):
            if client.subscribed:
                self.tell(client, message)

    def flush_all(self):
        for client in list(self.clients):
            self.flush(client)

    def flush(self, client):
        if client not in self.clients:
            return
        try:
            while client.outbox:
                del client.outbox[: client.sock.send(client.outbox[:262144])]
        except BlockingIOError:
            pass
        except OSError:
            return self.drop(client)
        if len(client.outbox) > MAX_QUEUED:
            log("dropped a client that does not read")
            self.drop(client)
        elif client.ended and b"\n" not in client.inbox and not client.outbox:
            self.drop(client)
        else:
            wanted = (0 if client.ended else selectors.EVENT_READ) | (selectors.EVENT_WRITE if client.outbox else 0)
            key = self.selector.get_key(client.sock)
            if wanted and key.events != wanted:
                self.selector.modify(client.sock, wanted, key.data)

    def drop(self, client):
        if client in self.clients:
            self.clients.discard(client)
            self.selector.unregister(client.sock)
            client.sock.close()
            client.inbox.clear()
            client.outbox.clear()
