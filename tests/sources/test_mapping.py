import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.answers import FIELDS
from leadline.domain.submission import parse_submission
from leadline.sources.labels import LABELS, PARTS
from leadline.sources.mapping import label_key, to_fields


@pytest.mark.parametrize(
    "label", ["email", "Email", "E-mail", "e mail", " EMAIL * ", "e_mail:", "E‑Mail", "É-mail", "ｅｍａｉｌ"]
)
def test_of_a_label_only_letters_and_digits_count(label: str) -> None:
    assert label_key(label) == "email"


@pytest.mark.parametrize(
    ("label", "field"),
    [
        *(
            ("Email", "email"),
            ("E-mail", "email"),
            ("Email 2", "email"),
            ("Work Email", "email"),
            ("Your email:", "email"),
        ),
        *(("Company", "company_name"), ("Company Name", "company_name"), ("companyName", "company_name")),
        *(
            ("First Name", "first_name"),
            ("Last-Name", "last_name"),
            ("Full name", "contact_name"),
            ("Name", "contact_name"),
        ),
        *(
            ("Name 2", "contact_name"),
            ("Phone Number", "phone"),
            ("Mobile", "phone"),
            ("Tel.", "phone"),
            ("Tel．", "phone"),
        ),
        *(
            ("How many employees?", "company_size"),
            ("Number of Employees", "company_size"),
            ("Team size", "company_size"),
        ),
        *(
            ("Budget", "budget_timeline"),
            ("Timeline", "budget_timeline"),
            ("Message", "message"),
            ("Comments", "message"),
        ),
        *(("Website", "company_website"), ("LinkedIn", "linkedin_url"), ("Annual Revenue", "company_revenue")),
        *(("I'm interested in", "inquiry_type"), ("Inquiry Type", "inquiry_type"), ("Industry", "industry")),
        *(
            ("utm_source", "utm_source"),
            ("UTM Medium", "utm_medium"),
            ("utmCampaign", "utm_campaign"),
            ("Lead Source", "source"),
        ),
        *(("Firma", "company_name"), ("Vorname", "first_name"), ("Nachname", "last_name"), ("Telefon", "phone")),
        *(
            ("Nachricht", "message"),
            ("Unternehmensgröße", "company_size"),
            ("E-Mail-Adresse*", "email"),
            ("Branche", "industry"),
        ),
        *(
            ("Entreprise", "company_name"),
            ("Prénom", "first_name"),
            ("Nom", "contact_name"),
            ("Société", "company_name"),
        ),
        *(("Téléphone", "phone"), ("Courriel", "email"), ("Secteur d’activité", "industry")),
        *(("Correo", "email"), ("Correo electrónico", "email"), ("Empresa", "company_name"), ("Teléfono", "phone")),
        *(("Nombre", "contact_name"), ("Apellidos", "last_name"), ("Mensaje", "message")),
    ],
)
def test_a_common_label_fills_its_field(label: str, field: str) -> None:
    assert to_fields({label: "x@y.z"}) == {field: "x@y.z"}


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_found_under_its_own_name(name: str) -> None:
    assert to_fields({name: "x"}) == {name: "x"}


def test_no_label_stands_for_two_fields() -> None:
    keys = [label_key(label) for labels in LABELS.values() for label in labels.split(";")]

    assert sorted(set(keys)) == sorted(keys)
    assert "" not in keys


def test_the_tables_name_fields_only() -> None:
    assert {*LABELS, *PARTS} - {*FIELDS} == {"first_name", "last_name", "name", "nombre"}


@pytest.mark.parametrize(
    "label", ["Job Title", "Address 1", "Newsletter", "id", "status", "lead_score", "", "?", "2", "天気"]
)
def test_an_unknown_label_is_kept_under_itself(label: str) -> None:
    assert to_fields({label: "x"}) == {label: "x"}


def test_a_full_stop_comes_back_as_one() -> None:
    assert to_fields({"Team ．NET": "x"}) == {"Team .NET": "x"}


@pytest.mark.parametrize(
    ("label", "answer", "field"),
    [
        ("What is your e-mail?", "j@acme.com", "email"),
        ("Best phone to reach you", 15550000000, "phone"),
        ("How many employees work for you", "50-200", "company_size"),
        ("Link to your LinkedIn", "linkedin.com/in/x", "linkedin_url"),
    ],
)
def test_a_question_is_understood_if_its_answer_looks_right(label: str, answer: object, field: str) -> None:
    assert to_fields({label: answer}) == {field: answer}
    assert to_fields({label: "Yes"}) == {label: "Yes"}


def test_the_better_label_fills_the_field_and_the_other_answer_is_kept() -> None:
    fields = to_fields({"Email": "j@gmail.com", "Work Email": "j@acme.com", "Budget": "$10k", "Timeline": "Immediate"})

    assert fields == {"email": "j@acme.com", "budget_timeline": "Immediate", "Email": "j@gmail.com", "Budget": "$10k"}


def test_a_second_answer_never_comes_back_as_a_field_of_its_own() -> None:
    fields = to_fields({"email": "j@gmail.com", "Work Email": "j@acme.com", "Company Name": "A", "companyName": "B"})

    assert fields == {
        "email": "j@acme.com",
        "email (other)": "j@gmail.com",
        "company_name": "A",
        "companyName (other)": "B",
    }


def test_a_numbered_label_stands_behind_the_plain_one() -> None:
    assert to_fields({"Email 2": "b@x.co", "Email": "a@x.co"}) == {"email": "a@x.co", "Email 2": "b@x.co"}


@pytest.mark.parametrize("nothing", [None, "", "  ", [], "n/a"])
def test_an_answer_that_is_no_address_makes_room_for_one_that_is(nothing: object) -> None:
    assert to_fields({"Email": nothing, "Email 2": "b@x.co"})["email"] == "b@x.co"


def test_blank_answers_leave_a_field_to_others() -> None:
    assert to_fields({"Phone": "", "Mobile": "555 0100"})["phone"] == "555 0100"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"Vorname": "Ada", "Name": "L."}, {"first_name": "Ada", "last_name": "L."}),
        ({"Prénom": "Ada", "Nom": "L."}, {"first_name": "Ada", "last_name": "L."}),
        ({"Nombre": "Ada", "Apellidos": "L."}, {"first_name": "Ada", "last_name": "L."}),
        ({"Name": "Ada L."}, {"contact_name": "Ada L."}),
        ({"Nombre": "Ada L."}, {"contact_name": "Ada L."}),
        ({"First": "x", "Name": "Ada L."}, {"contact_name": "Ada L.", "First": "x"}),
        ({"Full name": "Ada L.", "Name": "A."}, {"contact_name": "Ada L.", "Name": "A."}),
        (
            {"First name": "Ada", "Last name": "L.", "Name": "Ada L."},
            {"first_name": "Ada", "last_name": "L.", "contact_name": "Ada L."},
        ),
    ],
)
def test_what_a_bare_name_means_depends_on_the_names_beside_it(labels: dict, expected: dict) -> None:
    assert to_fields(labels) == expected


def test_the_endpoints_mapping_wins_over_the_defaults() -> None:
    labels = {"Email": "private@x.co", "Contact 2": "work@x.co", "Message": "Hello"}

    fields = to_fields(labels, {"contact 2": "email", "MESSAGE": "current_solution"})

    assert fields == {"email": "work@x.co", "Email": "private@x.co", "current_solution": "Hello"}


def test_the_endpoints_mapping_knows_a_label_with_a_full_stop() -> None:
    assert to_fields({"Firma ．com": "x"}, {"Firma .com": "company_name"}) == {"company_name": "x"}


def test_the_endpoint_may_rename_an_answer_or_leave_it_alone() -> None:
    assert to_fields({"Job": "CTO", "Company": "x"}, {"Job": "job_title", "Company": ""}) == {
        "job_title": "CTO",
        "Company": "x",
    }


def test_of_two_labels_the_endpoint_maps_to_one_field_the_first_that_has_an_answer_counts() -> None:
    mapping = {"Question": "message", "Wish": "message"}

    assert to_fields({"Wish": "b", "Question": "a"}, mapping) == {"message": "a", "Wish": "b"}
    assert to_fields({"Wish": "b", "Question": ""}, mapping) == {"message": "b", "Question": ""}


labels = st.sampled_from(
    ["Email", "email", "Name", "Nom", "Vorname", "Work Email", "companyName", "Firma", "x．y", "x.y"]
)


@given(st.dictionaries(labels | st.text(max_size=8), st.text(max_size=5) | st.integers(), max_size=8))
def test_no_answer_is_lost_and_none_is_there_twice(answers: dict[str, object]) -> None:
    assert sorted(map(str, to_fields(answers).values())) == sorted(map(str, answers.values()))


@given(
    st.dictionaries(labels | st.text(max_size=8), st.none() | st.text(max_size=5) | st.lists(st.integers()), max_size=8)
)
def test_whatever_the_labels_a_mapped_address_makes_a_lead(answers: dict[str, object]) -> None:
    fields = to_fields(answers | {"Contact us": "j@acme.com"}, {"Contact us": "email"})

    assert parse_submission(fields, strict=False).email_key == "j@acme.com"
