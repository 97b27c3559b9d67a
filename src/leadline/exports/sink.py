"""What the writers of libraries write into: it keeps nothing but the bytes that nobody has taken yet."""

import io


class Sink(io.RawIOBase):
    """An open file that only grows. `take` gives what was written since the last time."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """It is for writing, and cannot seek: what is taken is gone."""
        return True

    def write(self, piece: object) -> int:
        """Keep a copy of a piece until it is taken."""
        content = bytes(piece)  # type: ignore[call-overload]
        self._pieces.append(content)
        return len(content)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
