"""Forms are taken from our own pages only. Denied is the default, and every route is walked."""

import re

import pytest
from litestar.handlers import HTTPRouteHandler

from leadline.web.app import create_inner_app
from leadline.web.csrf import SAFE_METHODS, form_token, proof_of
from tests.web.browsing import HTML, ORIGIN, PASSWORD, SECRET_KEY, House, running
from tests.web.browsing import form_token as token_in

FOR_PROGRAMS = re.compile(r"^/(api/v1|hooks|unsubscribe)/")
# Anybody's page may send it, and it does nothing in the name of whoever is signed in.
FOR_STRANGERS = re.compile(r"^/f/")
ONE = "rep.one@company.example.com"


def unsafe_handlers(house: House) -> list[tuple[str, str, HTTPRouteHandler]]:
    """(path, method, handler) of everything that may change something."""
    app = create_inner_app(house.services)
    return [
        (re.sub(r"\{\w+:\w+\}", "x", path), method, handler)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for path in handler.paths
        for method in handler.http_methods
        if method not in SAFE_METHODS
    ]


async def test_only_addresses_for_programs_are_let_through_without_a_form(house: House) -> None:
    found = unsafe_handlers(house)
    free = {path for path, _, handler in found if proof_of(handler) in ("key", "signature")}

    assert free
    assert all(FOR_PROGRAMS.match(path) for path in free)
    assert {path for path, _, handler in found if proof_of(handler) == "login"} == {"/login", "/welcome", "/forgot"}
    assert all(FOR_STRANGERS.match(path) for path, _, handler in found if proof_of(handler) == "public form")
    assert {"/logout", "/leads/x/x", "/quarantine/x/release"} <= {path for path, _, _ in found} - free


async def test_every_other_route_denies_a_signed_in_request_without_the_token(house: House) -> None:
    browser = await house.browser(house.team["Admin"])
    for path, method, _ in unsafe_handlers(house):
        if not FOR_PROGRAMS.match(path) and not FOR_STRANGERS.match(path):
            for sent in ({}, {"_csrf_token": ""}, {"_csrf_token": "0" * 64}, {"_csrf_token": "ä✓\0"}):
                assert (await browser.request(method, path, data=sent or {"a": "b"})).status_code == 403
    assert (await browser.get("/")).status_code == 200


async def test_a_route_that_says_nothing_is_guarded(house: House) -> None:
    handlers = {path: handler for path, _, handler in unsafe_handlers(house)}

    assert "proof" not in handlers["/logout"].opt
    assert proof_of(handlers["/logout"]) == "session"


async def test_the_token_of_one_session_is_worth_nothing_in_another(house: House) -> None:
    mine, other = await house.browser(house.team["Rep One"]), await house.browser(house.team["Rep One"])
    token = token_in((await other.get("/")).text)

    assert (await mine.post("/logout", data={"_csrf_token": token})).status_code == 403
    assert (await mine.get("/")).status_code == 200


async def test_the_token_of_the_login_is_no_token_of_a_session(house: House) -> None:
    browser = await house.browser(house.team["Rep One"])
    login_token = form_token(SECRET_KEY, "login", browser.cookies["session"])

    assert (await browser.post("/logout", data={"_csrf_token": login_token})).status_code == 403


async def test_the_login_form_is_bound_to_the_browser_it_was_shown_to(house: House) -> None:
    shown, other = await house.browser(), await house.browser()
    token = token_in((await shown.get("/login")).text)
    sent = {"_csrf_token": token, "email": ONE, "password": PASSWORD}

    without_cookie = await other.post("/login", data=sent)
    await other.get("/login")
    with_another = await other.post("/login", data=sent)

    assert (without_cookie.status_code, with_another.status_code) == (403, 403)
    assert (await shown.post("/login", data=sent)).status_code == 303


async def test_two_tabs_of_the_login_page_both_work(house: House) -> None:
    browser = await house.browser()
    first = token_in((await browser.get("/login")).text)
    await browser.get("/login")

    answer = await browser.post("/login", data={"_csrf_token": first, "email": ONE, "password": PASSWORD})

    assert answer.status_code == 303


async def sign_in_from(house: House, headers: dict[str, str], base_url: str = ORIGIN) -> int:
    """The status of a login whose browser says this about where it comes from."""
    browser = await house.browser(base_url=base_url)
    token = token_in((await browser.get("/login")).text)
    sent = {"_csrf_token": token, "email": ONE, "password": PASSWORD}
    return (await browser.post("/login", data=sent, headers=HTML | headers)).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "https://127.0.0.1:8000.evil.example"},
        {"Origin": "http://[broken"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
    ],
)
async def test_a_form_from_elsewhere_is_refused_even_with_the_right_token(
    house: House, headers: dict[str, str]
) -> None:
    assert await sign_in_from(house, headers) == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": ORIGIN}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
async def test_our_own_form_is_taken_from_new_and_old_browsers(house: House, headers: dict[str, str]) -> None:
    assert await sign_in_from(house, headers) == 303


@pytest.mark.parametrize(
    "typed", ["http://localhost:8000", "http://[::1]:8000", "http://192.0.2.7:8000", "http://box.lan"]
)
async def test_without_a_public_url_any_address_that_was_typed_will_do(house: House, typed: str) -> None:
    assert await sign_in_from(house, {"Origin": typed, "Sec-Fetch-Site": "same-origin"}, typed) == 303


async def test_with_a_public_url_only_that_one_and_the_machine_itself_will_do() -> None:
    async with running(public_url="http://Leads.example.com:80/") as house:
        await house.hire("Rep One")

        public = "http://leads.example.com"
        assert await sign_in_from(house, {"Origin": public}, public) == 303
        assert await sign_in_from(house, {"Origin": public}, "http://10.0.0.5:8000") == 303
        assert await sign_in_from(house, {"Origin": "http://localhost:8000"}, "http://localhost:8000") == 303
        for other in ("http://other.example.com", "http://127.0.0.1.evil.example", "http://127.evil.example:8000"):
            assert await sign_in_from(house, {"Origin": other}, other) == 403


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
async def test_a_form_of_another_type_is_refused(house: House, path: str, kind: str) -> None:
    browser = await house.browser(house.team["Rep One"])

    answer = await browser.post(path, content=b"{}", headers=HTML | {"Content-Type": kind})

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"a=" + b"x" * 20_000, 413),
        (b"&".join(b"a%d=b" % n for n in range(120)), 400),
        (b"_csrf_token=%ff%fe&\xff\xfe=%00", 403),
        (b"_csrf_token=%C3%A4", 403),
        (b"_csrf_token=\xc3\xa4", 403),
        (b"", 403),
    ],
)
async def test_an_odd_form_is_refused_and_breaks_nothing(house: House, body: bytes, status: int) -> None:
    browser = await house.browser(house.team["Rep One"])
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await browser.post("/logout", content=body, headers=HTML | form)

    assert answer.status_code == status


async def test_the_refusal_says_what_to_do(house: House) -> None:
    browser = await house.browser()

    answer = await browser.post("/login", data={"email": ONE, "password": PASSWORD})

    assert answer.status_code == 403
    assert "Open it anew and try again" in answer.text
    assert 'href="/login"' in answer.text
