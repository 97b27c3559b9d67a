"""What the settings say of the house."""

import pytest

from leadline.bootstrap import build_house
from leadline.config import WrongSetting, load
from leadline.storage.memory import MemoryStore


async def test_the_house_routes_hot_and_warm_unless_it_is_told_to_route_all(memory: MemoryStore) -> None:
    told = [{}, {"LEADLINE_ROUTING": "hot_and_warm"}, {"LEADLINE_ROUTING": "all"}]

    assert [(await build_house(load(each), memory)).routes_all for each in told] == [False, False, True]


def test_another_routing_is_refused_by_name() -> None:
    with pytest.raises(WrongSetting, match="LEADLINE_ROUTING is 'none'; use hot_and_warm or all"):
        load({"LEADLINE_ROUTING": "none"})
