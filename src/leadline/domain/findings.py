"""What the doctor says: a rule that is broken, where, and the cure."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "migrations", "documents", "rights", "users", "counters", "rulesets", "score", "waiting", "duplicates", "lead", "search",
    "trail", "submissions", "orphans", "access",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as RULES has it. `where` is a kind and an id, or the path of a document; `what` says what stands
    there and what should; `cure` says what to do."""

    rule: Rule
    where: str
    what: str
    cure: str


FIX = "leadline doctor --fix"
