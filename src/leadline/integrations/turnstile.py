"""Cloudflare Turnstile: asking what the answer of its widget is worth."""

from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from leadline.config import Settings

ANSWER_LENGTH_MAX = 2048
TIMEOUT_SECONDS = 4.0


class Turnstile:
    """See `ports.challenge.Challenge`."""

    def __init__(self, settings: Settings) -> None:
        self._site_key = settings.turnstile_site_key or ""
        self._secret = settings.turnstile_secret or ""
        self._address = settings.turnstile_verify_url
        self._host = urlsplit(settings.origin).hostname

    @property
    def site_key(self) -> str:
        return self._site_key

    async def find_doubt(self, answer: str, form: str, address: str | None) -> str | None:
        if not self._site_key or not self._secret:
            return "The form asks for Turnstile, and TURNSTILE_SITE_KEY or TURNSTILE_SECRET is not set."
        if not answer:
            return "Turnstile was not answered; its widget needs JavaScript."
        if len(answer) > ANSWER_LENGTH_MAX:
            return "The answer to Turnstile is longer than one can be."
        # The key makes asking again harmless: an answer counts once.
        asked = {"secret": self._secret, "response": answer, "idempotency_key": str(uuid4())}
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                told = await client.post(self._address, data=asked | ({"remoteip": address} if address else {}))
            verdict = told.json() if told.status_code < 500 else None
        except (httpx2.HTTPError, ValueError) as error:
            return f"Turnstile could not be asked: {type(error).__name__}."
        if not isinstance(verdict, dict):
            return f"Turnstile could not be asked: it answered {told.status_code}."
        return self._doubt_in(verdict, form)

    def _doubt_in(self, verdict: dict[str, object], form: str) -> str | None:
        if verdict.get("success") is not True:
            codes = verdict.get("error-codes")
            named = ", ".join(str(code)[:60] for code in codes[:5]) if isinstance(codes, list) else ""
            return f"Turnstile does not take this for a person{f' ({named})' if named else ''}."
        # Test keys and older widgets leave these out: only what is there and differs is a doubt.
        host, action = verdict.get("hostname"), verdict.get("action")
        if host and self._host and host != self._host:
            return f"Turnstile was answered on another site, {str(host)[:100]}."
        if action and action != form:
            return "Turnstile was answered on another form."
        return None
