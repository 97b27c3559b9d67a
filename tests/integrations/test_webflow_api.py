"""Webflow's API through real HTTP: every page, its limits, and refusals that say what to do."""

from collections.abc import Iterator

import pytest

from leadline.domain.errors import Forbidden, LeadlineError, NotFound, Unavailable
from leadline.integrations import webflow_api
from leadline.integrations.webflow_api import TRIES, Unreadable, list_submissions
from tests.webflow_site import SITE, TOKEN, WebflowSite, submission, webflow_site


@pytest.fixture
def site() -> Iterator[WebflowSite]:
    with webflow_site() as made:
        yield made


async def listed(site: WebflowSite, token: str = TOKEN, name: str = SITE) -> list[str]:
    return [row["id"] for row in await list_submissions(site.origin, token, name)]


@pytest.mark.parametrize("has_total", [True, False])
@pytest.mark.parametrize("number", [0, 1, 99, 100, 101, 250])
async def test_every_page_is_read(number: int, has_total: bool, site: WebflowSite) -> None:
    site.rows, site.has_total = [submission(n) for n in range(number)], has_total

    assert await listed(site) == [f"s{n}" for n in range(number)]
    assert len(site.asked) <= number // 100 + 1 + (not has_total)


async def test_smaller_pages_than_asked_for_lose_nothing_and_what_moved_is_there_once(site: WebflowSite) -> None:
    site.rows, site.page_max = [submission(n) for n in (1, 2, 3, 3, 4)], 2

    assert await listed(site) == ["s1", "s2", "s3", "s4"]


async def test_429_is_waited_for_as_long_as_it_says(site: WebflowSite) -> None:
    site.rows, site.first = [submission(1)], [(429, "0"), (429, "0")]

    assert await listed(site) == ["s1"]
    assert len(site.asked) == 3


async def test_429_without_end_is_given_up(site: WebflowSite) -> None:
    site.first = [(429, "0")] * TRIES

    with pytest.raises(Unavailable, match="again and again"):
        await listed(site)


@pytest.mark.parametrize(
    ("said", "seconds"), [("7", 7), ("86400", 120), (None, 10), ("soon", 10), ("-1", 10), ("²", 10)]
)
def test_retry_after_is_read_within_bounds(said: str | None, seconds: int) -> None:
    assert webflow_api._seconds(said) == seconds


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (403, Forbidden, "needs the scope forms:read"),
        (404, NotFound, "WEBFLOW_SITE_ID"),
        (500, Unavailable, "answered 500"),
        (302, Unavailable, "answered 302"),
    ],
)
async def test_a_refusal_says_what_to_do(status: int, error: type[LeadlineError], said: str, site: WebflowSite) -> None:
    site.first = [(status, None)]

    with pytest.raises(error, match=said):
        await listed(site)


async def test_a_wrong_token_a_wrong_site_and_nobody_there(site: WebflowSite) -> None:
    with pytest.raises(Forbidden, match="WEBFLOW_API_TOKEN"):
        await listed(site, token="wrong")
    with pytest.raises(NotFound):
        await listed(site, name="other")
    with pytest.raises(Unavailable, match="does not answer"):
        await list_submissions("http://127.0.0.1:1/v2", TOKEN, SITE)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"formSubmissions": 5}'])
async def test_an_answer_that_is_none_is_said(body: bytes, site: WebflowSite) -> None:
    site.body = body

    with pytest.raises(Unreadable):
        await listed(site)
