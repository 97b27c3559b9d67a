"""Drafts: rule sets that are worked on until they are published. Each is good as it stands; what is faulty is never kept."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.errors import Conflict, NotFound
from leadline.domain.publications import DRAFTS_MAX, Draft, StaleDraft, read_rules
from leadline.ports import Store, Tx


async def add_draft(store: Store, draft_id: UUID, document: object, actor: Actor, now: datetime) -> Draft:
    """Keep a new draft. Raises Invalid with every fault of the document, Conflict where there are too many drafts."""
    draft = Draft(draft_id, read_rules(document), now, now, actor.kind, actor.name, actor.user_id)

    async def work(tx: Tx) -> None:
        if len(await tx.drafts()) >= DRAFTS_MAX:
            raise Conflict(f"there are {DRAFTS_MAX} drafts; publish or delete one first")
        tx.add_drafts([draft])

    await store.transact(work)
    return draft


async def change_draft(
    store: Store, draft_id: UUID, document: object, actor: Actor, now: datetime, *, seen: str | None = None
) -> Draft:
    """Put another document in the place of a draft's. `seen` is the version that the caller looked at; another one raises
    StaleDraft. Raises NotFound, and Invalid with every fault of the document."""
    ruleset = read_rules(document)

    async def work(tx: Tx) -> Draft:
        draft = find_draft(await tx.drafts(), draft_id, seen)
        changed = replace(
            draft, ruleset=ruleset, updated_at=now, actor_kind=actor.kind, actor_name=actor.name, user_id=actor.user_id
        )
        tx.update_drafts([changed])
        return replace(changed, version=draft.version + 1)

    return await store.transact(work)


async def remove_draft(store: Store, draft_id: UUID, *, seen: str | None = None) -> Draft:
    """Take a draft away; it is the answer. Raises NotFound and StaleDraft."""

    async def work(tx: Tx) -> Draft:
        draft = find_draft(await tx.drafts(), draft_id, seen)
        tx.remove_drafts([draft])
        return draft

    return await store.transact(work)


async def get_draft(store: Store, draft_id: UUID) -> Draft:
    """One draft. Raises NotFound."""
    return find_draft(await store.list_drafts(), draft_id)


def find_draft(drafts: list[Draft], draft_id: UUID, seen: str | None = None) -> Draft:
    """The draft of this id, as `seen`. Raises NotFound and StaleDraft."""
    draft = next((draft for draft in drafts if draft.id == draft_id), None)
    if draft is None:
        raise NotFound(f"no draft {draft_id}")
    if seen is not None and seen != str(draft.version):
        raise StaleDraft
    return draft
