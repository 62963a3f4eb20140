"""Processes as the kernel knows them: who is there, and how to become somebody else."""
import collections, ctypes, errno, fcntl, json, os, resource, signal, socket, stat
from wire import LIMITS, Refused, code_of

SPAWN_WAIT_S = 10.0
PIDFD_SEND_SIGNAL, PIDFD_OPEN, PIDFD_GETFD = 424, 434, 438   # the same numbers on every architecture Monban runs on
PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 15, 36
Proc = collections.namedtuple("Proc", "pid ppid pgid session start")
libc = ctypes.CDLL(None, use_errno=True)   # Python's own pidfd functions depend on the headers it was built with
libc.syscall.restype = ctypes.c_long


def syscall(number, *args):
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, args))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def become_subreaper():
    """Orphaned grandchildren become our children, so that nothing old lingers unseen."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    libc.prctl(PR_SET_NAME, b"monban-keeper", 0, 0, 0)


def proc(pid, zombies=False):
    """What /proc/<pid>/stat says, or None when there is no such process. A zombie counts only when asked for."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            f = file.read().rsplit(b")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if f[0] in b"ZX" and not zombies else Proc(int(pid), int(f[1]), int(f[2]), int(f[3]), int(f[19]))


def processes():
    return [p for p in map(proc, filter(str.isdigit, os.listdir("/proc"))) if p]


def members(pgid, start):
    """The living processes of group pgid; none if a process started at another time now bears that number."""
    found = [p for p in processes() if p.pgid == pgid]
    return [] if any(p.pid == pgid and p.start != start for p in found) else found


def alive(pid, start):
    p = proc(pid)
    return p is not None and p.start == start


def group_exists(pgid):
    try:
        os.killpg(pgid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def open_pidfd(pid, start):
    """A pidfd of exactly this process, or None when it is gone. A pidfd pins: what follows means the same process."""
    try:
        fd = syscall(PIDFD_OPEN, pid, 0)
    except OSError as error:
        if error.errno in (errno.ESRCH, errno.EINVAL):
            return None
        raise
    if alive(pid, start):
        return fd
    os.close(fd)
    return None


def signal_exactly(pid, start, number):
    """Signal this process and no other that may have got its pid. False when it is gone."""
    fd = open_pidfd(pid, start)
    if fd is None:
        return False
    try:
        syscall(PIDFD_SEND_SIGNAL, fd, number, 0, 0)
    except ProcessLookupError:
        return False
    finally:
        os.close(fd)
    return True


def open_output(spec):
    """Open a log file for appending. Not through a symlink and never a pipe: the folder may belong to a site's user."""
    spec = {"path": spec} if isinstance(spec, str) else spec
    before = os.umask(0o027)
    try:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
        fd = os.open(spec["path"], flags, 0o640)
    finally:
        os.umask(before)
    try:
        info = os.fstat(fd)
        if stat.S_ISREG(info.st_mode):
            if len(spec) > 1 and info.st_nlink == 1:
                os.fchown(fd, spec.get("uid", -1), spec.get("gid", -1))
        elif not stat.S_ISCHR(info.st_mode):
            raise OSError(errno.EINVAL, "neither a file nor a device", spec["path"])
        os.set_blocking(fd, True)
    except BaseException:
        os.close(fd)
        raise
    return fd


def prepare(program, sockets, names, nofile):
    """Fork a child that waits. Returns its pid and the channel `release` needs.

    `sockets` are file descriptors, `names` what they are called; `nofile` is the soft limit the keeper was started with.
    """
    outputs, (ours, theirs) = [], socket.socketpair()
    try:
        outputs.append(open_output(program["stdout"]))
        outputs.append(open_output(program["stderr"]))
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())   # our handlers must not run in the child
        try:
            pid = os.fork()
            if pid == 0:
                ours.close()
                become(theirs, outputs, sockets, names, nofile, **program)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid, ours
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
        for fd in outputs:
            os.close(fd)


def release(channel, pid):
    """Let a prepared child execute its program. What prevented it comes back as Refused, and then no child is left."""
    channel.settimeout(SPAWN_WAIT_S)
    try:
        channel.send(b"g")
        failure = channel.recv(8192)
    except socket.timeout:
        os.kill(pid, signal.SIGKILL)   # reaped later, whenever the kernel lets go of it
        raise Refused("ETIMEDOUT", f"the program did not start within {SPAWN_WAIT_S:.0f} s") from None
    except OSError:
        return   # somebody killed it already: an ordinary exit
    finally:
        channel.close()
    if failure:
        os.waitpid(pid, 0)
        raise Refused(*json.loads(failure))


def become(channel, outputs, sockets, names, nofile, *, argv, cwd, env, stdout=None, stderr=None, inherit="none", uid=None,
           gid=None, groups=None, umask=0o022, limits=None):
    """In the child: turn into the program. Never returns; a failure goes to the parent through the channel."""
    step = "start"
    try:
        signal.set_wakeup_fd(-1)
        for s in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(s, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if not channel.recv(1):
            os._exit(0)   # the keeper died before it had written this child down
        os.setsid()
        wanted = [os.open("/dev/null", os.O_RDWR), *outputs, *sockets]
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, len(wanted)) for fd in wanted]
        channel = socket.socket(fileno=fcntl.fcntl(channel.fileno(), fcntl.F_DUPFD_CLOEXEC, len(wanted)))
        for target, fd in enumerate(high):
            os.dup2(fd, target)
        if inherit == "systemd":
            env = {**env, "LISTEN_FDS": str(len(sockets)), "LISTEN_PID": str(os.getpid()), "LISTEN_FDNAMES": ":".join(names)}
        elif inherit == "nginx":
            env = {**env, "NGINX": "".join(f"{3 + i};" for i in range(len(sockets)))}
        step = "limits"
        for name, value in {"nofile": nofile, **(limits or {})}.items():
            hard = resource.getrlimit(LIMITS[name])[1]
            enough = hard == resource.RLIM_INFINITY or -1 < value <= hard
            resource.setrlimit(LIMITS[name], (value, hard if enough else value))
        os.umask(umask)
        if uid is not None:
            step = f"become uid {uid} gid {gid}"
            if groups is not None or os.geteuid() == 0:
                os.setgroups([gid] if groups is None else groups)
            os.setresgid(gid, gid, gid)
            os.setresuid(uid, uid, uid)
        step = f"cwd {cwd}"
        os.chdir(cwd)
        step = f"execute {argv[0]}"
        execute(argv, env)
    except BaseException as error:
        code = code_of(error) if isinstance(error, OSError) else "BadRequest"
        reason = getattr(error, "strerror", None) or str(error)
        channel.send(json.dumps([code, f"{step}: {reason}"[:1024]]).encode())
    finally:
        os._exit(127)


def execute(argv, env):
    """Like os.execvpe, which imports a module when it is called: too late, this user may not be able to read Python's library."""
    folders = [""] if "/" in argv[0] else [f"{folder or '.'}/" for folder in env.get("PATH", "/bin:/usr/bin").split(":")]
    failure = None
    for folder in folders:
        try:
            os.execve(folder + argv[0], argv, env)
        except OSError as error:
            if failure is None or error.errno not in (errno.ENOENT, errno.ENOTDIR):
                failure = error
    raise failure
