"""The main job on every store, through the whole application: a Webflow post becomes a lead that a rep sees on a page."""

import hashlib
import hmac
import time
from pathlib import Path

import httpx2

from leadline.bootstrap import build
from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.access import SCOPES
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.api_keys import add_api_key
from leadline.usecases.index import index_leads
from leadline.usecases.team import NewUser, add_users
from leadline.web.app import create_app
from leadline.web.sessions import session_cookie_name
from tests.builders import deciding
from tests.sessions import start_session

PAYLOAD = Path(__file__).parent.parent / "data" / "webhooks" / "webflow_v2_form_submission__docs.json"
SECRET = "the secret of the story"
HOT = {
    "company_name": "Heart of Gold",
    "contact_name": "Trillian Astra",
    "email": "trillian@heartofgold.example.com",
    "company_size": "51-200",
    "industry": "Software/SaaS",
    "inquiry_type": "Demo Request",
    "budget_timeline": "Immediate",
}


def signed(content: bytes) -> dict[str, str]:
    timestamp = str(int(time.time() * 1000))
    digest = hmac.new(SECRET.encode(), timestamp.encode() + b":" + content, hashlib.sha256).hexdigest()
    return {"x-webflow-timestamp": timestamp, "x-webflow-signature": digest, "content-type": "application/json"}


async def test_a_form_post_becomes_a_lead_that_its_rep_sees(store: Store) -> None:
    settings = Settings(webflow_secrets=(SECRET,))
    (rep,) = await add_users(store, [NewUser({"full_name": "Rea Rep", "email": "rea@team.example.com"})], deciding())
    key = await add_api_key(store, "the story", SCOPES, new_id, utc_now())
    token = await start_session(store, rep, utc_now())
    async with build(settings, store, "a secret of the tests") as services:
        transport = httpx2.ASGITransport(app=create_app(services))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            api = {"Authorization": f"Bearer {key}"}
            content = PAYLOAD.read_bytes()

            hooked = [
                await http.post("/hooks/webflow/main", content=content, headers=signed(content)) for _ in range(2)
            ]
            hot = (await http.post("/api/v1/leads", json=HOT, headers=api)).json()
            again = await http.post("/api/v1/leads", json=HOT, headers=api)
            await index_leads(store, None)
            cold = (await http.get("/api/v1/leads", params={"q": "zaphod"}, headers=api)).json()["items"]
            messages = (await http.get("/api/v1/notifications", headers=api)).json()["items"]
            explained = (await http.get(f"/api/v1/leads/{hot['id']}/explain", headers=api)).json()
            http.cookies.set(session_cookie_name(settings), token)
            work_list = await http.get("/")
            page = await http.get(f"/leads/{hot['id']}")

    assert [answer.json()["outcome"] for answer in hooked] == ["created", "created"]
    assert hooked[0].json()["submission_id"] == hooked[1].json()["submission_id"]
    assert [(lead["company_name"], lead["category"], lead["assigned_to"]) for lead in cold] == [
        ("heartofgold.ai", "Cold", None)
    ]
    assert (hot["lead_score"], hot["category"], hot["assigned_to"]) == (95, "Hot", str(rep.id))
    assert (again.status_code, again.json()["id"], again.json()["duplicate"]) == (200, hot["id"], True)
    assert {message["template_name"] for message in messages if message["lead_id"] == hot["id"]} == {"hot_lead_alert"}
    assert (explained["owner"]["how"], explained["score"]["raw_score"]) == ("turn", 95)
    assert "Heart of Gold" in work_list.text
    assert page.status_code == 200
    assert "Trillian Astra" in page.text
