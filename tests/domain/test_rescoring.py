from dataclasses import replace

import pytest

from leadline.domain.leads import CATEGORIES, Category, Lead
from leadline.domain.rescoring import Migration, is_same, needs_routing
from leadline.domain.scoring import Score
from tests.builders import an_id, lead

SCORED = lead(lead_score=60, raw_score=60, category="Warm", score_breakdown={"fit": 60}, ruleset_version=1)
SAME = Score(60, 60, {"fit": 60}, "Warm", 2)


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (SAME, True),
        (SAME._replace(raw_score=61, lead_score=61), False),
        (SAME._replace(score_breakdown={"need": 60}), False),
        (SAME._replace(category="Hot"), False),
    ],
    ids=["another version alone", "another score", "other groups", "another threshold"],
)
def test_a_lead_is_the_same_where_nothing_but_the_version_changes(score: Score, expected: bool) -> None:
    assert is_same(SCORED, score) == expected


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("owner", [None, an_id(1)])
def test_only_a_new_category_of_a_lead_without_owner_has_to_do_with_routing(category: Category, owner: object) -> None:
    before: Lead = replace(SCORED, assigned_to=owner)

    assert needs_routing(before, category) == (owner is None and category != "Warm")


def test_a_migration_counts_who_stays_and_who_moves() -> None:
    migration = Migration()
    for old, new in [("Hot", "Hot"), ("Hot", "Warm"), ("Cold", "Warm"), ("Cold", "Warm")]:
        migration.add(old, new)  # type: ignore[arg-type]

    assert migration.table() == {
        "Hot": {"Hot": 1, "Warm": 1, "Cold": 0},
        "Warm": {"Hot": 0, "Warm": 0, "Cold": 0},
        "Cold": {"Hot": 0, "Warm": 2, "Cold": 0},
    }
    assert (migration.leads, migration.moved) == (4, 3)
