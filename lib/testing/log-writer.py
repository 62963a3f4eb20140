"""Writes numbered lines to a log: log-writer.py PATH LINES_PER_SECOND. USR1 opens it again, TERM ends and tells."""
import os, signal, sys, time

path, pace, number, end, again = sys.argv[1], float(sys.argv[2]), 0, [], []
signal.signal(signal.SIGTERM, lambda *_: end.append(1))
signal.signal(signal.SIGUSR1, lambda *_: again.append(1))
log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
while not end:
    if again:
        again.clear()
        os.close(log)
        log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    os.write(log, b"line %d of the writer, padded to be about as long as a line of a log is: %s\n" % (number, b"x" * 40))
    number += 1
    time.sleep(1 / pace)
print(number)
