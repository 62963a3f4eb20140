import sys

sys.exit("refusing to start")
