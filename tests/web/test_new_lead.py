"""A lead typed in by hand goes the way of every other, and its form says what is wrong and what is known."""

import html
import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from leadline.clock import utc_now
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import Lead
from leadline.domain.users import User
from tests.builders import HOT
from tests.steps import change, notifications
from tests.web.browsing import House, form_token, text_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{7*7}}"
GOOD = {"company_name": "Kestrel", "contact_name": "Mateo Brandvold", "email": "mateo@kestrel.example.com", **HOT}


async def send(browser: httpx2.AsyncClient, **fields: str) -> httpx2.Response:
    """Fill the form in and send it."""
    token = form_token((await browser.get("/leads/new")).text)
    return await browser.post("/leads/new", data={"_csrf_token": token} | GOOD | fields)


async def only_lead(house: House) -> Lead:
    (lead,) = (await house.store.list_leads(LeadQuery(statuses=()), None, 10)).items
    return lead


async def busy(house: House, *but: str) -> None:
    """No rep but these has room."""
    for user in house.team.values():
        if user.role == "rep" and user.full_name not in but:
            await change(house.store, user, max_active_leads=0)


async def test_a_lead_by_hand_is_scored_routed_and_written_down_like_any_other(house: House) -> None:
    manager = house.team["Manager"]
    browser = await house.browser(manager)

    answer = await send(browser, message="Met them at the fair.\r\nThey want a demo.")

    lead = await only_lead(house)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/leads/{lead.id}"
    assert (lead.source, lead.lead_score, lead.category) == ("Manual Entry", 95, "Hot")
    assert lead.message == "Met them at the fair.\nThey want a demo."
    assert lead.assigned_to in (house.team["Rep One"].id, house.team["Rep Two"].id)
    (record,) = (await house.store.list_submissions(None, None, None, 10)).items
    assert (record.way_in, record.outcome) == ("manual", "created")
    created = (await house.store.list_activities(lead.id, None, 10)).items[-1]
    assert (created.action_type, created.user_id) == ("lead_created", manager.id)
    assert "Kestrel is kept: Hot, 95. Kestrel is with Rep" in text_of((await browser.get(f"/leads/{lead.id}")).text)


async def told_of(house: House) -> set[Any]:
    return {message.user_id for message in await notifications(house.store)}


async def test_whoever_types_a_lead_in_is_not_told_of_it(house: House) -> None:
    await busy(house, "Rep One")
    mine = await house.browser(house.team["Rep One"])
    await send(mine)

    assert (await only_lead(house)).assigned_to == house.team["Rep One"].id
    assert await told_of(house) == set()


async def test_a_rep_who_gets_a_lead_that_somebody_else_typed_in_is_told(house: House) -> None:
    await busy(house, "Rep Two")
    browser = await house.browser(house.team["Manager"])

    await send(browser)

    assert await told_of(house) == {house.team["Rep Two"].id}


async def test_a_lead_that_routing_gives_to_another_rep_is_told_on_the_list(house: House) -> None:
    await busy(house, "Rep Two")
    browser = await house.browser(house.team["Rep One"])

    answer = await send(browser)

    assert answer.headers["location"] == "/"
    assert "Kestrel is kept: Hot, 95. Kestrel is with Rep Two now." in text_of((await browser.get("/")).text)


async def test_every_fault_stands_beside_its_field_and_what_was_typed_is_kept(house: House) -> None:
    browser = await house.browser(house.team["Manager"])

    answer = await send(browser, company_name="  ", email="nobody@", phone="12", contact_name="Mateo & Sons")

    page = answer.text
    assert answer.status_code == 422
    for name in ("company_name", "email", "phone"):
        assert re.search(rf'name="{name}"[^>]* aria-invalid="true" aria-describedby="new-wrong-{name}"', page), name
        assert f'id="new-wrong-{name}"' in page
    assert 'value="Mateo &amp; Sons"' in page
    assert 'value="nobody@"' in page
    assert (await house.store.list_leads(LeadQuery(), None, 1)).items == []


async def test_a_repeat_within_a_day_joins_the_first_lead(house: House) -> None:
    browser = await house.browser(house.team["Manager"])
    await send(browser)

    again = await send(browser, phone="+1 555 010 0199")

    lead = await only_lead(house)
    assert again.headers["location"] == f"/leads/{lead.id}"
    assert lead.phone == "+1 555 010 0199"
    assert "wrote within the last 24 hours" in text_of((await browser.get(again.headers["location"])).text)


async def known(house: House, viewer: User, email: str) -> str:
    return text_of((await (await house.browser(viewer)).get(f"/leads/new/known?email={email}")).text)


async def test_while_typing_the_leads_of_the_address_are_shown(house: House) -> None:
    now = utc_now()
    await house.lead(
        company_name="Old firm", email_key="a@x.example.com", created_at=now - timedelta(days=40), status="Disqualified"
    )
    await house.lead(company_name="Firm", email_key="a@x.example.com", created_at=now - timedelta(hours=2))

    said = await known(house, house.team["Manager"], "A@x.example.com")

    assert "This address wrote 2 h ago. What you save joins Firm , it makes no second lead." in said
    assert "Known: Old firm , Disqualified" in said
    for nothing in ("", "a@", "nobody@x.example.com", "%00", "x" * 400):
        assert await known(house, house.team["Manager"], nothing) == ""


async def test_a_rep_learns_nothing_of_the_leads_of_another(house: House) -> None:
    other = house.team["Rep Two"]
    lead = await house.lead(company_name="Secret", email_key="mateo@kestrel.example.com", assigned_to=other.id)
    browser = await house.browser(house.team["Rep One"])

    said = await known(house, house.team["Rep One"], "mateo@kestrel.example.com")
    answer = await send(browser)

    assert said == ""
    assert answer.headers["location"] == "/"
    page = (await browser.get("/")).text
    assert "Secret" not in page
    assert str(lead.id) not in page


async def test_the_form_offers_the_answers_that_the_rules_know(house: House) -> None:
    page = (await (await house.browser(house.team["Manager"])).get("/leads/new")).text

    offered = html.unescape(page)
    for answer in ("Software/SaaS", "Demo Request", "Immediate"):
        assert f'<option value="{answer}">' in offered
    assert "<option>51-200</option>" in page


async def test_every_field_of_the_form_has_a_label_of_its_own(house: House) -> None:
    page = (await (await house.browser(house.team["Manager"])).get("/leads/new")).text

    ids = re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', page)
    assert sorted(ids) == sorted(re.findall(r'<label for="([^"]+)"', page))


@pytest.mark.parametrize("name", ["company_name", "contact_name", "email", "message", "source", "industry"])
async def test_hostile_words_are_shown_and_never_run(house: House, name: str) -> None:
    browser = await house.browser(house.team["Manager"])

    page = (await send(browser, **{"phone": "x", name: HOSTILE})).text

    assert "<img" not in page
    assert "<script>alert" not in page
    assert HOSTILE in html.unescape(page)


async def test_a_form_from_elsewhere_makes_no_lead(house: House) -> None:
    browser = await house.browser(house.team["Manager"])

    assert (await browser.post("/leads/new", data=GOOD)).status_code == 403
    assert (await (await house.browser()).get("/leads/new")).status_code == 303
    assert (await (await house.browser()).get("/leads/new/known?email=a@x.example.com")).status_code == 303
