"""Every query that our code can make has an index, and every index a query. Firestore refuses a query without one."""

from datetime import timedelta
from itertools import combinations, product
from typing import Any

import pytest

from leadline.domain.errors import Invalid
from leadline.domain.lead_lists import LeadQuery
from leadline.storage.firestore import access, notifications, rules, trail, tx
from leadline.storage.firestore.demo import DEMO_LEADS
from leadline.storage.firestore.leads import check_filters, list_queries
from leadline.storage.firestore.queries import DISJUNCTIONS_MAX, Find, disjunctions, shape_of
from tests import indexes
from tests.builders import NOW, an_id

FILTERS: dict[str, list[dict[str, Any]]] = {
    "status": [{"statuses": ("New",)}, {"statuses": ("New", "Contacted", "Qualified", "Opportunity")}],
    "assigned_to": [{"owners": (None,)}, {"owners": tuple(an_id(n) for n in range(70))}],
    "source": [{"source": "API"}],
    "created": [{"created_from": NOW}, {"created_to": NOW}, {"created_from": NOW, "created_to": NOW + timedelta(1)}],
    "priority": [{"priority": True}, {"priority": False}],
    "needs_review": [{"needs_review": True}],
    "waiting": [{"waiting": True}],
    "q": [{"words": ("acme",)}, {"words": ("acme", "a word of more than twelve letters")}],
}
VIEWS: list[dict[str, Any]] = [
    {},
    {"statuses": ()},
    {"spam": True},
    {"deleted": True},
    {"spam": True, "deleted": True},
]
CATEGORIES: list[dict[str, Any]] = [{}, {"categories": ("Hot",)}, {"categories": ("Hot", "Cold")}]
TIMES: list[dict[str, Any]] = [{}, {"updated_since": NOW}]


def every_query() -> list[LeadQuery]:
    """All lists with at most two filters beside the tab."""
    chosen = [names for number in range(3) for names in combinations(FILTERS, number)]
    return [
        LeadQuery(**{k: v for part in (view, tab, time, *filters) for k, v in part.items()})
        for names in chosen
        for filters in product(*(FILTERS[name] for name in names))
        for view, tab, time in product(VIEWS, CATEGORIES, TIMES)
    ]


def other_queries() -> list[Find]:
    """The queries that are no list of leads and have an order."""
    of_leads = [*tx.WAITING, tx.TO_INDEX, DEMO_LEADS, rules.standings_below(2)]
    newest = [
        trail.newest(collection, **filters)
        for collection, name in (("submissions", "outcome"), ("notifications", "status"))
        for filters in ({}, {name: "x"}, {"leadId": an_id(1)}, {name: "x", "leadId": an_id(1)})
    ]
    queue = [
        notifications.pending("slack"),
        notifications.due_held("slack", NOW, 9),
        notifications.oldest("slack", "failed"),
    ]
    return [
        *of_leads,
        trail.activities_of(an_id(1)),
        trail.postings_of("main"),
        *newest,
        *queue,
        access.ended_tries(NOW, 300),
    ]


def test_every_query_has_an_index() -> None:
    finds = [find for query in every_query() for find in list_queries(query)] + other_queries()

    assert sorted({lack for find in finds if (lack := indexes.missing(find))}) == []


def test_no_query_has_more_alternatives_than_firestore_takes() -> None:
    assert max(disjunctions(find) for query in every_query() for find in list_queries(query)) <= DISJUNCTIONS_MAX


def test_an_index_that_is_taken_away_is_missed() -> None:
    """All but those that another stands in for at some cost; for the seed's two, which nothing uses, see the README."""
    shapes = {shape_of(find): find for query in every_query() for find in list_queries(query)}
    finds = [*shapes.values(), *other_queries()]
    unmissed = []
    for index in indexes.declared():
        without = [other for other in indexes.declared() if other != index]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(indexes, "declared", lambda kept=without: kept)
            if not any(indexes.missing(find) for find in finds):
                unmissed.append([name for name, _ in index[1]])

    work = ["priorityFlag", "rawScore", "createdAt", "id"]
    assert unmissed == [
        ["category", "status", "createdAt"],
        ["assignedTo", "status", "leadScore"],
        ["isOpen", "category", "ownerKey", *work],
        ["isVisible", "status", "createdAt", "id"],
    ]


@pytest.mark.parametrize("names", list(combinations(FILTERS, 3)))
def test_three_filters_are_refused_by_their_names(names: tuple[str, ...]) -> None:
    query = LeadQuery(**{k: v for name in names for k, v in FILTERS[name][0].items()})

    with pytest.raises(Invalid) as refusal:
        check_filters(query)

    assert [f.pointer for f in refusal.value.faults] == [f"/{'created_from' if n == 'created' else n}" for n in names]
