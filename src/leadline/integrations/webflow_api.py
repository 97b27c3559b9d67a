"""Webflow's Data API v2, as far as submissions of forms are listed by it."""

import asyncio
from typing import Any

import httpx2

from leadline.domain.errors import Forbidden, LeadlineError, NotFound, Unavailable

PAGE = 100
PAGES_MAX = 10_000
TIMEOUT_SECONDS = 30
TRIES = 6
WAIT_SECONDS_MAX = 120
_DEFAULT_WAIT_SECONDS = 10


class Unreadable(LeadlineError):
    """An answer that is not what Webflow documents."""


async def list_submissions(base_url: str, token: str, site: str) -> list[dict[str, Any]]:
    """Every submission to the forms of a site. Raises Forbidden for a token that may not list them, NotFound for a site that is
    not there, Unavailable where Webflow does not answer."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    found: list[dict[str, Any]] = []
    async with httpx2.AsyncClient(headers=headers, timeout=TIMEOUT_SECONDS) as client:
        for _ in range(PAGES_MAX):
            address = f"{base_url.rstrip('/')}/sites/{site}/form_submissions"
            page = await _page(client, address, {"limit": PAGE, "offset": len(found)})
            rows = page.get("formSubmissions")
            if not isinstance(rows, list):
                raise Unreadable("Webflow's answer has no formSubmissions")
            found += [row for row in rows if isinstance(row, dict)]
            total = (page.get("pagination") or {}).get("total")
            # A short page is the last one where no total is given.
            if not rows or (len(found) >= total if isinstance(total, int) else len(rows) < PAGE):
                return _once(found)
    raise Unreadable(f"Webflow lists more than {PAGES_MAX * PAGE} submissions")


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each by its id: what arrives while the pages are read moves the rest, and one stands on two pages."""
    seen: dict[Any, dict[str, Any]] = {}
    for place, row in enumerate(rows):
        seen.setdefault(str(row.get("id") or place), row)
    return list(seen.values())


async def _page(client: httpx2.AsyncClient, address: str, query: dict[str, int]) -> dict[str, Any]:
    for attempt in range(1, TRIES + 1):
        try:
            answer = await client.get(address, params=query)
        except httpx2.HTTPError as error:
            raise Unavailable(f"Webflow does not answer: {error or type(error).__name__}") from error
        if answer.status_code == 429 and attempt < TRIES:
            await asyncio.sleep(_seconds(answer.headers.get("retry-after")))
            continue
        _check(answer)
        try:
            value = answer.json()
        except ValueError as error:
            raise Unreadable("Webflow's answer is not JSON") from error
        return value if isinstance(value, dict) else {}
    raise AssertionError("unreachable")


def _seconds(retry_after: str | None) -> int:
    is_number = retry_after is not None and retry_after.isascii() and retry_after.isdigit()
    return min(int(retry_after or 0), WAIT_SECONDS_MAX) if is_number else _DEFAULT_WAIT_SECONDS


def _check(answer: httpx2.Response) -> None:
    status = answer.status_code
    if status == 401:
        raise Forbidden("Webflow does not know WEBFLOW_API_TOKEN, or it has ended: make one in the site's settings")
    if status == 403:
        raise Forbidden("WEBFLOW_API_TOKEN may not list submissions: it needs the scope forms:read for this site")
    if status == 404:
        raise NotFound("Webflow has no such site for this token: see WEBFLOW_SITE_ID")
    if status == 429:
        raise Unavailable("Webflow answers 429 again and again; try later", retry_after_seconds=60)
    if status != 200:
        raise Unavailable(f"Webflow answered {status}")
