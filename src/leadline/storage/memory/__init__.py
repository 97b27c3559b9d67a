"""The reference store: the port in plain Python, and the strictest of all."""

from leadline.storage.memory.store import MemoryStore

__all__ = ["MemoryStore"]
