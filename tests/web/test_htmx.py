"""What htmx is given: itself, a configuration that the policy bears, the token, and answers it can use."""

import html
import json
import re

import pytest

from leadline.web.static import asset
from tests.web.browsing import House, form_token, running

HX = {"HX-Request": "true", "Accept": "*/*"}


async def test_a_signed_in_page_loads_it_from_here_and_tells_it_what_not_to_do(house: House) -> None:
    page = (await (await house.browser(house.team["Rep One"])).get("/")).text

    assert f'<script src="{asset("htmx.min.js")}" defer></script>' in page
    found = re.search(r"<meta name=\"htmx-config\" content='([^']*)'>", page)
    assert found
    assert json.loads(html.unescape(found[1])) == {
        "allowEval": False,
        "allowScriptTags": False,
        "includeIndicatorStyles": False,
        "selfRequestsOnly": True,
        # What a lead says would else stay in the browser's storage after signing out.
        "historyCacheSize": 0,
    }


async def test_who_is_not_signed_in_loads_no_script(house: House) -> None:
    assert "<script" not in (await (await house.browser()).get("/login")).text


async def test_its_script_may_be_kept_for_ever(house: House) -> None:
    answer = await (await house.browser()).get(asset("htmx.min.js"))

    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "htmx" in answer.text


async def test_the_token_of_the_page_goes_as_a_header(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])
    page = (await browser.get("/")).text
    found = re.search(r"<body hx-headers='([^']*)'>", page)
    assert found
    sent = json.loads(found[1])

    assert sent == {"X-CSRF-Token": form_token(page)}
    assert (await browser.post("/logout", headers=HX | {"X-CSRF-Token": "0" * 64})).status_code == 403
    assert (await browser.post("/logout", headers=HX | {"X-CSRF-Token": "\xe4".encode("latin-1")})).status_code == 403
    assert (await browser.post("/logout", headers=HX | sent)).status_code == 303


async def test_another_sessions_header_is_worth_nothing(house: House) -> None:
    mine, other = await house.browser(house.team["Rep One"]), await house.browser(house.team["Rep One"])
    token = form_token((await other.get("/")).text)

    assert (await mine.post("/logout", headers=HX | {"X-CSRF-Token": token})).status_code == 403


@pytest.mark.parametrize(
    ("shown", "login"),
    [
        ("http://127.0.0.1:8000/leads/x?cursor=y", "/login?next=%2Fleads%2Fx%3Fcursor%3Dy"),
        ("http://127.0.0.1:8000/", "/login"),
        ("https://evil.example.com//evil.example.com/", "/login"),
        ("http://[", "/login"),
        (None, "/login"),
    ],
)
async def test_a_session_that_is_over_leads_the_whole_page_to_the_login(
    house: House, shown: str | None, login: str
) -> None:
    answer = await (await house.browser()).get("/", headers=HX | ({"HX-Current-URL": shown} if shown else {}))

    assert (answer.status_code, answer.headers["hx-redirect"], answer.content) == (401, login, b"")


async def test_an_error_comes_as_html_unless_a_program_was_asked(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])

    assert (await browser.get("/leads/x", headers=HX)).headers["content-type"].startswith("text/html")
    assert (await browser.get("/api/v1/leads", headers=HX)).headers["content-type"] == "application/problem+json"


async def test_without_the_front_end_the_start_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.web.static.VENDORED", ("missing.js",))
    from leadline.web import static

    with pytest.raises(RuntimeError, match="run `make` once"):
        static._read()


async def test_behind_a_public_url_the_token_still_goes_with_the_page() -> None:
    async with running(public_url="https://leads.example.com") as house:
        rep = await house.hire("Rep")
        browser = await house.browser(rep, base_url="https://leads.example.com")
        token = form_token((await browser.get("/")).text)
        headers = HX | {"X-CSRF-Token": token, "Origin": "https://leads.example.com"}

        assert (await browser.post("/logout", headers=headers)).status_code == 303
