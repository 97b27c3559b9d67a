"""Fewer filters for the store that serves two at most."""

import random
from dataclasses import replace
from typing import Any

from leadline.domain.lead_lists import LeadQuery
from leadline.ports import Store
from leadline.storage.firestore.leads import FILTERS_MAX, filters_of
from leadline.storage.firestore.store import FirestoreStore

# A filter as the API names it, and the query without it.
_WITHOUT: dict[str, dict[str, Any]] = {
    "assigned_to": {"owners": ()},
    "source": {"source": None},
    "created_from": {"created_from": None, "created_to": None},
    "created_to": {"created_to": None},
    "priority": {"priority": None},
    "needs_review": {"needs_review": None},
    "waiting": {"waiting": None},
    "q": {"words": ()},
    "status": {"statuses": ()},
}


def as_served(store: Store, query: LeadQuery, chance: random.Random) -> LeadQuery:
    """The query, on Firestore without as many of its filters, by chance, as are too many there."""
    while isinstance(store, FirestoreStore) and len(filters_of(query)) > FILTERS_MAX:
        query = replace(query, **_WITHOUT[chance.choice(filters_of(query))])
    return query
