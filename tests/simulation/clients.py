"""Clients who keep a ledger: what they were answered must be there, once, and what they were not told of may be there once."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from leadline.domain.errors import Unavailable
from leadline.domain.intake import Captured, Intake
from leadline.domain.leads import Status
from leadline.domain.lifecycle import allowed
from leadline.ports import Store
from leadline.storage.memory import MemoryStore
from leadline.usecases import work
from leadline.usecases.advance import Move, advance_lead
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import Deciding
from leadline.usecases.one_lead import change_lead
from leadline.usecases.signals import Signal, count_signal
from tests.deeds import NO, posting, some_lead

TRIES = 4


@dataclass
class Ledger:
    """What was asked, and what was answered."""

    answers: dict[UUID, tuple[Intake, Captured]] = field(default_factory=dict)
    steps: Counter[tuple[UUID, Status]] = field(default_factory=Counter)
    notes: dict[str, bool] = field(default_factory=dict)
    signals: set[UUID] = field(default_factory=set)


async def post(store: Store, ledger: Ledger, deciding: Deciding, chance: random.Random) -> None:
    """Post a batch, and again until there is an answer: ids come from the caller, so that is safe."""
    items = [posting(deciding.now, deciding.house.new_id, chance) for _ in range(chance.randrange(1, 3))]
    for _ in range(TRIES):
        try:
            captured = await capture_leads(store, deciding.house, items, deciding.now)
        except (Unavailable, *NO):
            continue
        for item, answer in zip(items, captured, strict=True):
            ledger.answers[item.id] = (item, answer)
        return


async def step(store: Store, ledger: Ledger, deciding: Deciding, chance: random.Random) -> None:
    """Take a lead on, once: whoever is not told does not know."""
    if (lead := await some_lead(store, chance)) and (steps := allowed(lead.status)):
        status = chance.choice(steps)
        move = Move(status, "not_a_fit") if status == "Disqualified" else Move(status)
        await advance_lead(store, lead.id, move, deciding)
        ledger.steps[lead.id, status] += 1


async def note(store: Store, ledger: Ledger, deciding: Deciding, chance: random.Random) -> None:
    """Keep a note that nobody else writes."""
    if lead := await some_lead(store, chance):
        text = f"note {deciding.house.new_id()}"
        ledger.notes[text] = False
        await change_lead(store, lead.id, work.add_note(text), deciding)
        ledger.notes[text] = True


async def signal(store: Store, ledger: Ledger, deciding: Deciding, chance: random.Random) -> None:
    """Send an event until it is answered: it counts once all the same."""
    if lead := await some_lead(store, chance):
        event = Signal("pricing_page_visit", f"s{chance.randrange(12)}", deciding.now, lead.id)
        for _ in range(TRIES):
            try:
                await count_signal(store, event, deciding)
            except Unavailable:
                continue
            ledger.signals.add(event.activity_id)
            return


ASKS = (post, post, step, note, signal)


async def client(
    store: Store, ledger: Ledger, deciding: Deciding, chance: random.Random, others: Any, acts: int
) -> None:
    """So many acts, of those with a ledger and of all others."""
    for number in range(acts):
        at = replace(deciding, now=_later(deciding.now, number, chance))
        try:
            if chance.random() < 0.5:
                await chance.choice(ASKS)(store, ledger, at, chance)
            else:
                await others(store, at, chance)
        except (Unavailable, *NO):
            continue


def _later(begun: datetime, number: int, chance: random.Random) -> datetime:
    return begun + timedelta(minutes=13 * number + chance.randrange(13))


def broken_promises(store: MemoryStore, ledger: Ledger) -> list[str]:
    """What was answered and is not there once."""
    state = store._state
    broken = []
    for item_id, (item, answer) in ledger.answers.items():
        record = state.submissions.get(answer.submission_id)
        if record is None or record.outcome != answer.outcome or record.lead_id != (answer.lead and answer.lead.id):
            broken.append(f"{item_id} was answered {answer.outcome}, and {record} is there")
        if answer.submission_id == item_id and record is not None and record.payload != item.payload:
            broken.append(f"{item_id} was kept as something else")
        if answer.lead is not None and answer.lead.id not in state.leads:
            broken.append(f"{item_id} was answered with lead {answer.lead.id}, which is not there")
    entries = list(state.activities.values())
    told = Counter((e.lead_id, json.loads(e.new_value)["status"]) for e in entries if e.action_type == "status_changed")  # type: ignore[arg-type]
    broken += [f"{key} was answered {n} times, and is there {told[key]} times" for key, n in ledger.steps.items() if told[key] < n]  # fmt: skip
    notes = Counter(json.loads(e.new_value or "{}").get("note") for e in entries if e.action_type == "note_added")
    broken += [f"{text} is there {notes[text]} times" for text, was_told in ledger.notes.items() if notes[text] not in ((1,) if was_told else (0, 1))]  # fmt: skip
    broken += [f"signal {i} was answered and is not there" for i in ledger.signals if i not in state.activities]
    return broken
