"""What the API says may come next: the statuses, and no_response after the third attempt that nobody answered."""

import pytest

from tests.web.browsing import House

NO = "no_answer"


@pytest.mark.parametrize(
    ("status", "outcomes", "unanswered", "offers"),
    [
        ("New", [], 0, False),
        ("New", [NO, "left_message"], 2, False),
        ("New", [NO, "left_message", "bounced"], 3, True),
        ("New", [NO, NO, NO, "answered"], 0, False),
        ("Opportunity", [NO, NO, NO], 3, False),
    ],
)
async def test_no_response_is_offered_after_three_in_a_row_where_it_can_be_closed(
    house: House, status: str, outcomes: list[str], unanswered: int, offers: bool
) -> None:
    lead = await house.lead(status=status)
    program = await house.browser(headers=await house.key("leads:read", "leads:write"))
    for outcome in outcomes:
        sent = {"kind": "call", "outcome": outcome}
        assert (await program.post(f"/api/v1/leads/{lead.id}/attempts", json=sent)).status_code == 200

    following = (await program.get(f"/api/v1/leads/{lead.id}/explain")).json()["next"]

    assert (following["unanswered_attempts"], following["offers_no_response"]) == (unanswered, offers)
    assert following["statuses"] == ([] if status == "Opportunity" else ["Contacted", "Disqualified"])
