"""Stops one thread of a process, by name, and lets the others run: hold-thread.py PID NAME FILE; until FILE is gone.

It stands in for a writer that is stuck.
"""

import ctypes, os, sys, time

PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def ptrace(request, thread):
    if libc.ptrace(request, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


pid, name, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
threads = [
    int(thread)
    for thread in os.listdir(f"/proc/{pid}/task")
    if open(f"/proc/{pid}/task/{thread}/comm").read().strip() == name
]
if len(threads) != 1:
    names = sorted(open(f"/proc/{pid}/task/{thread}/comm").read().strip() for thread in os.listdir(f"/proc/{pid}/task"))
    sys.exit(f"process {pid} has {len(threads)} threads named {name}; it has {', '.join(names)}")
ptrace(PTRACE_SEIZE, threads[0])
ptrace(PTRACE_INTERRUPT, threads[0])
open(path, "w").close()
while os.path.exists(path):
    # A process is gone only when whoever traces its threads has heard so.
    found, status = os.waitpid(threads[0], os.WNOHANG | WALL)
    if found and not os.WIFSTOPPED(status):
        break
    time.sleep(0.05)
