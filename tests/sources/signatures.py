"""How each provider signs, said a second time from its documentation, for the tests of its source."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType

from leadline.sources import Delivery, calendly, generic, hubspot, tally, typeform, webflow

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
URL = "https://leads.example.com/hooks/x/main?form=contact%20us&to=a%40b.co"


def _mac(secret: str, signed: bytes) -> bytes:
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def _webflow(body: bytes, secret: str, at: datetime, url: str) -> dict[str, str]:
    stamp = str(int(at.timestamp() * 1000))
    return {
        "x-webflow-timestamp": stamp,
        "x-webflow-signature": _mac(secret, stamp.encode() + b":" + body).hex(),
    }


def _typeform(body: bytes, secret: str, at: datetime, url: str) -> dict[str, str]:
    return {"typeform-signature": "sha256=" + base64.b64encode(_mac(secret, body)).decode()}


def _tally(body: bytes, secret: str, at: datetime, url: str) -> dict[str, str]:
    return {"tally-signature": base64.b64encode(_mac(secret, body)).decode()}


def _hubspot(body: bytes, secret: str, at: datetime, url: str) -> dict[str, str]:
    stamp = str(int(at.timestamp() * 1000))
    signed = b"POST" + url.replace("%40", "@").encode() + body + stamp.encode()
    return {
        "x-hubspot-request-timestamp": stamp,
        "x-hubspot-signature-v3": base64.b64encode(_mac(secret, signed)).decode(),
    }


def _calendly(body: bytes, secret: str, at: datetime, url: str) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"calendly-webhook-signature": f"t={stamp},v1={_mac(secret, stamp.encode() + b'.' + body).hex()}"}


def _generic(body: bytes, secret: str, at: datetime, url: str) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    signature = base64.b64encode(_mac(secret, f"msg_1.{stamp}.".encode() + body)).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,AAAA v1,{signature}"}


@dataclass(frozen=True)
class Signer:
    """One provider: its source, how it signs, in which header the signature stands, whether it signs the time."""

    source: ModuleType
    sign: Callable[[bytes, str, datetime, str], dict[str, str]]
    header: str
    is_timed: bool

    def delivery(self, body: bytes, secret: str = "secret", at: datetime = NOW) -> Delivery:
        return Delivery(body, self.sign(body, secret, at, URL), "POST", URL)


SIGNERS = {
    "webflow": Signer(webflow, _webflow, webflow.SIGNATURE_HEADER, is_timed=True),
    "typeform": Signer(typeform, _typeform, typeform.SIGNATURE_HEADER, is_timed=False),
    "tally": Signer(tally, _tally, tally.SIGNATURE_HEADER, is_timed=False),
    "hubspot": Signer(hubspot, _hubspot, hubspot.SIGNATURE_HEADER, is_timed=True),
    "calendly": Signer(calendly, _calendly, calendly.SIGNATURE_HEADER, is_timed=True),
    "generic": Signer(generic, _generic, generic.SIGNATURE_HEADER, is_timed=True),
}
