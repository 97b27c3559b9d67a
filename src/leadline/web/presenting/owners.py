"""Who has a lead, and who decided it: the stored routing decision in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.leads import Lead
from leadline.domain.routing import why_nobody
from leadline.domain.users import User
from leadline.web.presenting.words import Moment, dated, initials

WAITING_WORDS = {"no_capacity": "every rep is full", "no_active_rep": "no rep is active"}
_VERDICTS = {
    "chosen": "Given the lead",
    "later_turn": "Had a turn more recently",
    "full": "Full",
    "not_active": "Not active",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A user as a row shows one: the reader is "You"."""

    name: str
    initials: str
    is_you: bool


class People:
    """The users, as one of them sees the others."""

    def __init__(self, users: Iterable[User], viewer: User) -> None:
        users = list(users)
        self._names = {user.id: user.full_name for user in users}
        self._viewer = viewer
        self._why_nobody = why_nobody(users)

    def find(self, user_id: UUID | None) -> Person | None:
        """The person, or None for nobody."""
        if user_id is None:
            return None
        return self.named(user_id, self._names.get(user_id, "A former user"))

    def why_waiting(self, lead: Lead) -> str | None:
        """Why a lead waits, as things stand now: the stored reason is that of the moment when it was routed last."""
        if lead.waiting_since is None:
            return None
        return WAITING_WORDS.get(self._why_nobody or lead.waiting_reason or "", "")

    def named(self, user_id: UUID | str, name: str) -> Person:
        """The person under the name that was written down; the reader is still "You"."""
        is_you = str(user_id) == str(self._viewer.id)
        return Person("You" if is_you else name, initials(name), is_you)


@dataclass(frozen=True, slots=True)
class Considered:
    """A rep whom routing looked at, with the counts as they were then."""

    person: Person
    leads: str
    verdict: str
    won: bool


@dataclass(frozen=True, slots=True)
class WhyThisRep:
    """The answer in a sentence, since when a lead waits, and each rep considered."""

    sentence: str
    waiting_since: Moment | None
    considered: tuple[Considered, ...]
    others: str | None


def why_this_rep(lead: Lead, people: People, now: datetime) -> WhyThisRep:
    """The decision that was stored when the lead was routed last."""
    decision = lead.route_decision or {}
    considered = tuple(_considered(rep, people) for rep in decision.get("reps", ()))
    since = dated(lead.waiting_since, now) if lead.waiting_since else None
    told = [*_sentences(lead, decision, people), *_of_endpoint(lead, decision)]
    return WhyThisRep(" ".join(told), since, considered, _others(decision))


def _of_endpoint(lead: Lead, decision: Mapping[str, Any]) -> list[str]:
    """Why routing looked at a Cold lead at all."""
    is_by_routing = decision.get("how") in ("turn", "returning_owner", "waiting")
    is_special = lead.category == "Cold" and decision.get("routing") == "all" and is_by_routing
    return ["Where it came in, Cold leads are given to a rep too."] if is_special else []


def _others(decision: Mapping[str, Any]) -> str | None:
    """Of a large team, those who are not stored by name."""
    others: Mapping[str, int] = decision.get("others") or {}
    if not others:
        return None
    told = ", ".join(f"{number:,} {_VERDICTS.get(verdict, verdict).lower()}" for verdict, number in others.items())
    return f"And {sum(others.values()):,} more: {told}."


def _considered(rep: list[Any], people: People) -> Considered:
    user_id, name, leads, cap, verdict = rep
    return Considered(
        people.named(user_id, name), f"{leads:,} of {cap:,}", _VERDICTS.get(verdict, verdict), verdict == "chosen"
    )


def _sentences(lead: Lead, decision: Mapping[str, Any], people: People) -> list[str]:
    how = decision.get("how")
    if how == "unrouted":
        return ["Cold leads are not given to anybody.", *_now_with(lead, None, people)]
    if how == "waiting":
        reason = WAITING_WORDS.get(decision.get("reason", ""), "nobody had room")
        sentence = f"Nobody could take it: {reason}."
        if lead.waiting_since is not None:
            now = people.why_waiting(lead)
            by_now = [f"By now {now}."] if now and now != reason else []
            return [sentence, *by_now, "The next rep with room gets it."]
        return [sentence, "It does not wait any longer.", *_now_with(lead, None, people)]
    if how == "unassigned":
        return ["It was taken from its owner, to be claimed by whoever wants it.", *_now_with(lead, None, people)]
    if how == "imported":
        return ["It was imported without being given to anybody.", *_now_with(lead, None, people)]
    if how in ("turn", "returning_owner", "file", "hand", "claim"):
        chosen = people.named(decision["chosen"], decision["name"])
        return [_chosen(how, chosen, decision), *_now_with(lead, decision["chosen"], people)]
    return ["How it was routed is not on record.", *_now_with(lead, None, people)]


def _chosen(how: str, chosen: Person, decision: Mapping[str, Any]) -> str:
    you = "you" if chosen.is_you else chosen.name
    if how == "turn":
        return f"By turn: of those with room, {you} waited longest."
    if how == "claim":
        return f"Claimed by {you}."
    if how == "file":
        return f"The imported file gives it to {you}."
    if how == "hand":
        return f"Given to {you} by hand, by {decision.get('by', 'somebody')}."
    verb, whose = ("have", "yours") if chosen.is_you else ("has", f"{chosen.name}’s")
    return f"An earlier lead from this address is {whose}, and {you} {verb} room."


def _now_with(lead: Lead, chosen: str | None, people: People) -> list[str]:
    """What happened since, where the owner is not the one that routing chose."""
    owner = people.find(lead.assigned_to)
    if str(lead.assigned_to) == chosen or (owner is None and chosen is None):
        return []
    if owner is None:
        return ["Nobody owns it now."]
    return [f"{owner.name} {'have' if owner.is_you else 'has'} it now."]
