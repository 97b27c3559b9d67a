"""What each provider's bodies say: their published examples, and shapes that nobody publishes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.errors import Invalid
from leadline.domain.submission import Submission, parse_submission
from leadline.sources import HookPost, NotALead, Unreadable, calendly, generic, hubspot, tally, typeform
from leadline.sources.mapping import to_fields
from leadline.sources.reading import _numbered
from tests.sources.signatures import SIGNERS

PAYLOADS = Path(__file__).parents[1] / "data" / "webhooks"
each = pytest.mark.parametrize("name", SIGNERS)


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def lead_of(post: HookPost) -> Submission:
    return parse_submission(to_fields(post.fields), strict=False)


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_a_typeform_response_with_every_type_of_answer_makes_a_lead() -> None:
    post = typeform.read(payload("typeform_form_response__all_answer_types_lexflow"))
    lead = lead_of(post)

    assert (lead.contact_name, lead.email, lead.phone) == ("Tran Nguyen", "tran.nguyen@example.com", "+15551234567")
    assert lead.extra == {"date_of_birth": "1988-03-15", "esign_consent": True}
    assert (post.event_id, post.submitted_at) == ("test-event-001", datetime(2026, 5, 24, 12, tzinfo=UTC))


def test_a_typeform_question_is_known_by_its_text() -> None:
    post = typeform.read(payload("typeform_form_response__actionsflow_docs"))

    assert (post.fields, post.form) == ({"What's your name?": "test1"}, "Feedback")
    with pytest.raises(Invalid):
        lead_of(post)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"type": "choice", "choice": {"label": "51-200"}}, "51-200"),
        ({"type": "choice", "choice": {"other": "about 60"}}, ["about 60"]),
        ({"type": "choices", "choices": {"labels": ["Demo", "Pricing"], "other": "Chat"}}, ["Demo", "Pricing", "Chat"]),
        ({"type": "number", "number": 250}, 250),
        ({"type": "boolean", "boolean": False}, False),
        ({"type": "text"}, None),
        ({"type": ["text"], "text": "x"}, None),
        ({}, None),
    ],
)
def test_a_typeform_answer_stands_under_the_name_of_its_type(answer: dict[str, Any], value: object) -> None:
    event = {"form_response": {"answers": [{"field": {"ref": "size"}} | answer]}}

    assert typeform.read(encoded(event)).fields == {"size": value}


def test_typeforms_hidden_fields_are_answers_too() -> None:
    event = {"form_response": {"token": "t1", "answers": [], "hidden": {"utm_source": "ads", "email": "a@example.com"}}}
    post = typeform.read(encoded(event))

    assert (lead_of(post).utm_source, post.event_id) == ("ads", "t1")


def test_a_tally_response_without_an_address_is_read_and_then_faulty() -> None:
    post = tally.read(payload("tally_form_response__null_value"))

    assert post.fields == {"Birth name": None}
    with pytest.raises(Invalid):
        lead_of(post)


def test_tallys_choices_are_named_and_its_single_boxes_left_out() -> None:
    options = [{"id": "o1", "text": "Demo Request"}, {"id": "o2", "text": "Support"}]
    fields = [
        {"key": "question_a", "label": "Work e-mail", "type": "INPUT_EMAIL", "value": "t@example.com"},
        {"key": "question_b", "label": "Inquiry type", "type": "DROPDOWN", "value": ["o1"], "options": options},
        {"key": "question_c", "label": "Topics", "type": "CHECKBOXES", "value": ["o2", "o9"], "options": options},
        {"key": "question_c_o2", "label": "Topics (Support)", "type": "CHECKBOXES", "value": True},
        {"key": "question_d", "label": "I agree", "type": "CHECKBOXES", "value": True},
        {"key": "question_e", "label": "Size", "type": "MULTIPLE_CHOICE", "value": "o1", "options": options},
        {"key": "question_f", "value": "no label"},
    ]
    event = {"eventId": "e1", "eventType": "FORM_RESPONSE", "data": {"formName": "Contact", "fields": fields}}
    post = tally.read(encoded(event))
    lead = lead_of(post)

    assert (lead.email, lead.inquiry_type) == ("t@example.com", "Demo Request")
    assert post.fields["Topics"] == ["Support", "o9"]
    assert (post.fields["I agree"], post.fields["Size"], post.fields["question_f"]) == (
        True,
        "Demo Request",
        "no label",
    )
    assert "Topics (Support)" not in post.fields
    assert (post.event_id, post.form) == ("e1", "Contact")


def test_a_hubspot_submission_makes_a_lead_and_keeps_its_page() -> None:
    post = hubspot.read(payload("hubspot_form_submission__activepieces"))
    lead = lead_of(post)

    assert (lead.contact_name, lead.email) == ("John Doe", "john.doe@example.com")
    assert lead.extra == {"pageUrl": "https://share.hsforms.com/1VXAvM044Tcyaa3Y5XRQFSQsuf7d"}
    assert post.event_id == "82800398-30af-48a0-942a-1d0623fce08c"
    assert post.submitted_at == datetime(2024, 12, 26, 12, 42, 1, 730000, tzinfo=UTC)


@pytest.mark.parametrize("value", ["t@example.com", {"value": "t@example.com", "versions": []}])
def test_a_contact_of_a_hubspot_workflow_makes_a_lead(value: object) -> None:
    event = {"vid": 51, "properties": {"email": value, "firstname": "Ada", "numemployees": "250"}}
    lead = lead_of(hubspot.read(encoded(event)))

    assert (lead.email, lead.contact_name) == ("t@example.com", "Ada")


def test_a_calendly_booking_is_read_with_its_questions_and_its_campaign() -> None:
    post = calendly.read(payload("calendly_invitee_created__v2_activepieces"))
    lead = lead_of(post)

    assert (lead.contact_name, lead.email) == ("abdul", "person@example.com")
    assert post.event_id == "https://api.calendly.com/scheduled_events/AAAAAAAAAAAaA/invitees/AAAAAAAAAAAA"

    event = json.loads(payload("calendly_invitee_created__v2_activepieces"))
    event["payload"]["questions_and_answers"] = [{"question": "Company size", "answer": "60 employees", "position": 0}]
    event["payload"]["tracking"] = {"utm_source": "ads", "salesforce_uuid": None}
    lead = lead_of(calendly.read(encoded(event)))

    assert (lead.company_size, lead.utm_source) == ("51-200", "ads")


def test_a_booking_in_calendlys_first_shape_is_read_too() -> None:
    invitee = {"uuid": "ABC", "name": "Ada", "email": "a@example.com", "created_at": "2026-01-02T03:04:05Z"}
    post = calendly.read(encoded({"event": "invitee.created", "payload": {"invitee": invitee, "tracking": None}}))

    assert (lead_of(post).email, post.event_id) == ("a@example.com", "ABC")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("typeform", {"event_type": "form_response_partial", "form_response": {}}),
        ("typeform", {"event_type": "form_response", "form_response": []}),
        ("tally", {"eventType": "FORM_CREATED", "data": {}}),
        ("tally", {}),
        ("hubspot", [{"subscriptionType": "contact.creation", "objectId": 1}]),
        ("hubspot", {}),
        ("hubspot", 5),
        ("calendly", {"event": "invitee.canceled", "payload": {"email": "a@example.com"}}),
        ("calendly", {"event": "invitee.created", "payload": None}),
        ("generic", {}),
        ("generic", []),
        ("generic", {"a": None, "b": {}}),
    ],
)
def test_an_event_that_brings_no_form_is_no_lead(name: str, body: object) -> None:
    with pytest.raises(NotALead):
        SIGNERS[name].source.read(encoded(body))


@pytest.mark.parametrize("name", [name for name in SIGNERS if name != "generic"])
@pytest.mark.parametrize("body", [b"", b"x", b'{"a":', b"email=z%40x.co", b"[" * 100_000, b'{"a":' * 100_000])
def test_a_body_that_is_no_json_is_unreadable(name: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        SIGNERS[name].source.read(body)


FLAT = {"email": "a@example.com", "company": "Acme", "employees": 60}
PAIRS = [
    {"label": "Email", "value": "a@example.com"},
    {"label": "Company", "value": "Acme"},
    {"label": "Employees", "value": "60"},
]


@pytest.mark.parametrize(
    "sent",
    [
        FLAT,
        {"data": FLAT},
        {"event": "submit", "payload": {"form": {"fields": FLAT}}},
        PAIRS,
        {"fields": PAIRS},
        {"answers": [{"question": pair["label"], "answer": pair["value"]} for pair in PAIRS]},
        {
            "fields": {
                str(n): {"id": str(n), "name": pair["label"], "value": pair["value"]} for n, pair in enumerate(PAIRS)
            }
        },
        [FLAT],
    ],
)
def test_json_of_any_shape_makes_the_same_lead(sent: object) -> None:
    lead = lead_of(generic.read(encoded(sent)))

    assert (lead.email, lead.company_name, lead.company_size) == ("a@example.com", "Acme", "51-200")


@pytest.mark.parametrize(
    "pairs",
    [
        list(FLAT.items()),
        [(f"form_fields[{name}]", value) for name, value in FLAT.items()],
        [(f"fields[{name}][value]", value) for name, value in FLAT.items()],
    ],
)
def test_a_plain_form_post_makes_the_same_lead(pairs: list[tuple[str, object]]) -> None:
    lead = lead_of(generic.read(urlencode(pairs).encode()))

    assert (lead.email, lead.company_name, lead.company_size) == ("a@example.com", "Acme", "51-200")


def test_ticked_boxes_of_a_form_post_are_one_answer() -> None:
    assert generic.read(b"email=a%40b.co&topics[]=Demo&topics[]=Pricing").fields["topics"] == ["Demo", "Pricing"]


def test_the_event_id_of_a_generic_body_is_found_under_its_usual_names() -> None:
    assert generic.read(encoded({"submission_id": 17, "id": "other", "email": "a@b.co"})).event_id == "17"
    assert generic.read(encoded({"id": True, "email": "a@b.co"})).event_id is None


def test_a_label_that_comes_twice_keeps_both_answers() -> None:
    post = generic.read(
        encoded(
            [
                {"label": "Email", "value": ""},
                {"label": "Email", "value": "a@b.co"},
                {"label": "Email", "value": "c@d.co"},
            ]
        )
    )

    assert post.fields == {"Email": "a@b.co", "Email 2": "c@d.co"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.sampled_from(
        ["event", "event_type", "eventType", "form_response", "answers", "definition", "fields", "field", "type", "choice",
         "choices", "labels", "data", "options", "key", "label", "value", "values", "properties", "payload", "invitee",
         "questions_and_answers", "tracking", "email", "hidden"]), inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@each
@given(body=st.binary(max_size=60) | json_values.map(encoded))
def test_any_body_is_a_post_or_no_lead(name: str, body: bytes) -> None:
    try:
        post = SIGNERS[name].source.read(body)
    except NotALead as no_lead:
        told = str(no_lead)
        assert told.endswith(".")
    else:
        assert isinstance(post, HookPost)
        assert all(isinstance(label, str) for label in post.fields)


def test_a_label_that_comes_ten_thousand_times_is_counted_on_and_not_from_the_start_each_time() -> None:
    looks = 0

    class Counted(dict[str, object]):
        def __contains__(self, name: object) -> bool:
            nonlocal looks
            looks += 1
            return super().__contains__(name)

    taken = Counted({"a 3": "sent under this name"})
    numbers: dict[str, int] = {}
    for position in range(10_000):
        taken[_numbered("a", taken, numbers)] = position

    assert list(taken)[:4] == ["a 3", "a 2", "a 4", "a 5"]
    assert len(taken) == 10_001
    assert looks < 30_000
