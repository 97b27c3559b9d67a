"""Signing in and out."""

import asyncio
import time
from datetime import timedelta

import pytest

from leadline.clock import utc_now
from leadline.domain.login_tries import TRIES_AT_ONE_ACCOUNT_FROM_ONE_ADDRESS as TRIES
from leadline.storage.memory import MemoryStore
from leadline.usecases import passwords
from leadline.usecases.accounts import hash_of, start_login_link
from leadline.usecases.passwords import PasswordGuard
from leadline.web.paths import safe_next
from tests.web.browsing import PASSWORD, House, form_token, log_in, running, text_of

WRONG = "That e-mail and password do not match."
ONE = "rep.one@company.example.com"


async def test_the_right_password_opens_the_work_list(house: House) -> None:
    browser = await house.browser()

    answer = await log_in(browser, ONE)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Hot leads" in (await browser.get("/")).text


async def test_an_address_is_taken_in_any_case_and_with_blanks_around_it(house: House) -> None:
    assert (await log_in(await house.browser(), " Rep.ONE@company.example.com ")).status_code == 303


async def test_the_login_is_remembered(house: House) -> None:
    await log_in(await house.browser(), ONE)

    assert (await house.store.get_user(house.team["Rep One"].id)).last_login_at is not None


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House) -> None:
    answer = await log_in(await house.browser(), ONE)

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("session=")
    assert {part.strip().lower() for part in cookie.split(";")[1:]} == {"httponly", "path=/", "samesite=lax"}


async def test_with_https_the_cookie_is_a_host_cookie() -> None:
    async with running(public_url="https://leads.example.com") as house:
        await house.hire("Rep One")
        browser = await house.browser(base_url="https://leads.example.com")

        answer = await log_in(browser, ONE)

        assert answer.headers["set-cookie"].startswith("__Host-session=")
        assert "; secure" in answer.headers["set-cookie"].lower()
        assert (await browser.get("/")).status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ONE, "not the password"),
        (ONE, ""),
        (ONE, PASSWORD + " "),
        (ONE, "x" * 10_000),
        ("nobody@company.example.com", PASSWORD),
        ("gone@company.example.com", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
        ("\0", "\0"),
        (ONE, "pässwörd ✓"),
    ],
)
async def test_every_wrong_login_looks_the_same(house: House, email: str, password: str) -> None:
    browser = await house.browser()

    answer = await log_in(browser, email, password)

    assert answer.status_code == 401
    assert WRONG in answer.text
    assert "session" not in browser.cookies
    assert house.store._state.sessions == {}


async def test_a_password_is_bounded_before_it_is_hashed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def verify(password_hash: str | None, password: str) -> bool:
        seen.append(len(password))
        return False

    monkeypatch.setattr(passwords, "verify_password", verify)

    await log_in(await house.browser(), ONE, "x" * 257)
    await log_in(await house.browser(), ONE, "x" * 256)

    assert seen == [256]


async def test_an_unknown_address_is_hashed_like_a_known_one(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def verify(password_hash: str | None, password: str) -> bool:
        seen.append(password_hash is not None)
        return False

    monkeypatch.setattr(passwords, "verify_password", verify)

    await log_in(await house.browser(), ONE)
    await log_in(await house.browser(), "nobody@company.example.com")

    assert seen == [True, False]


async def test_no_more_than_two_passwords_are_hashed_at_once(
    monkeypatch: pytest.MonkeyPatch, memory: MemoryStore
) -> None:
    running_now, most = [0], [0]

    def slow(password_hash: str | None, password: str) -> bool:
        running_now[0] += 1
        most[0] = max(most[0], running_now[0])
        time.sleep(0.02)
        running_now[0] -= 1
        return True

    monkeypatch.setattr(passwords, "verify_password", slow)
    guard = PasswordGuard(memory, "secret")

    await asyncio.gather(*(guard.fits(None, "x") for _ in range(6)))

    assert most == [2]


async def test_an_address_that_guesses_on_is_slowed_down_whether_the_account_exists_or_not(house: House) -> None:
    for email in (ONE, "nobody@company.example.com"):
        browser = await house.browser()
        for _ in range(TRIES):
            assert (await log_in(browser, email, "wrong")).status_code == 401

        answer = await log_in(browser, email)

        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 900
        assert "Too many tries" in answer.text


async def test_whoever_knows_the_password_starts_anew(house: House) -> None:
    browser = await house.browser()
    for _ in range(3):
        for _ in range(TRIES - 1):
            await log_in(browser, ONE, "wrong")

        assert (await log_in(browser, ONE)).status_code == 303
        browser.cookies.clear()


async def test_others_can_still_sign_in_meanwhile(house: House) -> None:
    browser = await house.browser()
    for _ in range(TRIES + 1):
        await log_in(browser, ONE, "wrong")

    assert (await log_in(browser, "rep.two@company.example.com")).status_code == 303


async def test_a_login_gets_a_token_of_its_own_and_ends_the_session_it_came_with(house: House) -> None:
    browser = await house.browser()
    browser.cookies.set("session", "chosen-by-somebody-else", domain="127.0.0.1")

    await log_in(browser, ONE)
    first = browser.cookies["session"]
    page = await browser.get("/login?link=x")
    again = {"_csrf_token": form_token(page.text), "email": ONE, "password": PASSWORD}
    await browser.post("/login", data=again)

    assert first != "chosen-by-somebody-else"
    assert browser.cookies["session"] != first
    old = await house.browser()
    old.cookies.set("session", first)
    assert (await old.get("/")).status_code == 303


async def test_only_the_hash_of_a_token_is_kept(house: House) -> None:
    browser = await house.browser()

    await log_in(browser, ONE)

    assert list(house.store._state.sessions) == [hash_of(browser.cookies["session"])]


async def test_signing_out_ends_the_session_for_good(house: House) -> None:
    browser = await house.browser()
    await log_in(browser, ONE)
    token = browser.cookies["session"]
    page = await browser.get("/")

    answer = await browser.post("/logout", data={"_csrf_token": form_token(page.text)})

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "session" not in browser.cookies
    browser.cookies.set("session", token)
    assert (await browser.get("/")).status_code == 303


async def test_signing_out_twice_leads_to_the_login(house: House) -> None:
    answer = await (await house.browser()).post("/logout", data={})

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


async def test_whoever_is_signed_in_need_not_sign_in(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])

    assert (await browser.get("/login")).headers["location"] == "/"


async def test_a_link_is_not_used_up_by_opening_it_and_signs_in_once(house: House) -> None:
    link = await start_login_link(house.store, house.team["Admin"], utc_now())
    browser, other = await house.browser(), await house.browser()
    for _ in range(2):
        page = await browser.get(f"/login?link={link}")
        assert "Sign in with this link" in page.text
        assert 'name="password"' not in page.text

    sent = {"_csrf_token": form_token(page.text), "link": link}
    answer = await browser.post("/login", data=sent)
    late = await other.get(f"/login?link={link}")
    refused = await other.post("/login", data={"_csrf_token": form_token(late.text), "link": link})

    assert answer.status_code == 303
    assert (await browser.get("/")).status_code == 200
    assert refused.status_code == 401
    assert "used before" in refused.text
    assert "session" not in other.cookies


async def test_an_old_link_and_that_of_somebody_who_left_are_refused(house: House) -> None:
    old = await start_login_link(house.store, house.team["Admin"], utc_now() - timedelta(minutes=16))
    gone = await start_login_link(house.store, house.team["Gone"], utc_now())

    for link in (old, gone, "made-up", "ä\0"):
        browser = await house.browser()
        page = await browser.get("/login", params={"link": link})

        answer = await browser.post("/login", data={"_csrf_token": form_token(page.text), "link": link})

        assert answer.status_code == 401


async def test_the_token_of_a_link_is_no_session(house: House) -> None:
    link = await start_login_link(house.store, house.team["Admin"], utc_now())
    browser = await house.browser()
    browser.cookies.set("session", link)

    assert (await browser.get("/")).status_code == 303


async def test_the_login_leads_back_to_the_page_that_was_asked_for(house: House) -> None:
    lead = await house.lead(company_name="Kestrel Ledger")
    browser = await house.browser()
    to_login = (await browser.get(f"/leads/{lead.id}?cursor=")).headers["location"]

    answer = await log_in(browser, ONE, query=to_login.removeprefix("/login"))

    assert answer.headers["location"] == f"/leads/{lead.id}?cursor="


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/ä",
        "/x\r\nSet-Cookie: a=b",
        "/login?next=/",
        "/logout",
        "/" + "x" * 3_000,
        "",
    ],
)
async def test_the_login_never_leads_to_another_site(house: House, elsewhere: str) -> None:
    browser = await house.browser()
    page = await browser.get("/login", params={"next": elsewhere})

    answer = await log_in(browser, ONE, next=elsewhere)

    assert 'name="next" value="/"' in page.text
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/?list=warm&q=a%20b", "/leads/x?cursor=y#timeline"])
def test_paths_of_ours_are_kept(path: str) -> None:
    assert safe_next(path) == path


async def test_the_typed_address_is_shown_again_and_the_password_is_not(house: House) -> None:
    answer = await log_in(await house.browser(), '"><script>alert(1)</script>', "my secret guess")

    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "my secret guess" not in answer.text


async def test_the_login_page_says_what_it_is_without_a_style_or_a_script(house: House) -> None:
    page = await (await house.browser()).get("/login")

    assert "Sign in" in text_of(page.text)
    assert page.headers["cache-control"] == "no-store"
    assert "<script" not in page.text
    assert "style=" not in page.text
