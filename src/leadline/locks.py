"""A file lock that frees itself when its holder dies, with a word about the holder in the file."""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType

POLL_SECONDS = 0.05


class LockFile:
    """One open lock file. The holder of the exclusive lock may leave a text in it for the others to read."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> "LockFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
        os.close(self._fd)

    def take_exclusive(self, seconds: float | None = 0) -> bool:
        """Take the lock alone, waiting at most so long (None: as long as it takes)."""
        return self._take(fcntl.LOCK_EX, seconds)

    def take_shared(self) -> bool:
        """Take the lock together with others who share it, without waiting."""
        return self._take(fcntl.LOCK_SH, 0)

    def release(self) -> None:
        """Let go. Explicit, because a worker forked from us would hold the lock on through its copy of the file."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)

    def write(self, text: str) -> None:
        """Leave a word for the others."""
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, text.encode(), 0)

    def read_numbers(self) -> list[int]:
        """The numbers that the holder, or the last one, left."""
        return [int(word) for word in os.pread(self._fd, 100, 0).split() if word.isdigit()]

    def _take(self, operation: int, seconds: float | None) -> bool:
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self._fd, operation | fcntl.LOCK_NB)
            except BlockingIOError:
                if deadline is not None and time.monotonic() >= deadline:
                    return False
                time.sleep(POLL_SECONDS)
            else:
                return True


def process_exists(pid: int) -> bool:
    """Whether any process of anybody has this id."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
