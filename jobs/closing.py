"""Whether this worker was told to stop. Its processes share a byte of memory: no lock that a killed one could keep."""

import mmap

_flag = mmap.mmap(-1, 1)


def close() -> None:
    _flag[0] = 1


def reopen() -> None:
    _flag[0] = 0


def is_closing() -> bool:
    return _flag[0] == 1
