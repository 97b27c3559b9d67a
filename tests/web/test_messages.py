"""The screen of notifications: what failed and why, trying again, what would be said, and when nobody sends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from leadline.clock import utc_now
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Tx
from leadline.web.attendance import Attendance
from tests.web.browsing import House, form_token, running, text_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{7*7}}"


async def told(house: House, **fields: Any) -> Notification:
    """A notification as it stands."""
    values: dict[str, Any] = {
        "notification_type": "email",
        "template_name": "lead_assigned",
        "recipient": "ann@x.example.com",
    }
    row = Notification(id=new_id(), created_at=utc_now(), **(values | fields))

    async def work(tx: Tx) -> None:
        tx.add_notifications([row])

    await house.store.transact(work)
    return row


async def status_of(house: House, row_id: UUID) -> str:
    found = await house.store.list_notifications(None, None, None, 50)
    return next(row.status for row in found.items if row.id == row_id)


async def test_each_state_has_its_list_with_the_reason(house: House) -> None:
    await told(house, status="failed", error_message="550 no such user here", retry_count=3)
    await told(house, status="held", error_message="SMTP_URL is not set", recipient="held@x.example.com")
    browser = await house.browser(house.team["Manager"])

    failed = text_of((await browser.get("/notifications")).text)
    held = text_of((await browser.get("/notifications?status=held")).text)
    sent = text_of((await browser.get("/notifications?status=sent")).text)

    assert "550 no such user here (3 tries)" in failed
    assert "held@x.example.com" in held
    assert "held@x.example.com" not in failed
    assert "Nothing was sent yet." in sent
    assert "E-mail sends nothing : SMTP_URL is not set" in failed


async def test_one_or_all_that_failed_are_tried_again(house: House) -> None:
    rows = [await told(house, status="failed", error_message="no") for _ in range(3)]
    browser = await house.browser(house.team["Manager"])
    sent = {"_csrf_token": form_token((await browser.get("/notifications")).text)}

    one = await browser.post(f"/notifications/{rows[0].id}/retry", data=sent)
    states = [await status_of(house, row.id) for row in rows]
    rest = await browser.post("/notifications/retry", data=sent)
    page = await browser.get(rest.headers["location"])

    assert (one.status_code, states) == (303, ["pending", "failed", "failed"])
    assert [await status_of(house, row.id) for row in rows] == ["pending"] * 3
    assert "2 messages tried again." in page.text


async def test_what_cannot_be_tried_again_says_so(house: House) -> None:
    row = await told(house, status="sent", sent_at=utc_now())
    browser = await house.browser(house.team["Manager"])
    sent = {"_csrf_token": form_token((await browser.get("/notifications")).text)}

    answer = await browser.post(f"/notifications/{row.id}/retry", data=sent)

    assert "only one that failed can be tried again" in (await browser.get(answer.headers["location"])).text
    assert await status_of(house, row.id) == "sent"


async def test_what_would_be_said_is_shown_with_the_lead_as_it_stands_and_nothing_runs(house: House) -> None:
    lead = await house.lead(company_name=HOSTILE, contact_name="Ann Lee")
    row = await told(house, status="held", lead_id=lead.id, user_id=house.team["Rep One"].id)

    page = (await (await house.browser(house.team["Manager"])).get(f"/notifications/{row.id}")).text

    assert "What would be sent" in page
    assert "<script>alert(1)" not in page
    assert "alert(1)" in page
    assert f"/leads/{lead.id}" in page


async def test_what_was_sent_is_shown_as_it_was(house: House) -> None:
    row = await told(
        house, status="sent", sent_at=utc_now(), subject="Then", body="As it stood then", provider_response="250 ok"
    )

    page = text_of((await (await house.browser(house.team["Manager"])).get(f"/notifications/{row.id}")).text)

    assert "What was sent Then As it stood then" in page


@pytest.mark.parametrize("template", ["password_reset", "invitation"])
async def test_a_link_that_signs_somebody_in_is_shown_to_no_manager(house: House, template: str) -> None:
    row = await told(house, status="held", template_name=template)
    browser = await house.browser(house.team["Manager"])

    page = (await browser.get(f"/notifications/{row.id}")).text

    assert "link=" not in page
    assert "shown to nobody but its reader" in page
    assert (await browser.get("/dev/mail")).status_code in (403, 404)


async def test_where_no_mail_is_configured_an_admin_sees_the_letters(house: House) -> None:
    lead = await house.lead(company_name="Kestrel")
    await told(house, status="held", lead_id=lead.id, user_id=house.team["Rep One"].id)

    page = text_of((await (await house.browser(house.team["Admin"])).get("/dev/mail")).text)

    assert "SMTP_URL is not set" in page
    assert "Kestrel" in page


async def test_where_mail_is_configured_there_are_no_letters_to_see() -> None:
    async with running(smtp_url="smtp://127.0.0.1:9", mail_from="leads@company.example.com") as house:
        admin = await house.hire("Admin", "admin")

        assert (await (await house.browser(admin)).get("/dev/mail")).status_code == 404


async def test_every_page_says_when_no_worker_is_alive(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])
    (worker,) = await house.store.list_workers()
    manned = (await browser.get("/")).text
    await house.store.forget_workers([worker.id])
    alone = await seen_anew(house, browser, "/")
    await house.store.touch_worker(replace(worker, seen_at=utc_now() - timedelta(minutes=5)))
    silent = await seen_anew(house, browser, "/account")

    assert "No worker is alive" not in manned
    assert "No worker is alive" in alone
    assert "No worker is alive" in silent


async def seen_anew(house: House, browser: Any, path: str) -> str:
    """A page after the next look at the workers, which is not waited for."""
    house.services.attendance = Attendance(house.store)
    return str((await browser.get(path)).text)
