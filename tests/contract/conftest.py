"""What the contract needs of the whole: hashes that cost next to nothing."""

import pytest

from leadline.usecases import passwords
from tests.web.browsing import CHEAP, PASSWORD_HASH


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", CHEAP)
    monkeypatch.setattr(passwords, "_NOBODY", PASSWORD_HASH)
