"""Whether this worker is about to end, in memory that it shares with the processes of its pool.

A worker that is asked to end takes no further runs. Those that are at work get `WORKER_SHUTDOWN_GRACE` seconds; what is
still at work then stops at its next part and goes to another worker.
"""

import mmap

_flag = mmap.mmap(-1, 1)


def announce() -> None:
    _flag[0] = 1


def revoke() -> None:
    _flag[0] = 0


def is_announced() -> bool:
    return bool(_flag[0])
