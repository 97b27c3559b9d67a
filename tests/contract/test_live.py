"""What changes is heard from every store, whoever changed it."""

import asyncio

import pytest

from leadline.clock import utc_now
from leadline.ports import Store
from leadline.web import live
from leadline.web.live import Listener, Live
from tests.builders import intake
from tests.steps import advance, captured_lead


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.02)


async def hears(listener: Listener) -> list[tuple[str, str]]:
    """The next news, as (company, status)."""
    async with asyncio.timeout(60):
        await listener.woken.wait()
    return [(lead.company_name, lead.status) for lead in listener.take()]


async def test_a_new_lead_and_each_change_of_it_are_heard_once(store: Store) -> None:
    hub, now = Live(store), utc_now()
    with hub.listen(intake().id, now) as listener:
        lead = await captured_lead(store, intake(at=now, company_name="Kestrel"), now=now)
        first = await hears(listener)
        await advance(store, lead.id, "Contacted", at=utc_now())
        second = await hears(listener)

        assert (first, second) == ([("Kestrel", "New")], [("Kestrel", "Contacted")])
        assert listener.take() == []
    await hub.close()


async def test_who_comes_later_hears_of_the_last_seconds_only(store: Store) -> None:
    hub, now = Live(store), utc_now()
    await captured_lead(store, intake(at=now - 2 * live.OVERLAP, company_name="Old"), now=now - 2 * live.OVERLAP)
    await captured_lead(store, intake(at=now, company_name="Just now"), now=now)

    with hub.listen(intake().id, now) as listener:
        assert await hears(listener) == [("Just now", "New")]
        with hub.listen(intake().id, now) as late:
            assert await hears(late) == [("Just now", "New")]
    await hub.close()
