"""The work list and the page of a lead."""

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import leadline.web
from leadline.clock import utc_now
from leadline.domain.activities import note_added
from leadline.domain.errors import Unavailable
from leadline.domain.lead_edits import EDITABLE
from leadline.domain.users import User
from leadline.ports import Tx
from leadline.usecases.index import index_leads
from leadline.web.static import ASSETS, asset
from tests.builders import ROBOT, WARM, intake
from tests.steps import add_reps, advance, capture, captured_lead, change
from tests.web.browsing import HTML, House, running, text_of

HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{7*7}}"
TEMPLATES = Path(leadline.web.__file__).parent / "templates"


async def manager_sees(house: House, path: str) -> str:
    """A page as a manager sees it."""
    answer = await (await house.browser(house.team["Manager"])).get(path)
    assert answer.status_code == 200
    return answer.text


def names(page: str) -> list[str]:
    """The companies of a list, in order."""
    return [html.unescape(name) for name in re.findall(r'<a href="/leads/[^"]+" title="[^"]*">([^<]*)</a>', page)]


# ---------- the work list


async def test_the_front_page_is_the_hot_tab_for_everybody(house: House) -> None:
    await house.lead(company_name="Hot one", category="Hot", lead_score=90, raw_score=90)
    await house.lead(company_name="Warm one", category="Warm", lead_score=60, raw_score=60)
    for who in ("Rep One", "Manager", "Admin"):
        page = (await (await house.browser(house.team[who])).get("/")).text

        assert names(page) == ["Hot one"]
        assert "<h1>Hot leads</h1>" in page


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hot", ["flagged", "deep", "shallow"]),
        ("warm", ["warm"]),
        ("cold", ["cold"]),
        ("waiting", ["deep"]),
        ("review", ["warm"]),
        ("all", ["flagged", "deep", "shallow", "warm", "cold"]),
    ],
)
async def test_each_list_has_its_leads_in_work_list_order(house: House, name: str, expected: list[str]) -> None:
    now = utc_now()
    await house.lead(company_name="shallow", category="Hot", raw_score=81)
    await house.lead(
        company_name="deep", category="Hot", raw_score=105, waiting_since=now, waiting_reason="no_capacity"
    )
    await house.lead(company_name="flagged", category="Hot", raw_score=80, priority_flag=True)
    await house.lead(company_name="warm", category="Warm", raw_score=60, needs_review=True)
    await house.lead(company_name="cold", category="Cold", raw_score=10)
    await house.lead(company_name="spam", category="Hot", raw_score=99, is_spam=True)
    await house.lead(company_name="gone", category="Hot", raw_score=99, is_deleted=True)
    await house.lead(company_name="closed", category="Hot", raw_score=99, status="Disqualified")

    assert names(await manager_sees(house, f"/?list={name}")) == expected


async def test_the_tabs_count_what_is_open(house: House) -> None:
    await house.lead(category="Hot", needs_review=True)
    await house.lead(category="Hot", status="Opportunity")
    await house.lead(category="Warm", waiting_since=utc_now(), waiting_reason="no_active_rep")
    await house.lead(category="Cold")

    said = text_of(await manager_sees(house, "/"))

    assert "Hot 1 Warm 1 Cold 1 Waiting 1 Needs review 1 All 3" in said


async def test_a_row_says_who_what_and_how_long(house: House) -> None:
    now = utc_now()
    owner = house.team["Rep One"].id
    await house.lead(
        company_name="Kestrel & Sons",
        contact_name="Mateo Brandvold",
        category="Hot",
        lead_score=98,
        assigned_to=owner,
        inquiry_type="Demo Request",
        budget_timeline="Immediate",
        source="Webflow Form",
        priority_flag=True,
        needs_review=True,
        created_at=now - timedelta(minutes=9),
    )

    page = await manager_sees(house, "/")

    said = text_of(page)
    for word in (
        "Kestrel & Sons",
        "Mateo Brandvold",
        "Hot 98",
        "Demo Request",
        "Immediate",
        "Webflow Form",
        "Priority",
    ):
        assert word in said
    assert "Review New RO Rep One Age 9 min Last touch not yet" in said.replace(
        "Review Demo Request Immediate Webflow Form", "Review"
    )
    stamp = f"{now - timedelta(minutes=9):%Y-%m-%dT%H:%M:%SZ}"
    assert f'<time datetime="{stamp}" title="' in page
    assert re.search(r'title="\d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d UTC"', page)


async def test_the_reader_is_you(house: House) -> None:
    viewer = house.team["Rep One"]
    await house.lead(category="Hot", assigned_to=viewer.id)

    page = (await (await house.browser(viewer)).get("/")).text

    assert '<span title="You">You</span>' in page


async def test_a_lead_that_waits_says_why_instead_of_an_owner(house: House) -> None:
    await house.lead(category="Hot", waiting_since=utc_now(), waiting_reason="no_capacity")
    await house.lead(category="Hot")

    said = text_of(await manager_sees(house, "/"))

    assert "Waiting every rep is full" in said
    assert "Nobody" in said


async def test_pages_follow_one_another_without_a_gap_and_lead_back_to_the_start(house: House) -> None:
    for number in range(120):
        await house.lead(company_name=f"Firm {number}", category="Hot", raw_score=200 - number)
    browser = await house.browser(house.team["Manager"])
    seen: list[str] = []
    address: str | None = "/?list=hot"
    pages = 0
    while address:
        page = (await browser.get(address)).text
        seen += names(page)
        following = re.search(r'<a href="([^"]+)" rel="next">', page)
        assert ("Back to the start" in page) == (pages > 0)
        address = html.unescape(following[1]) if following else None
        pages += 1

    assert seen == [f"Firm {number}" for number in range(120)]
    assert pages == 3


async def test_a_cursor_keeps_the_filters_of_its_list(house: House) -> None:
    for number in range(60):
        await house.lead(company_name=f"Firm {number}", category="Warm", source="Tally & Co", status="Contacted")
    page = await manager_sees(house, "/?list=warm&source=Tally+%26+Co&status=Contacted")

    following = html.unescape(page.partition('" rel="next"')[0].rpartition('href="')[2])

    assert len(names(await manager_sees(house, following))) == 10
    assert 'value="Tally &amp; Co" selected' in await manager_sees(house, following)


async def test_filters_find_by_status_owner_source_and_word(house: House) -> None:
    owner = house.team["Rep One"].id
    await house.lead(company_name="Kestrel", category="Hot", assigned_to=owner, status="Contacted", source="Tally")
    await house.lead(company_name="Halcyon", category="Hot", source="API")
    await house.lead(company_name="Closed", category="Hot", status="Disqualified")
    await index_leads(house.store, None)

    for query, expected in (
        ("status=Contacted", ["Kestrel"]),
        ("status=Disqualified", ["Closed"]),
        ("status=any", ["Closed", "Halcyon", "Kestrel"]),
        (f"owner={owner}", ["Kestrel"]),
        ("owner=none", ["Halcyon"]),
        ("owner=me", []),
        ("source=Tally", ["Kestrel"]),
        ("q=hal", ["Halcyon"]),
        ("q=HAL+lee", ["Halcyon"]),
        ("q=nothing", []),
    ):
        page = await manager_sees(house, f"/?list=hot&{query}")

        assert sorted(names(page)) == expected, query
        assert ("No lead fits" in page) == (not expected)
        assert "Clear" in page


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "UTC", "Pacific/Honolulu"])
async def test_created_counts_days_of_the_readers_calendar(house: House, zone: str) -> None:
    reader = house.team["Manager"]
    await change(house.store, reader, time_zone=zone)
    midnight = utc_now().astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    for name, at in (
        ("Now", utc_now()),
        ("Late yesterday", midnight - timedelta(seconds=1)),
        ("Six days ago", midnight - timedelta(days=6)),
        ("A week ago", midnight - timedelta(days=6, seconds=1)),
        ("Long ago", midnight - timedelta(days=30)),
    ):
        await house.lead(company_name=name, category="Hot", created_at=at)

    today, week, month, ever = [
        set(names(await manager_sees(house, f"/?created={created}")))
        for created in ("today", "7-days", "30-days", "any")
    ]

    assert today == {"Now"}
    assert week == {"Now", "Late yesterday", "Six days ago"}
    assert month == week | {"A week ago"}
    assert ever == month | {"Long ago"}


async def test_the_panel_says_in_short_what_the_lead_asked_and_what_the_reader_may_do(house: House) -> None:
    rep, other = house.team["Rep One"], house.team["Rep Two"]
    lead = await house.lead(
        company_name="Kestrel", assigned_to=rep.id, message="Show us <b>routing</b>", phone="+1 212 555 0100"
    )
    free = await house.lead(company_name="Halcyon")

    own = await (await house.browser(rep)).get(f"/leads/{lead.id}/panel")
    unclaimed = await (await house.browser(rep)).get(f"/leads/{free.id}/panel")
    strange = await (await house.browser(other)).get(f"/leads/{lead.id}/panel")

    assert "Show us &lt;b&gt;routing&lt;/b&gt;" in own.text
    assert 'href="tel:+12125550100"' in own.text
    assert 'data-verb="contacted"' in own.text
    assert 'data-verb="note"' in own.text
    assert 'data-verb="claim"' in unclaimed.text
    assert 'data-verb="note"' not in unclaimed.text
    assert strange.status_code == 404


async def test_blank_and_single_letter_searches_show_the_list(house: House) -> None:
    await house.lead(company_name="Kestrel", category="Hot")

    for query in ("", "q=", "q=+++", "q=k", "q=%00", "status=&owner=&source=&q=&cursor="):
        assert names(await manager_sees(house, f"/?{query}")) == ["Kestrel"]


@pytest.mark.parametrize(
    "query",
    [
        "list=nope",
        "status=nope",
        "created=nope",
        "owner=nope",
        "owner=01990000-0000-7000-8000-000000000000",
        "cursor=nope",
        "cursor=%00",
        "unknown=1",
        "list=hot&list=warm",
        "q=" + "x" * 300,
    ],
)
async def test_an_address_that_asks_for_something_unknown_says_so(house: House, query: str) -> None:
    answer = await (await house.browser(house.team["Manager"])).get(f"/?{query}")

    assert answer.status_code == 422
    assert "This address asks for something we do not know" in answer.text
    assert 'href="/"' in answer.text


async def test_an_empty_list_says_so_in_its_own_words(house: House) -> None:
    for name, words in (
        ("hot", "No open lead here"),
        ("waiting", "Nobody waits"),
        ("review", "Nothing is in doubt"),
    ):
        assert words in await manager_sees(house, f"/?list={name}")


async def test_demo_leads_are_called_invented(house: House) -> None:
    lead = await house.lead(category="Hot", is_demo=True)

    assert "invented demo leads" in await manager_sees(house, "/")
    assert "Invented for the demo" in await manager_sees(house, f"/leads/{lead.id}")


# ---------- one lead


async def test_a_captured_lead_explains_its_score_its_owner_and_its_history(house: House) -> None:
    now = utc_now()
    lead = await captured_lead(house.store, intake(at=now, message="We close the books.\n\nCan you help?"), now=now)
    browser = await house.browser(house.team["Admin"])

    page = (await browser.get(f"/leads/{lead.id}")).text

    said = text_of(page)
    assert "We close the books." in said
    assert "Score 95 of 100, Hot. Warm begins at 50, Hot at 80." in html.unescape(page)
    assert "Five answers make 95." in said
    assert "Company size 51-200 +20 of 25" in said
    assert "Engagement Nothing yet 0 of 40" in said
    assert "Rule set 1" in said
    assert "By turn: of those with room, Rep One waited longest." in said
    assert "Rep One 0 of 20 Given the lead" in said
    assert "Rep Two 0 of 20 Had a turn more recently" in said
    assert "Assigned to Rep One by turn" in said
    assert "test key, API key, 203.0.113.7" in said
    assert said.index("Assigned to Rep One") < said.index("Came in by API")
    assert said.index("Next steps") < said.index("Why this score?") < said.index("Came in by API")


async def test_the_waterfall_shows_raw_and_capped_points(house: House) -> None:
    lead = await captured_lead(house.store, intake(company_size="1000+"), now=utc_now())
    await advance(house.store, lead.id, "Contacted", "Qualified", at=utc_now())

    page = await manager_sees(house, f"/leads/{lead.id}")

    assert "Six answers make 110. A score stops at 100. Hot starts at 80." in text_of(page)
    assert "Score Hot 100 raw 110" in text_of(page)
    assert 'class="over" x="100" y="8" width="10"' in page
    assert 'class="sum sum--hot" x="0" y="8" width="100"' in page


async def test_a_waiting_lead_says_why_and_since_when(house: House) -> None:
    for user in ("Rep One", "Rep Two"):
        await _set(house.team[user], house, max_active_leads=0)
    lead = await captured_lead(house.store, intake(), now=utc_now())

    page = await manager_sees(house, f"/leads/{lead.id}")

    assert "Why nobody?" in page
    assert "Nobody could take it: every rep is full. The next rep with room gets it. It waits since" in text_of(page)
    assert "Rep One 0 of 0 Full" in text_of(page)


async def _set(user: User, house: House, **fields: int) -> None:
    await change(house.store, user, **fields)


async def test_a_cold_lead_and_a_returning_one_explain_themselves(house: House) -> None:
    now = utc_now()
    cold = await captured_lead(
        house.store, intake(company_size="1-10", inquiry_type="Support", budget_timeline=None, industry=None), now=now
    )
    first = await captured_lead(house.store, intake(at=now - timedelta(days=3), email="ann@firm.example.com"), now=now)
    again = await captured_lead(house.store, intake(at=now, email="ann@firm.example.com"), now=now)
    owner = (await house.store.get_user(first.assigned_to or UUID(int=0))).full_name

    assert "Cold leads are not given to anybody." in await manager_sees(house, f"/leads/{cold.id}")
    assert f"An earlier lead from this address is {owner}’s, and {owner} has room." in await manager_sees(
        house, f"/leads/{again.id}"
    )


async def test_what_is_in_doubt_is_listed_with_both_answers(house: House) -> None:
    now = utc_now()
    lead = await captured_lead(house.store, intake(at=now, email="ann@firm.example.com"), now=now)
    await capture(
        house.store, intake(at=now, email="ann@firm.example.com", company_size="11-50", industry="Healthcare"), now=now
    )
    derived = await house.lead(
        company_name="firm.example.com", needs_review=True, field_sources={"company_name": {"source": "derived"}}
    )

    said = text_of(await manager_sees(house, f"/leads/{lead.id}"))
    derived_said = text_of(await manager_sees(house, f"/leads/{derived.id}"))

    assert "Size The lead has 51-200 A later posting says 11-50" in said
    assert "Industry The lead has Software/SaaS A later posting says Healthcare" in said
    assert "The same address wrote again" in said
    assert "Company firm.example.com derived Nobody gave it" in derived_said
    assert "Company firm.example.com derived" in derived_said


async def test_the_history_is_paged_newest_first(house: House) -> None:
    now = utc_now()
    lead = await captured_lead(house.store, intake(at=now, email="ann@firm.example.com"), now=now)
    for number in range(60):
        later = now + timedelta(seconds=number)
        await capture(house.store, intake(at=later, email="ann@firm.example.com"), now=later)
    browser = await house.browser(house.team["Manager"])

    first = (await browser.get(f"/leads/{lead.id}")).text
    older = html.unescape(first.partition('#timeline" rel="next"')[0].rpartition('href="')[2])
    second = (await browser.get(older)).text

    assert first.count("The same address wrote again") == 50
    assert second.count("The same address wrote again") == 10
    assert "Came in by API" in second
    assert "Newest entries" in second
    assert (await browser.get(f"/leads/{lead.id}?cursor=made-up")).status_code == 422


async def test_a_closed_lead_whose_answers_changed_says_which_score_counts(house: House) -> None:
    lead = await house.lead(**WARM, lead_score=40, raw_score=40, category="Cold", status="Disqualified")

    said = text_of(await manager_sees(house, f"/leads/{lead.id}"))

    assert "The score that counts is 40: a closed lead keeps the score it was closed with." in said
    assert "would make 73" in said


async def test_links_that_a_stranger_typed_lead_to_the_web_or_nowhere(house: House) -> None:
    lead = await house.lead(
        company_website="javascript:alert(document.domain)",
        linkedin_url="www.linkedin.com/in/ann",
        phone="+1 (555) 010-0199 ext. 5",
        email="a?subject=x&bcc=y@firm.example.com",
    )

    page = await manager_sees(house, f"/leads/{lead.id}")

    assert "javascript:alert(document.domain)</dd>" in page
    assert 'href="https://www.linkedin.com/in/ann" rel="noopener noreferrer nofollow"' in page
    assert 'href="tel:+15550100199"' in page
    assert 'href="mailto:a%3Fsubject%3Dx%26bcc%3Dy@firm.example.com"' in page


# ---------- nothing of a stranger is run


async def test_hostile_text_in_every_field_is_shown_and_never_run(house: House) -> None:
    texts: dict[str, Any] = dict.fromkeys(EDITABLE, HOSTILE)
    del texts["email"], texts["company_size"]  # a closed list
    mallory = await house.hire(
        HOSTILE, email="m@company.example.com", email_key="m@company.example.com", role="manager"
    )
    lead = await house.lead(
        **texts,
        email=f'"{HOSTILE}"@x.example.com',
        category="Hot",
        needs_review=True,
        assigned_to=mallory.id,
        extra={HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]},
        field_sources={
            "company_size": {"conflict": HOSTILE},
            "industry": {"source": HOSTILE},
            HOSTILE: {"conflict": 1},
        },
        route_decision={"how": "turn", "chosen": "x", "name": HOSTILE, "reps": [["x", HOSTILE, 1, 2, HOSTILE]]},
    )
    await _note(house, lead.id)
    browser = await house.browser(mallory)

    for path in ("/", f"/?q={HOSTILE.split('>')[0]}", f"/leads/{lead.id}", f"/leads/{HOSTILE}", "/docs"):
        page = (await browser.get(path)).text
        assert "<script>" not in page
        assert "<img" not in page
    page = (await browser.get(f"/leads/{lead.id}")).text
    assert html.unescape(page).count(HOSTILE) > 25


async def _note(house: House, lead_id: UUID) -> None:
    async def work(tx: Tx) -> None:
        tx.add_activities([note_added(lead_id, lead_id, HOSTILE, ROBOT, utc_now())])

    await house.store.transact(work)


async def test_no_page_holds_a_style_or_a_script_of_its_own(house: House) -> None:
    lead = await captured_lead(house.store, intake(), now=utc_now())
    browser = await house.browser(house.team["Admin"])
    for path in ("/", "/?list=waiting", f"/leads/{lead.id}", "/docs", "/nothing"):
        answer = await browser.get(path)

        assert not re.search(r'<script(?! src="/static/)|<style|\sstyle=|\son\w+=', answer.text)
        assert re.findall(r"<script[^>]*>(.*?)</script>", answer.text, re.DOTALL).count("") == answer.text.count(
            "<script"
        )
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_no_template_marks_anything_as_safe() -> None:
    for template in TEMPLATES.iterdir():
        text = template.read_text()

        forbidden = r"\|\s*safe|autoescape|Markup|<script(?! src=\"({{ asset\(|https://challenges\.cloudflare\.com/turnstile/v0/api\.js\"))|<style|\sstyle=|\son\w+=|hx-on|hx-vals=.js:"
        assert not re.search(forbidden, text), template.name


# ---------- what every reader needs


async def test_a_list_can_be_read_without_seeing_it(house: House) -> None:
    await house.lead(category="Warm")

    page = await manager_sees(house, "/?list=warm")

    assert '<a class="skip" href="#main">' in page
    assert '<html lang="en">' in page
    assert page.count("<h1>") == 1
    assert 'role="table"' in page
    assert '<span class="visually-hidden">Warm</span>' in page
    assert len(re.findall(r'<th scope="col"', page)) == len(re.findall(r"<td |<th scope=\"row\"", page))
    ids = set(re.findall(r'<(?:input|select|textarea)[^>]* id="([^"]+)"', page))
    assert ids == set(re.findall(r'<label [^>]*for="([^"]+)"', page))


async def test_ids_of_a_page_are_there_once(house: House) -> None:
    lead = await captured_lead(house.store, intake(), now=utc_now())
    for path in ("/", f"/leads/{lead.id}", "/docs"):
        ids = re.findall(r'\sid="([^"]+)"', await manager_sees(house, path))

        assert len(ids) == len(set(ids))


# ---------- files and errors


async def test_files_are_kept_for_ever_under_the_hash_of_their_content(house: House) -> None:
    browser = await house.browser()
    for name in ASSETS:
        answer = await browser.get(asset(name))
        old = await browser.get(f"/static/000000000000/{name}")

        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert old.headers["cache-control"] == "public, max-age=60"
    assert (await browser.get("/static/x/app.py")).status_code == 404
    assert (await browser.get("/static/x/..%2Fapp.py")).status_code == 404
    assert (await browser.get("/favicon.ico")).headers["content-type"] == "image/svg+xml"


async def test_a_page_names_only_files_that_are_there(house: House) -> None:
    page = await manager_sees(house, "/")
    browser = await house.browser()

    for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert (await browser.get(address)).status_code == 200


async def test_browsers_get_pages_for_errors_and_programs_get_problems(house: House) -> None:
    browser = await house.browser(house.team["Manager"])

    page = await browser.get("/nothing", headers=HTML | {"X-Request-Id": "abc-1"})
    problem = await browser.get("/nothing", headers={"Accept": "application/json"})
    api = await browser.get("/api/v1/leads/x")
    wrong_method = await browser.post("/leads/x")

    assert page.status_code == problem.status_code == 404
    assert "There is nothing here" in page.text
    assert "<code>abc-1</code>" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert api.headers["content-type"] == "application/problem+json"
    assert wrong_method.status_code == 405


async def test_an_outage_says_what_still_works_and_what_to_do() -> None:
    away = [False]

    def on_call(name: str) -> None:
        if away[0]:
            raise Unavailable("connect to 10.0.0.7 failed", retry_after_seconds=3)

    async with running(on_call=on_call) as house:
        browser = await house.browser(await house.hire("Rep One"))
        away[0] = True

        answer = await browser.get("/?list=warm")

        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "3"
        assert "Leadline cannot answer right now" in answer.text
        assert "told to send it again" in answer.text
        assert 'href="/?list=warm"' in answer.text
        assert "10.0.0.7" not in answer.text


async def test_a_mistake_of_ours_shows_the_request_id_and_nothing_else() -> None:
    broken = [False]

    def on_call(name: str) -> None:
        if broken[0]:
            raise RuntimeError("secret inner detail")

    async with running(on_call=on_call) as house:
        browser = await house.browser(await house.hire("Rep One"))
        broken[0] = True

        answer = await browser.get("/", headers=HTML | {"X-Request-Id": "abc-2"})

        assert answer.status_code == 500
        assert "abc-2" in answer.text
        assert "secret inner detail" not in answer.text


async def test_a_list_of_many_reps_offers_each_of_them_as_a_filter(house: House) -> None:
    await add_reps(house.store, 3)

    offered = re.findall(r"<option[^>]*>([^<]*)</option>", await manager_sees(house, "/"))

    assert {"Any owner", "Me", "Nobody", "Rep One", "Rep Two", "Rep 05", "Rep 06", "Rep 07"} < set(offered)
    assert "Admin" not in offered
