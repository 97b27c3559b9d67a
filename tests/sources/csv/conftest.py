from pathlib import Path

import pytest

from tests.sources.csv.files import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file, and answers where it is."""

    def write_file(content: bytes | str) -> Path:
        path = tmp_path / "leads.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file
