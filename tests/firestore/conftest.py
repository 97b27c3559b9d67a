"""Without an emulator its tests are left out, as the header of the run says: there is nothing to install it from."""

import pytest

from tests import emulator


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if emulator.is_available():
        return
    left_out = [item for item in items if "firestore_address" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
