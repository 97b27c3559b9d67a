"""Occasions: valid by default, changed by keyword."""

from typing import Any

from leadline.domain.leads import Lead
from leadline.domain.notifications import ChannelName, Notification
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.ports.channels import Occasion
from tests.builders import NOW, lead, user

ORIGIN = "https://leads.example.com"

HOSTILE = [
    "<!channel> <@U024BE7LH> <https://evil.example.com|your bank>",
    "</td></table><script>alert(1)</script><img src=x onerror=alert(1)>",
    "Jo\r\nBcc: everybody@company.example.com\r\n\r\nFree money",
    "{{ 7*7 }} {% for x in range(9999999) %}x{% endfor %} ${7*7}",
    "\u202eevil\u202c\u0000\u0007\u2066",
    "&lt;!here&gt; &amp;amp;",
    "😀" * 3_000,
    "\ud800 half a pair",
    "=?utf-8?q?Bcc:=20x?=\n.\n.\r\n.\r\nQUIT\r\n",
]  # fmt: skip


def hot_lead(**fields: Any) -> Lead:
    """One with all a rep wants to know."""
    return lead(
        **{
            "company_name": "Northwind Traders",
            "contact_name": "Zoë Quartz",
            "inquiry_type": "Demo Request",
            "budget_timeline": "Immediate",
            "company_size": "51-200",
            "industry": "Software/SaaS",
            "message": "We have 40 reps on spreadsheets.\n\nCould we see a demo?",
            "lead_score": 95,
            "category": "Hot",
            "score_breakdown": {
                "company_size": 20,
                "industry": 20,
                "inquiry_type": 30,
                "budget_timeline": 20,
                "email_validation": 5,
                "engagement": 0,
            },
        }
        | fields
    )


def occasion(
    template: str,
    recipient: str,
    *,
    about: Lead | None = None,
    to: User | None = None,
    channel: ChannelName = "email",
    facts: dict[str, Any] | None = None,
    **row: Any,
) -> Occasion:
    """A message of this template about a Hot lead to Rita."""
    about, to = about or hot_lead(), to or user(full_name="Rita Rep", slack_user_id="U0RITA")
    notification = Notification(
        new_id(), channel, template, recipient, NOW, **({"lead_id": about.id, "user_id": to.id} | row)
    )
    return Occasion(notification, about, to, facts or {}, ORIGIN)
