"""What somebody sends who wants to do harm: an answer that says no, and a house that goes on."""

import pytest

from leadline.clock import utc_now
from leadline.domain.endpoints import Endpoint
from leadline.ids import new_id
from tests.web.acts import fields_of
from tests.web.browsing import House, running

LONG_AGO = "0001-01-01T00:00:00Z"


@pytest.mark.parametrize("segment", ["%00.x", "a%00b", "A.x", "..", "x" * 64, "x" * 9_000, "%FF", "_x_.y"])
async def test_a_hook_of_a_name_that_no_endpoint_can_have_is_404_without_a_look_into_the_store(segment: str) -> None:
    calls: list[str] = []
    async with running(on_call=calls.append) as house:
        browser = await house.browser()

        answer = await browser.post(f"/hooks/generic/{segment}", content=b"{}")

    assert answer.status_code == 404
    assert "find_endpoint" not in calls


@pytest.mark.parametrize("since", [LONG_AGO, "0001-01-01", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:00", "%00"])
async def test_a_page_that_says_it_was_away_for_ever_is_listened_to_again(since: str, house: House) -> None:
    browser = await house.browser(house.team["Manager"])

    answer = await browser.head(f"/live?since={since}")

    assert answer.status_code == 200


async def test_an_event_of_the_first_year_is_a_fault_and_the_page_of_the_lead_stays_whole(house: House) -> None:
    lead = await house.lead()
    api = await house.browser(headers={"Accept": "application/json"} | await house.key("events:write"))
    west = await house.browser(await house.hire("West", "manager", time_zone="America/New_York"))
    event = {"lead_id": str(lead.id), "type": "email_reply"}

    answers = [
        await api.post("/api/v1/events", json=event | {"event_id": at, "occurred_at": at})
        for at in (LONG_AGO, "1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 202, 202]
    assert answers[0].json()["errors"][0]["pointer"] == "/occurred_at"
    assert (await west.get(f"/leads/{lead.id}")).status_code == 200


async def test_a_refused_address_does_not_tell_a_rep_the_id_of_somebody_elses_lead(house: House) -> None:
    mine = await house.lead(assigned_to=house.team["Rep One"].id)
    key = "secret@acme.example.com"
    theirs = await house.lead(assigned_to=house.team["Rep Two"].id, email=key, email_key=key)
    pages = {}
    for name in ("Rep One", "Manager"):
        browser = await house.browser(house.team[name])
        form = fields_of((await browser.get(f"/leads/{mine.id}/edit")).text, "/edit")

        answer = await browser.post(f"/leads/{mine.id}/edit", data=form | {"email": key})

        assert answer.status_code == 409
        pages[name] = answer.text

    assert "Another lead of this address was created less than 24 hours from this one." in pages["Rep One"]
    assert str(theirs.id) not in pages["Rep One"]
    assert str(theirs.id) in pages["Manager"]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "JavaScript:1/alert(1)", "data:text/html,x", "file:///x"])
@pytest.mark.parametrize("name", ["company_website", "linkedin_url"])
async def test_an_edit_takes_no_link_that_a_submission_would_not(name: str, link: str, house: House) -> None:
    lead = await house.lead()
    api = await house.browser(headers={"Accept": "application/json"} | await house.key("leads:write"))

    answer = await api.patch(f"/api/v1/leads/{lead.id}", json={name: link})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{name}")
    assert getattr(await house.store.get_lead(lead.id), name) == getattr(lead, name)


def test_what_is_secret_of_an_endpoint_stands_in_no_text_of_it() -> None:
    now = utc_now()
    endpoint = Endpoint(new_id(), "contact", "generic", "the-token-of-a-path", now, now, sealed_secrets=b"the-secrets")

    assert "the-token" not in repr(endpoint)
    assert "the-secrets" not in repr(endpoint)


@pytest.mark.parametrize(
    ("tag", "status"),
    [(None, 200), ("*", 200), ("", 412), ('""', 412), ('W/""', 412), ('"x"', 412), ('"*"', 412), ("x, *", 412)],
)
async def test_only_no_mark_or_a_star_is_a_mark_of_whatever_there_is(
    tag: str | None, status: int, house: House
) -> None:
    lead = await house.lead()
    api = await house.browser(headers={"Accept": "application/json"} | await house.key("leads:write"))
    headers = {} if tag is None else {"If-Match": tag}

    answer = await api.patch(f"/api/v1/leads/{lead.id}", json={"contact_name": "New"}, headers=headers)

    assert answer.status_code == status
