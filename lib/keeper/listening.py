"""The listening sockets. The keeper binds and holds them, so that clients can queue while no server is there; it never accepts."""
import errno, os, select, socket, stat
from process import PIDFD_GETFD, open_pidfd, processes, syscall
from wire import Refused, log

MAX_SOCKETS = 4096


class Sockets:
    """`entries` is what shall listen (saved to disk), `held` what really does. They differ only after a keeper was killed."""

    def __init__(self):
        self.entries, self.held = {}, {}

    def listen(self, name, kind, backlog, path=None, host=None, port=None, mode=0o600, uid=-1, gid=-1):
        requested = requested_address(kind, path, host, port)
        entry = self.entries.get(name)
        if entry and entry["requested"] != requested:
            raise Refused("Conflict", f"{name} already listens on {describe_address(entry)}")
        if requested[-1] != 0 and any(e["requested"] == requested for e in self.entries.values() if e["name"] != name):
            raise Refused("Conflict", f"another name already listens on {':'.join(map(str, requested))}")
        if entry is None and len(self.entries) >= MAX_SOCKETS:
            raise Refused("EAGAIN", f"the keeper holds at most {MAX_SOCKETS} sockets")
        wanted = {"backlog": backlog, "mode": mode, "uid": uid, "gid": gid}
        if entry is None:
            entry = {"name": name, "kind": kind, "requested": requested, "address": requested, "rebound": False, **wanted}
            self.held[name] = bind(entry)
            self.entries[name] = entry
        elif name in self.held and in_place(entry):
            entry.update(wanted)
            self.held[name].listen(backlog)
            own(entry)
        else:
            self.rebind({**entry, **wanted})
        return self.describe(self.entries[name])

    def rebind(self, entry):
        """Bind a known address anew. Nobody running serves this one, which `rebound` tells until somebody is spawned with it."""
        sock = bind(entry)
        if entry["name"] in self.held:
            self.held[entry["name"]].close()
        self.held[entry["name"]], self.entries[entry["name"]] = sock, {**entry, "rebound": True}

    def unlisten(self, name):
        if name not in self.entries:
            raise Refused("NotFound", f"no socket is called {name}")
        entry, sock = self.entries.pop(name), self.held.pop(name, None)
        if sock:
            sock.close()
        if entry["kind"] == "unix" and in_place(entry):
            remove(entry["address"][0])

    def unheld(self):
        return [entry for entry in self.entries.values() if entry["name"] not in self.held]

    def restore(self, entries, fds, pgids):
        """Hold again what is on record: from `fds`, from survivors in the groups `pgids`, or by binding anew."""
        self.entries = {entry["name"]: entry for entry in entries}
        for name, fd in fds.items():
            self.held[name] = socket.socket(fileno=fd)
            os.set_inheritable(fd, False)
        for entry in self.unheld():
            sock = take_back(entry, pgids)
            if sock:
                self.held[entry["name"]] = sock
                continue
            if not self.rebind_if_free(entry):
                log(f"socket {entry['name']} is out of reach; a survivor has it")

    def rebind_if_free(self, entry):
        """Not while a survivor serves it, which is better than us taking its path away."""
        try:
            if not somebody_listens(entry):
                self.rebind(entry)
                log(f"bound socket {entry['name']} anew")
                return True
        except OSError:
            pass
        return False

    def retry(self):
        """Try again to bind what is not held. True if that changed anything."""
        return any([self.rebind_if_free(entry) for entry in self.unheld()])

    def waiting(self, names):
        """Whether connections wait to be accepted; None when the socket is not held, so that nobody can know."""
        poll = select.poll()
        for name in names:
            if name not in self.entries:
                raise Refused("NotFound", f"no socket is called {name}")
            if name in self.held:
                poll.register(self.held[name].fileno(), select.POLLIN)
        ready = {fd for fd, events in poll.poll(0) if events & select.POLLIN}
        return {name: self.held[name].fileno() in ready if name in self.held else None for name in names}

    def inherit(self, names):
        """The file descriptors a new process gets, in this order."""
        if len(set(names)) != len(names):
            raise Refused("BadRequest", "spawn: a socket is named twice")
        for name in names:
            if name not in self.held:
                raise Refused("Conflict" if name in self.entries else "NotFound", f"socket {name} is not held")
        return [self.held[name].fileno() for name in names]

    def describe(self, entry):
        port = {"port": entry["address"][1]} if entry["kind"] == "tcp" else {}
        return {"name": entry["name"], "kind": entry["kind"], "address": describe_address(entry), **port,
                "held": entry["name"] in self.held, "rebound": entry["rebound"]}


def describe_address(entry):
    if entry["kind"] == "unix":
        return entry["address"][0]
    host, port = entry["address"]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def requested_address(kind, path, host, port):
    if kind == "unix":
        if path is None or host is not None or port is not None:
            raise Refused("BadRequest", "listen: a unix socket has a path, no host and no port")
        if len(os.fsencode(path)) > 107:
            raise Refused("ENAMETOOLONG", f"{path}: a socket path has at most 107 bytes")
        return [path]
    if host is None or port is None or path is not None:
        raise Refused("BadRequest", "listen: a tcp socket has a host and a port, no path")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return [socket.inet_ntop(family, socket.inet_pton(family, host)), port]
    except OSError:
        raise Refused("BadRequest", "listen: the host must be a numeric address") from None


def bind(entry):
    """Bind and listen. Fills in the address, the socket's inode and, for a path, the node in the file system."""
    address, unix = entry["address"], entry["kind"] == "unix"
    if unix:
        make_room(address[0])
    sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        if unix:
            sock.bind(address[0])
            info = os.lstat(address[0])
            entry["node"] = [info.st_dev, info.st_ino]
            own(entry)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if ":" in address[0]:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind(tuple(address))
        # nginx takes inherited sockets as they are: with a blocking one, a worker that comes second to a connection
        # sleeps in accept() and leaves everything else it serves alone until the next visitor comes.
        sock.setblocking(False)
        sock.listen(entry["backlog"])
        if not unix:
            entry["address"] = list(sock.getsockname()[:2])
        entry["inode"] = os.fstat(sock.fileno()).st_ino
        return sock
    except OSError as error:
        sock.close()
        if unix and in_place(entry):
            remove(address[0])
        raise OSError(error.errno, error.strerror, ":".join(map(str, address))) from None


def make_room(path):
    """Unlink a socket nobody listens on. Anything else at this path is left alone and the bind refused."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise FileExistsError(errno.EEXIST, "there is something else than a socket", path)
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            return remove(path)
        except BlockingIOError:
            pass   # its queue is full, so it is alive
    raise OSError(errno.EADDRINUSE, "somebody listens on it", path)


def somebody_listens(entry):
    """Whether this very unix socket still listens, in whatever process. A taken tcp port tells by itself when it is bound."""
    if entry["kind"] == "tcp":
        return False
    with open("/proc/net/unix") as file:
        for line in file:
            fields = line.split(None, 7)   # Num RefCount Protocol Flags Type St Inode Path
            if fields[6:] == [str(entry["inode"]), entry["address"][0] + "\n"] and int(fields[3], 16) & 0x10000:
                return True
    return False


def in_place(entry):
    """Whether the path still leads to the socket that was bound there. A tcp socket has no path to lose."""
    if entry["kind"] == "tcp":
        return True
    try:
        info = os.lstat(entry["address"][0])
    except OSError:
        return False
    return [info.st_dev, info.st_ino] == entry.get("node")


def own(entry):
    if entry["kind"] == "unix":
        os.chmod(entry["address"][0], entry["mode"])
        if (entry["uid"], entry["gid"]) != (-1, -1):
            os.chown(entry["address"][0], entry["uid"], entry["gid"])


def take_back(entry, pgids):
    """The listening socket of an entry, from any survivor that holds it, or None.

    The kernel's inode number identifies it; servers move their descriptors (gunicorn does), so all are looked at.
    """
    wanted = f"socket:[{entry['inode']}]"
    for p in [p for p in processes() if p.pgid in pgids]:
        try:
            for name in [n for n in os.listdir(f"/proc/{p.pid}/fd") if points_to(p.pid, n, wanted)]:
                pidfd = open_pidfd(p.pid, p.start)
                if pidfd is None:
                    break
                try:
                    sock = socket.socket(fileno=syscall(PIDFD_GETFD, pidfd, int(name), 0))
                finally:
                    os.close(pidfd)
                address = [sock.getsockname()] if entry["kind"] == "unix" else list(sock.getsockname()[:2])
                if address == entry["address"] and sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    return sock
                sock.close()
        except OSError:
            continue   # this one is gone or does not share
    return None


def points_to(pid, fd, target):
    try:
        return os.readlink(f"/proc/{pid}/fd/{fd}") == target
    except OSError:
        return False


def remove(path):
    try:
        os.unlink(path)
    except OSError:
        pass
