"""Sending the forms of a lead as a browser does: the token from the page, then the post, then where it leads."""

import html
import re
from typing import Any

import httpx2

from leadline.domain.leads import Lead
from tests.web.browsing import form_token


async def act(browser: httpx2.AsyncClient, lead: Lead, name: str, **fields: Any) -> httpx2.Response:
    """Post the form of an act. Names with a dot are written with two underscores."""
    token = form_token((await browser.get("/")).text)
    sent = {key.replace("__", "."): value for key, value in fields.items()}
    return await browser.post(f"/leads/{lead.id}/{name}", data={"_csrf_token": token} | sent)


async def toast(browser: httpx2.AsyncClient, answer: httpx2.Response) -> str:
    """What the page says that an act sends one back to."""
    assert answer.status_code == 303, answer.text
    return (await browser.get(answer.headers["location"])).text.partition('id="toasts"')[2].partition("</footer>")[0]


async def undo(browser: httpx2.AsyncClient, shown: str) -> httpx2.Response:
    """Press the button of a toast."""
    action = re.search(r'action="([^"]+)"', shown)
    assert action, "the toast has no way back"
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', shown)
    return await browser.post(action[1], data={name: html.unescape(value) for name, value in fields})


def fields_of(page: str, form: str) -> dict[str, str]:
    """Hidden fields, inputs, texts and chosen options of the form that posts to an address ending so."""
    found = re.search(rf'<form[^>]*action="[^"]*{form}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert found, f"no form to {form}"
    body = found[1]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", body):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if attributes.get("type") != "radio" or " checked" in tag:
            fields[attributes["name"]] = attributes.get("value", "")
    fields |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', body, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        fields[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in fields.items()}
