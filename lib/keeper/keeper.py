#!/usr/bin/env python3
"""The keeper: top of Monban's process tree, without any policy.

It holds listening sockets (never accepting from them), spawns and reaps processes, reports their exits until somebody
acknowledges them, and keeps exactly one child alive by itself: the supervisor. README.md beside this file is the protocol.
Needs Python 3.9 and Linux 5.6 (pidfd_getfd); standard library only, one thread.
"""
import collections, json, os, resource, selectors, signal, socket, sys, time

FILE = os.path.abspath(__file__)
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(FILE))   # -I leaves this folder out
from listening import Sockets
from process import (alive, become_subreaper, group_exists, members, open_output, open_pidfd, prepare, proc, processes, release,
                     signal_exactly)
from run_folder import empty_run_folder, listen_for_clients, load_config, load_state, save_state, take_lock
from wire import SIGNALS, Door, Refused, log

MAX_EXITS, MAX_CHILDREN = 1000, 4096
SWEEP_S = 1.0
TERM_WAIT_S, KILL_WAIT_S, STOP_POLL_S = 5.0, 2.0, 0.05
SAME_SIGNAL_S = 0.3                         # a terminal and a launcher may both deliver one Ctrl-C
BACKOFF_FIRST_S, BACKOFF_MAX_S, BACKOFF_RESET_S = 0.1, 5.0, 10.0
SERVING, WAITING_FOR_SUPERVISOR, TERMINATING, KILLING = range(4)


class Keeper:
    def __init__(self, run_dir, config_path, lock, resumed):
        self.run_dir, self.config_path, self.config, self.lock = run_dir, config_path, load_config(config_path), lock
        self.pid, self.started_at = os.getpid(), now_ms()
        with open("/proc/sys/kernel/random/boot_id") as file:
            self.boot_id = file.read().strip()
        self.nofile = resumed["nofile"] if resumed else raise_file_limit()
        self.selector = selectors.DefaultSelector()
        self.door = Door(self.selector, lambda client, method, params: getattr(self, "do_" + method)(client, **params))
        self.sockets, self.children, self.pidfds = Sockets(), {}, {}   # children by pid, which is also their pgid
        self.exits, self.seq, self.lost_exits = collections.deque(), 0, 0
        self.supervisor = {"pid": None, "restarts": 0, "delay": BACKOFF_FIRST_S, "startAt": 0.0, "startedAt": 0.0}
        self.stage, self.deadline, self.stop_requests, self.last_signal, self.terminated = SERVING, 0.0, 0, 0.0, set()
        self.dirty, self.save_failed, self.next_sweep, self.replacing, self.done = True, False, 0.0, False, False
        os.umask(0o077)
        become_subreaper()
        self.catch_signals()
        self.restore(resumed)
        self.socket_path = os.path.join(run_dir, "keeper.sock")
        self.listener = socket.socket(fileno=resumed["fds"]["listener"]) if resumed else listen_for_clients(self.socket_path)
        for fd in (lock, self.listener.fileno()):
            os.set_inheritable(fd, False)
        self.door.open(self.listener)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])   # a predecessor blocked them until we had our handlers

    def catch_signals(self):
        self.wake, self.wake_writer = socket.socketpair()
        for sock in (self.wake, self.wake_writer):
            sock.setblocking(False)
        signal.set_wakeup_fd(self.wake_writer.fileno(), warn_on_full_buffer=False)
        self.selector.register(self.wake, selectors.EVENT_READ, lambda _events: self.wake.recv(4096))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for s in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if s != signal.SIGHUP or signal.getsignal(s) != signal.SIG_IGN:   # nohup stays nohup
                signal.signal(s, self.on_stop_signal)
        for s in (signal.SIGUSR1, signal.SIGUSR2):
            signal.signal(s, signal.SIG_IGN)

    def on_stop_signal(self, _number, _frame):
        now = time.monotonic()
        if now - self.last_signal > SAME_SIGNAL_S:
            self.stop_requests += 1
        self.last_signal = now

    def run(self):
        """Whatever happened is written down first and told afterwards."""
        while not self.done:
            for key, events in self.selector.select(self.timeout()):
                key.data(events)
            self.door.serve_all()
            self.reap()
            now = time.monotonic()
            if now >= self.next_sweep:
                self.sweep(now)
            if self.stage == SERVING and self.supervisor["startAt"] is not None and now >= self.supervisor["startAt"]:
                self.start_supervisor()
            self.stop_by_stages(now)
            if self.dirty:
                self.save()
            self.door.flush_all()
            if self.replacing:
                self.execute_replacement()
        self.clean_up()

    def timeout(self):
        now = time.monotonic()
        due = [now] if self.door.has_work() or self.dirty else []
        if self.stage == SERVING and self.supervisor["startAt"] is not None:
            due.append(self.supervisor["startAt"])
        elif self.stage == WAITING_FOR_SUPERVISOR:
            due.append(self.deadline)
        elif self.stage > WAITING_FOR_SUPERVISOR:
            due.append(now + STOP_POLL_S)
        unusual = any(c["adopted"] or c["state"] != "alive" for c in self.children.values())
        if unusual or self.save_failed or self.sockets.unheld():
            due.append(self.next_sweep)
        return max(0.0, min(due) - now) if due else None

    # What a request does; wire.METHODS has the fields.
    def do_hello(self, _client):
        return {"protocol": 1, "pid": self.pid, "startedAt": self.started_at, "bootId": self.boot_id}

    def do_status(self, _client):
        with open("/proc/self/statm") as file:
            rss = int(file.read().split()[1]) * resource.getpagesize()
        return {"sockets": [self.sockets.describe(entry) for entry in self.sockets.entries.values()],
                "children": [c for c in self.children.values() if c["pid"] != self.supervisor["pid"]],
                "exits": list(self.exits), "lostExits": self.lost_exits, "stopping": self.stage != SERVING, "rssBytes": rss,
                "supervisor": {"pid": self.supervisor["pid"], "restarts": self.supervisor["restarts"]}}

    def do_listen(self, _client, **params):
        self.dirty = True
        return self.sockets.listen(**params)

    def do_unlisten(self, _client, name):
        self.dirty = True
        self.sockets.unlisten(name)
        return {}

    def do_spawn(self, _client, name, sockets, **program):
        if name == "supervisor" or any(c["name"] == name and c["state"] == "alive" for c in self.children.values()):
            raise Refused("Conflict", f"{name} is alive already, or reserved")
        if self.stage != SERVING:
            raise Refused("Conflict", "the keeper is stopping")
        child = self.spawn(name, sockets, program)
        return {"pid": child["pid"], "startTime": child["startTime"]}

    def do_signal(self, _client, pid, startTime, signal, group):
        child = self.children.get(pid)
        if not group and signal_exactly(pid, startTime, SIGNALS[signal]):
            return {}
        if group and child and child["startTime"] == startTime and members(pid, startTime):
            os.killpg(pid, SIGNALS[signal])
            return {}
        raise Refused("NotFound", f"{'group' if group else 'process'} {pid} with start time {startTime} is not there")

    def do_members(self, _client, pgid):
        return {"members": [{"pid": p.pid, "startTime": p.start} for p in processes() if p.pgid == pgid]}

    def do_waiting(self, _client, names):
        return self.sockets.waiting(names)

    def do_acknowledge(self, _client, seq):
        while self.exits and self.exits[0]["seq"] <= seq:
            self.exits.popleft()
            self.dirty = True
        return {"remaining": len(self.exits)}

    def do_subscribe(self, client, after):
        client.subscribed = True   # a cursor from before the state was lost skips nothing
        client.replay = [event for event in self.exits if event["seq"] > after or after > self.seq]
        return {"lastSeq": self.seq}

    def do_shutdown(self, _client):
        self.stop_requests += 1
        return {}

    def do_replace(self, _client):
        if self.stage != SERVING:
            raise Refused("Conflict", "the keeper is stopping")
        load_config(self.config_path)
        for name in ("keeper.py", "listening.py", "process.py", "run_folder.py", "wire.py"):
            with open(os.path.join(os.path.dirname(FILE), name), "rb") as file:
                try:
                    compile(file.read(), name, "exec")
                except SyntaxError as error:
                    raise Refused("ENOEXEC", f"{name}: {error}") from None
        self.replacing = True
        return {}

    # Children
    def spawn(self, name, sockets, program):
        if (program.get("uid") is None) != (program.get("gid") is None) or ("groups" in program and "uid" not in program):
            raise Refused("BadRequest", "spawn: uid and gid come together, groups only with them")
        if len(self.children) >= MAX_CHILDREN:
            raise Refused("EAGAIN", f"the keeper has at most {MAX_CHILDREN} children")
        pid, channel = prepare(program, self.sockets.inherit(sockets), sockets, self.nofile)
        child = {"name": name, "pid": pid, "startTime": proc(pid, zombies=True).start, "since": now_ms(), "state": "alive",
                 "pgid": pid, "adopted": False}
        self.children[pid] = child
        self.save()   # before it may run: a keeper killed now would otherwise never know of it
        self.dirty = True
        try:
            release(channel, pid)
        except Refused:
            del self.children[pid]
            raise
        for socket_name in sockets:
            self.sockets.entries[socket_name]["rebound"] = False
        return child

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            child = self.children.get(pid)   # others are orphans that became ours; nobody asks for them
            if child and child["state"] == "alive":
                code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
                self.exited(child, code, signal_name(os.WTERMSIG(status)) if os.WIFSIGNALED(status) else None, True)

    def exited(self, child, code, signal_name, known, same_boot=True):
        pid, watcher = child["pid"], self.pidfds.pop(child["pid"], None)
        if watcher is not None:
            self.selector.unregister(watcher)
            os.close(watcher)
        self.seq += 1
        self.dirty = True
        event = {"event": "exit", "seq": self.seq, "name": child["name"], "pid": pid, "startTime": child["startTime"],
                 "code": code, "signal": signal_name, "at": now_ms(), "known": known}
        self.exits.append(event)
        if len(self.exits) > MAX_EXITS:
            self.exits.popleft()
            self.lost_exits += 1
        self.door.tell_subscribers(event)
        child["state"] = "leaderless"   # remembered while somebody of its group lives, who can then still be signalled
        if not (same_boot and group_exists(pid) and members(pid, child["startTime"])):
            del self.children[pid]
        if pid == self.supervisor["pid"]:
            log(f"the supervisor (pid {pid}) ended: {signal_name or ('unknown' if code is None else f'exit code {code}')}")
            if time.monotonic() - self.supervisor["startedAt"] >= BACKOFF_RESET_S:
                self.supervisor["delay"] = BACKOFF_FIRST_S
            self.start_supervisor_later()

    def watch(self, child):
        """Watch a process that is not our child. False if it is gone."""
        try:
            fd = open_pidfd(child["pid"], child["startTime"])
        except OSError:
            return alive(child["pid"], child["startTime"])   # without a pidfd the sweep notices its end
        if fd is not None:
            self.pidfds[child["pid"]] = fd
            self.selector.register(fd, selectors.EVENT_READ, lambda _events: self.exited(child, None, None, False))
        return fd is not None

    def sweep(self, now):
        """What no event tells: groups that emptied, sockets that became free, a disk that has room again."""
        self.next_sweep = now + SWEEP_S
        for child in list(self.children.values()):
            if child["state"] == "leaderless" and not group_exists(child["pid"]):
                del self.children[child["pid"]]
                self.dirty = True
            elif child["adopted"] and child["state"] == "alive" and not alive(child["pid"], child["startTime"]):
                self.exited(child, None, None, False)
        self.dirty = self.sockets.retry() or self.save_failed or self.dirty

    # The supervisor
    def start_supervisor(self):
        program = dict(self.config["supervisor"])
        program["env"] = {**program["env"], "MONBAN_KEEPER_SOCKET": self.socket_path}
        for key in ("stdout", "stderr"):
            try:
                os.close(open_output(program[key]))
            except OSError as error:   # a full disk must not keep the supervisor down
                log(f"the supervisor's {key} goes nowhere: {error}")
                program[key] = "/dev/null"
        try:
            child = self.spawn("supervisor", [], program)
        except (OSError, ValueError, Refused) as error:
            log(f"the supervisor does not start: {error}")
            return self.start_supervisor_later()
        self.supervisor.update(pid=child["pid"], startAt=None, startedAt=time.monotonic())

    def start_supervisor_later(self):
        s = self.supervisor
        s.update(pid=None, restarts=s["restarts"] + 1, startAt=time.monotonic() + s["delay"], delay=min(s["delay"] * 2, BACKOFF_MAX_S))

    # Outliving oneself
    def state(self):
        return {"format": 1, "bootId": self.boot_id, "seq": self.seq, "lostExits": self.lost_exits, "exits": list(self.exits),
                "children": list(self.children.values()), "sockets": list(self.sockets.entries.values()),
                "supervisor": self.supervisor}

    def save(self):
        self.dirty = False
        try:
            save_state(self.run_dir, self.state())
            self.save_failed = False
        except OSError as error:
            if not self.save_failed:
                log(f"the state is not saved ({error.strerror}); trying again")
            self.save_failed = True

    def restore(self, resumed):
        state = resumed or load_state(self.run_dir)
        if state is None:
            return
        same_boot = state["bootId"] == self.boot_id
        self.seq, self.lost_exits = state["seq"], state["lostExits"]
        self.exits.extend(state["exits"])
        self.children = {child["pid"]: child for child in state["children"]}
        if same_boot:
            self.supervisor = state["supervisor"]
        for child in list(self.children.values()):
            if resumed and not child["adopted"]:
                continue   # still our own
            child["adopted"] = True
            if child["state"] == "alive":
                if not (same_boot and self.watch(child)):
                    self.exited(child, None, None, False, same_boot)
            elif not (same_boot and members(child["pid"], child["startTime"])):
                del self.children[child["pid"]]
        if self.supervisor["pid"] is not None and self.supervisor["pid"] not in self.children:
            self.supervisor["pid"] = None
        if not resumed and self.supervisor["pid"] is None:   # who starts a keeper does not wait for pauses of its predecessor
            self.supervisor.update(startAt=0.0, delay=BACKOFF_FIRST_S)
        self.sockets.restore(state["sockets"], resumed["fds"]["sockets"] if resumed else {}, set(self.children))

    def execute_replacement(self):
        self.replacing = False
        sockets = {name: sock.fileno() for name, sock in self.sockets.held.items()}
        fds = {"lock": self.lock, "listener": self.listener.fileno(), "sockets": sockets}
        passed = [self.lock, self.listener.fileno(), *sockets.values()]
        memory = None
        try:
            memory = os.memfd_create("keeper-state", 0)   # survives execv, needs no disk
            with open(memory, "w", closefd=False) as file:
                file.write(json.dumps({**self.state(), "fds": fds, "nofile": self.nofile}))
            os.lseek(memory, 0, os.SEEK_SET)
            for fd in passed:
                os.set_inheritable(fd, True)   # and so does what is inheritable
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            if self.stage == SERVING and not self.stop_requests:   # with all blocked, none can get lost any more
                execute_again(["--run-dir", self.run_dir, "--config", self.config_path, "--resume", str(memory)])
        except OSError as error:
            log(f"could not replace myself: {error}")
        for fd in passed:
            os.set_inheritable(fd, False)
        if memory is not None:
            os.close(memory)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])

    # The end: first the supervisor alone, which stops all else in order; then TERM and KILL for whatever is left.
    def stop_by_stages(self, now):
        requests, self.stop_requests = self.stop_requests, 0
        if requests and self.stage == SERVING:
            requests -= 1
            self.stage, self.deadline = WAITING_FOR_SUPERVISOR, now + self.config["shutdownTimeoutMs"] / 1000
            log("stopping")
            if self.supervisor["pid"]:
                signal_exactly(self.supervisor["pid"], self.children[self.supervisor["pid"]]["startTime"], signal.SIGTERM)
        if requests and self.stage < KILLING:
            self.stage, self.deadline = KILLING, now + KILL_WAIT_S
        if self.stage == WAITING_FOR_SUPERVISOR and (self.supervisor["pid"] is None or now >= self.deadline):
            self.stage, self.deadline = TERMINATING, now + TERM_WAIT_S
        if self.stage == TERMINATING and now >= self.deadline:
            self.stage, self.deadline = KILLING, now + KILL_WAIT_S
        if self.stage in (TERMINATING, KILLING):
            self.end_whatever_is_left(now)

    def end_whatever_is_left(self, now):
        left = [p for p in processes() if p.pgid in self.children or p.session in self.children or p.ppid == self.pid]
        self.done = not left
        if left and self.stage == KILLING and now >= self.deadline:
            log(f"could not end {', '.join(str(p.pid) for p in left)}")
            self.done = True
        for target in {-p.pgid if p.pgid in self.children else p.pid for p in left}:
            if self.stage == KILLING or target not in self.terminated:
                self.terminated.add(target)
                try:
                    os.kill(target, signal.SIGKILL if self.stage == KILLING else signal.SIGTERM)
                except OSError:
                    pass   # gone in the meantime

    def clean_up(self):
        for name in list(self.sockets.entries):
            self.sockets.unlisten(name)
        empty_run_folder(self.run_dir)
        log("stopped")


def now_ms():
    return int(time.time() * 1000)


def signal_name(number):
    return next((name for name, value in SIGNALS.items() if value == number), f"SIG{number}")


def raise_file_limit():
    """Room for many sockets. Returns the soft limit we were started with, which children get back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if 0 <= hard < 65536 else max(soft, 65536), hard))
    return soft


def execute_again(args):
    os.execv(sys.executable, [sys.executable, "-I", "-S", "-X", "utf8", FILE, *args])


def tidy_descriptors():
    """0, 1 and 2 are open, so that nothing of ours takes their place; whatever else the launcher left open is closed."""
    while os.open("/dev/null", os.O_RDWR) < 3:
        pass
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            try:
                os.close(int(name))
            except OSError:
                pass


def main(args):
    if sys.getfilesystemencoding() != "utf-8":
        execute_again(args)   # the launcher's locale must not decide how paths and environments are written
    options = dict(zip(args[::2], args[1::2]))
    if len(args) % 2 or not {"--run-dir", "--config"} <= set(options) <= {"--run-dir", "--config", "--resume"}:
        log("usage: keeper.py --run-dir DIR --config FILE")
        return 64
    run_dir, config_path = os.path.abspath(options["--run-dir"]), os.path.abspath(options["--config"])
    try:
        if "--resume" in options:
            with open(int(options["--resume"]), encoding="utf-8") as file:
                resumed = json.load(file)
            lock = resumed["fds"]["lock"]
        else:
            tidy_descriptors()
            os.makedirs(run_dir, 0o700, exist_ok=True)
            resumed, lock = None, take_lock(run_dir)
        keeper = Keeper(run_dir, config_path, lock, resumed)
    except (OSError, ValueError, Refused) as error:
        log(f"cannot start: {error}")
        return 78
    keeper.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
