"""What lies in the run folder: the lock, the socket for clients, the saved state; and the config beside it."""
import fcntl, json, os, socket, sys, time
from listening import remove
from wire import CONFIG, PROGRAM, check_fields, log

LOCK_WAIT_S = 0.5
STATE_FIELDS = {"bootId", "seq", "lostExits", "exits", "children", "sockets", "supervisor"}


def listen_for_clients(path):
    remove(path)   # the lock is ours, so nobody listens on it
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    os.chmod(path, 0o600)
    listener.listen(64)
    return listener


def load_config(path):
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    check_fields(config, CONFIG, "config")
    check_fields(config["supervisor"], PROGRAM, "config.supervisor")
    return config


def save_state(run_dir, state):
    """Temp and rename. Not flushed to the disk: whatever outlives the keeper did not outlive the machine."""
    path = os.path.join(run_dir, "keeper.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(json.dumps(state))
    os.replace(path + ".new", path)


def load_state(run_dir):
    try:
        with open(os.path.join(run_dir, "keeper.json"), encoding="utf-8") as file:
            state = json.load(file)
        if state["format"] != 1 or not STATE_FIELDS <= set(state):
            raise ValueError("it has another format")
        return state
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log(f"the saved state is of no use: {error}")
        return None


def take_lock(run_dir):
    """The run folder's lock. A keeper that was just killed may hold it for a moment longer."""
    fd = os.open(os.path.join(run_dir, "keeper.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = os.pread(fd, 32, 0).decode("ascii", "replace") or "unknown"
                log(f"another keeper (pid {holder}) already owns {run_dir}.")
                sys.exit(75)
            time.sleep(0.02)
    try:
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
    except OSError:
        pass   # the disk is full; the lock holds all the same
    return fd


def empty_run_folder(run_dir):
    """All but the lock: unlinking a lock file lets two keepers hold it."""
    for name in ("keeper.sock", "keeper.json", "keeper.json.new"):
        remove(os.path.join(run_dir, name))
