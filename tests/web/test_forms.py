"""Our own form through HTTP: shown, sent, doubted, embedded. What was sent is never lost, and nothing is ever a 500."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.clock import utc_now
from leadline.domain.answers import FIELDS
from leadline.domain.form_tokens import NONCE_BYTES, make_token
from leadline.domain.forms import ASKABLE
from leadline.domain.intake import SubmissionRecord
from leadline.sources.form import CAME_FROM
from leadline.sources.mapping import to_fields
from leadline.usecases.endpoints import add_endpoint
from leadline.web.app import FORMS_MAX
from leadline.web.lead_tokens import read_token
from leadline.web.static import ASSETS
from tests.web.browsing import HTML, ORIGIN, SECRET_KEY, House, running, text_of

SITE = "https://www.company.example"
CONSENT = "I agree that you write to me."
SCRIPT = {"Accept": "application/json", "Origin": SITE}
ANN = {"contact_name": "Ann", "email": "ann@example.com", "company_name": "Acme", "message": "Hello"}


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running() as made:
        yield made


@pytest_asyncio.fixture
async def http(house: House) -> httpx2.AsyncClient:
    return await house.browser()


async def open_form(house: House, name: str = "contact", spam: dict[str, Any] | None = None, **form: Any) -> None:
    """A form of ours with these settings."""
    fields = {"name": name, "provider": "form", "form": form} | ({"spam": spam} if spam is not None else {})
    await add_endpoint(house.store, fields, lambda secrets: None, house.services.house.new_id, utc_now(), frozenset())


def token(seconds_ago: float = 60, consent: str | None = None, form: str = "contact", nonce: bytes = b"1") -> str:
    """The mark of a form that was opened a while ago."""
    return make_token(SECRET_KEY, form, consent, utc_now() - timedelta(seconds=seconds_ago), nonce * NONCE_BYTES)


async def kept(house: House) -> list[SubmissionRecord]:
    return (await house.store.list_submissions(None, None, None, 200)).items


async def outcomes(house: House) -> list[str]:
    return [record.outcome for record in await kept(house)]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


async def test_a_form_is_shown_sent_and_thanked_for(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house, title="Sprechen wir", consent=CONSENT)
    page = await http.get("/f/contact?utm_source=news&utm_term=x", headers={"Referer": "https://search.example/"})
    sent = ANN | {name: hidden(page.text, name) for name in ("utm_source", "utm_term", "referrer")}
    sent |= {"consent": CONSENT, "ll_token": token(consent=CONSENT)}

    answer = await http.post("/f/contact", data=sent)
    thanks = await http.get(answer.headers["location"])

    assert (page.status_code, answer.status_code, thanks.status_code) == (200, 303, 200)
    assert "Thank you" in text_of(thanks.text)
    assert "set-cookie" not in page.headers
    (record,) = await kept(house)
    lead = await house.store.get_lead(record.lead_id) if record.lead_id else None
    assert lead is not None
    assert (record.way_in, record.endpoint, record.outcome, lead.source) == ("form", "contact", "created", "Web Form")
    assert b"I+agree" in record.payload
    assert (lead.utm_source, lead.extra) == (
        "news", {"consent": CONSENT, "utm_term": "x", "referrer": "https://search.example/"},
    )  # fmt: skip


@pytest.mark.parametrize("name", [*ASKABLE, *CAME_FROM, "consent"])
def test_each_name_of_a_form_means_itself(name: str) -> None:
    value = "1-10" if name == "company_size" else "a@example.com"

    assert to_fields({name: value}) == {name: value}
    assert name not in FIELDS or name == name.lower()


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"ll_homepage": "http://spam.example"}, "spam", "no person sees"),
        ({"ll_token": None}, "quarantined", "mark of an opened form"),
        ({"ll_token": "made up"}, "quarantined", "mark of an opened form"),
        ({"ll_token": "fresh"}, "quarantined", "filled in within"),
        ({"message": "http://a http://b http://c http://d"}, "quarantined", "4 links"),
    ],
)
async def test_what_is_in_doubt_is_kept_with_its_reason_and_thanked_for(
    changes: dict[str, str | None], outcome: str, reason: str, house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house)
    made = {"ll_token": token()} | changes
    if made["ll_token"] == "fresh":
        made["ll_token"] = token(0)
    sent = ANN | {name: value for name, value in made.items() if value is not None}

    answer = await http.post("/f/contact", data=sent)

    assert (answer.status_code, answer.headers["location"]) == (303, "/f/contact/thanks")
    (record,) = await kept(house)
    assert (record.outcome, record.lead_id) == (outcome, None)
    assert reason in record.faults[0].detail


async def test_a_form_without_a_least_time_takes_a_plain_post_from_anywhere(
    house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house, spam={"honeypot": True}, origins=[SITE])

    await http.post("/f/contact", data=ANN, headers={"Origin": SITE, "Sec-Fetch-Site": "cross-site"})
    await http.post("/f/contact", data=ANN | {"email": "b@example.com"}, headers={"Origin": "https://other.example"})

    records = await kept(house)
    assert sorted(record.outcome for record in records) == ["created", "quarantined"]


async def test_a_form_that_was_open_for_a_year_is_taken(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house)

    await http.post("/f/contact", data=ANN | {"ll_token": token(365 * 86_400)})

    assert await outcomes(house) == ["created"]


async def test_a_double_click_a_refresh_and_the_way_back_make_one_lead(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house)
    sent = ANN | {"ll_token": token()}

    answers = [await http.post("/f/contact", data=sent) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert await outcomes(house) == ["created"]


async def test_the_same_mark_with_other_answers_is_kept_too(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house)
    mark = {"ll_token": token()}

    await http.post("/f/contact", data=ANN | mark)
    for _ in range(2):
        await http.post("/f/contact", data=ANN | mark | {"email": "eve@example.com"})
        await http.post("/f/contact", data=ANN | mark | {"message": "One more thing"})

    assert sorted(await outcomes(house)) == ["created", "duplicate", "quarantined"]


async def test_what_was_too_fast_at_first_becomes_a_lead_when_it_is_sent_again(
    house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house, spam={"links_max": 0})
    mark = {"ll_token": token()}

    await http.post("/f/contact", data=ANN | mark | {"message": "http://a.example"})
    await http.post("/f/contact", data=ANN | mark)

    assert sorted(await outcomes(house)) == ["created", "quarantined"]


async def test_what_is_missing_or_wrong_is_asked_for_again_beside_its_field(
    house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house, consent=CONSENT)
    mark = token(consent=CONSENT)

    answer = await http.post("/f/contact", data={"email": "ann@", "message": "I <b>typed</b> much", "ll_token": mark})

    assert answer.status_code == 422
    assert re.search(
        r'id="f-email"[^>]*value="ann@"[^>]*aria-invalid="true" aria-describedby="wrong-email"', answer.text
    )
    assert re.search(r'id="f-contact_name"[^>]*aria-describedby="wrong-contact_name" autofocus', answer.text)
    assert 'role="alert"' in answer.text
    assert "I &lt;b&gt;typed&lt;/b&gt; much" in answer.text
    assert "Please tick this." in answer.text
    assert hidden(answer.text, "ll_token") == mark
    assert await outcomes(house) == ["rejected"]

    mended = ANN | {"consent": CONSENT, "ll_token": mark}
    assert (await http.post("/f/contact", data=mended)).status_code == 303
    assert sorted(await outcomes(house)) == ["created", "rejected"]


async def test_a_consent_that_is_not_ours_is_doubt_and_one_of_an_older_page_is_not(
    house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house, consent=CONSENT, spam={"honeypot": False})
    old = "I agreed to the older text."

    await http.post("/f/contact", data=ANN | {"consent": old, "ll_token": token(consent=old)})
    await http.post("/f/contact", data=ANN | {"email": "b@example.com", "consent": "no"})

    assert sorted(await outcomes(house)) == ["created", "quarantined"]


async def test_too_many_are_asked_to_wait_and_lose_nothing(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house)
    for _ in range(FORMS_MAX):
        await http.post("/f/contact", data={"email": ""})

    answer = await http.post("/f/contact", data=ANN)

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert 'value="ann@example.com"' in answer.text


async def test_each_address_behind_a_trusted_proxy_has_its_own_limit() -> None:
    async with running(trusted_proxies=("127.0.0.1",)) as house:
        await open_form(house)
        http = await house.browser()
        for _ in range(FORMS_MAX + 1):
            blocked = await http.post("/f/contact", data={"email": ""}, headers={"X-Forwarded-For": "203.0.113.5"})
        other = await http.post("/f/contact", data={"email": ""}, headers={"X-Forwarded-For": "203.0.113.6"})

    assert (blocked.status_code, other.status_code) == (429, 422)


async def test_while_the_store_is_away_the_form_comes_back_with_what_was_typed(
    house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house)
    await http.get("/f/contact")
    await house.services.queue.close()

    answer = await http.post("/f/contact", data=ANN | {"ll_token": token()})

    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    assert 'value="ann@example.com"' in answer.text


async def test_a_script_of_an_allowed_site_sends_and_is_told(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house, origins=[SITE], redirect_to=f"{SITE}/thanks")
    asked = await http.request(
        "OPTIONS", "/f/contact", headers={"Origin": SITE, "Access-Control-Request-Method": "POST"}
    )
    shown = await http.get("/f/contact", headers=SCRIPT)
    sent = ANN | {"ll_token": token()}

    good = await http.post("/f/contact", json=sent, headers=SCRIPT)
    wrong = await http.post("/f/contact", data=sent | {"email": "no"}, headers=SCRIPT)

    for answer in (asked, shown, good, wrong):
        assert answer.headers["access-control-allow-origin"] == SITE
        assert "access-control-allow-credentials" not in answer.headers
    assert asked.status_code == 200
    assert [one["name"] for one in shown.json()["fields"]][:2] == ["contact_name", "email"]
    assert len(shown.json()["token"]) > 40
    assert good.json()["redirect_to"] == f"{SITE}/thanks"
    assert read_token(SECRET_KEY, good.json()["token"], utc_now()) == (await kept(house))[-1].lead_id
    assert wrong.status_code == 422
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/email"]


async def test_a_script_of_another_site_is_refused_and_cannot_read(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house, origins=[SITE])
    evil = SCRIPT | {"Origin": "https://evil.example"}

    answers = [
        await http.request("OPTIONS", "/f/contact", headers=evil),
        await http.get("/f/contact", headers=evil),
        await http.post("/f/contact", data=ANN | {"ll_token": token()}, headers=evil),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert all("access-control-allow-origin" not in answer.headers for answer in answers)
    assert await outcomes(house) == []


async def test_a_form_is_framed_by_the_sites_it_names_and_no_other_page_is(
    house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house, origins=[SITE], redirect_to="https://thanks.example/x")
    await open_form(house, "closed")

    form, thanks = await http.get("/f/contact"), await http.get("/f/contact/thanks")
    closed, login = await http.get("/f/closed"), await http.get("/login")

    for page in (form, thanks):
        assert f"frame-ancestors 'self' {SITE}" in page.headers["content-security-policy"]
        assert "x-frame-options" not in page.headers
    assert "form-action 'self' https://thanks.example;" in form.headers["content-security-policy"]
    assert closed.headers["content-security-policy"].endswith("frame-ancestors 'self'")
    assert login.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    assert login.headers["x-frame-options"] == "DENY"
    assert "cloudflare" not in form.headers["content-security-policy"]


async def test_a_form_that_is_not_there_or_off_is_404(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house)
    admin = await house.key("admin")
    (made,) = (await http.get("/api/v1/endpoints", headers=admin)).json()["items"]
    await http.patch(f"/api/v1/endpoints/{made['id']}", json={"active": False}, headers=admin)

    for path in ("/f/contact", "/f/none", "/f/main", "/f/%00", "/hooks/form/contact"):
        assert (await http.post(path, data=ANN)).status_code == 404, path


async def test_the_answer_of_the_api_has_the_snippets_escaped(house: House, http: httpx2.AsyncClient) -> None:
    await open_form(house, title='A "b" <script>', consent="<i>Yes</i>")
    (made,) = (await http.get("/api/v1/endpoints", headers=await house.key("admin"))).json()["items"]

    embed = made["embed"]

    assert made["path"] == "/f/contact"
    assert embed["page"] == f"{ORIGIN}/f/contact"
    assert f'<form action="{ORIGIN}/f/contact" method="post" data-leadline>' in embed["html"]
    assert all("<i>" not in text and "<script>" not in text for text in embed.values())


async def test_the_script_is_small_and_sets_no_cookie(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/embed.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.content) <= 5_000
    assert b"cookie" not in answer.content
    assert b"//" in ASSETS["embed.js"][0]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '" onfocus="x', "\0", "{{ 7*7 }}", "\u202e\U0001f600", "%", "a" * 10_000]
)
async def test_hostile_texts_in_every_field_make_a_lead_or_are_shown_back_harmless(
    text: str, house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house, consent=CONSENT)
    everything = dict.fromkeys(
        [*ASKABLE, *CAME_FROM, "consent", "ll_homepage", "ll_token", "cf-turnstile-response", "x"], text
    )

    again = await http.post("/f/contact", data=everything)
    taken = await http.post("/f/contact", data=everything | {"email": "a@example.com"})

    assert (again.status_code, taken.status_code) == (422, 303)
    assert "<script>alert" not in again.text
    assert 'value="" onfocus' not in again.text
    assert sorted(await outcomes(house)) == ["rejected", "spam"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 5_000, b"=&=&", b'{"email": {"a": [1]}}']
)
@pytest.mark.parametrize(
    "media_type", ["application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
)
async def test_odd_bodies_are_answered_in_kind(
    body: bytes, media_type: str, house: House, http: httpx2.AsyncClient
) -> None:
    await open_form(house)

    answer = await http.post("/f/contact", content=body, headers={"Content-Type": media_type})

    assert answer.status_code in (415, 422)
    assert await outcomes(house) == (["rejected"] if answer.status_code == 422 else [])


async def test_any_bytes_are_never_a_500_and_leave_one_row(house: House) -> None:
    http = await house.browser(headers=HTML | {"Content-Type": "application/x-www-form-urlencoded"})
    await open_form(house)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=200))
    def shape(body: bytes) -> None:
        bodies.append(body)

    bodies: list[bytes] = []
    shape()
    for body in bodies[: FORMS_MAX - 1]:
        before = len(await kept(house))
        answer = await http.post("/f/contact", content=body)

        assert answer.status_code in (303, 422)
        assert len(await kept(house)) == before + 1
