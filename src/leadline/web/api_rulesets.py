"""Rule sets over the API: drafts, what they would do, publication, roll back. A published one is found by its version, a draft
by its id."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.errors import Conflict, NotFound
from leadline.domain.publications import Draft, Published, read_rules
from leadline.domain.rescoring import Move
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import compile
from leadline.usecases import draft, publish
from leadline.usecases.preview import preview
from leadline.usecases.publish import Publication
from leadline.usecases.rules import find_newest, list_rules
from leadline.web.actions import doing
from leadline.web.admission import key_in
from leadline.web.answers import json_answer, page_answer
from leadline.web.cursors import Cursors
from leadline.web.params import PAGING, Params, read_flag
from leadline.web.reading import ID_SHOWN_LENGTH, AnyRequest, actor_of, read_id, read_json, seen_tag
from leadline.web.services import Services

RULESET_BODY_MAX = 1_000_000
# What a preview looks at while somebody waits for the answer; `leadline rules publish --dry-run` looks at everything.
PREVIEW_LEADS_MAX = 20_000
PREVIEW_MOVES_MAX = 200


@get("/api/v1/rulesets", tags=["rule sets"], operation_id="listRulesets", opt=doing("read_rules"))
async def list_rulesets(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """Drafts, the newest first, then published rule sets, newest version first."""
    params = Params(request.query_params.multi_items(), PAGING)
    limit, cursor = params.limit(), params.cursor()
    params.check()
    newest = await find_newest(services.store)
    page = await list_rules(services.store, cursors.read("rulesets", cursor), limit)
    return page_answer(page.items, lambda row: ruleset_json(row, newest), cursors.write("rulesets", page.next))


@post("/api/v1/rulesets", status_code=201, tags=["rule sets"], operation_id="createRuleset", opt=doing("manage_rules"))
async def create_draft(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Keep a rule set as a draft, which scores nothing yet. 422 names every fault, and nothing is kept."""
    key = key_in(request)
    document = await read_json(request, RULESET_BODY_MAX)
    made = await draft.add_draft(services.store, services.house.new_id(), document, actor_of(request, key), utc_now())
    return _answer(made, None, 201)


@post(
    "/api/v1/rulesets/validate",
    status_code=200,
    tags=["rule sets"],
    operation_id="validateRuleset",
    opt=doing("manage_rules"),
)
async def validate(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Try a rule set without keeping it: 422 names every fault, 200 says how the open leads would move."""
    return await _previewed(services, read_rules(await read_json(request, RULESET_BODY_MAX)))


@get("/api/v1/rulesets/{ref:str}", tags=["rule sets"], operation_id="getRuleset", opt=doing("read_rules"))
async def get_ruleset(request: AnyRequest, services: NamedDependency[Services], ref: FromPath[str]) -> Response[bytes]:
    """A published rule set by its version, or a draft by its id, whose ETag is for `If-Match`."""
    found = await _find(services, ref)
    newest = await find_newest(services.store)
    return _answer(found, newest, left=await _left(services, found, newest))


@put("/api/v1/rulesets/{ref:str}", tags=["rule sets"], operation_id="replaceRuleset", opt=doing("manage_rules"))
async def replace_draft(
    request: AnyRequest, services: NamedDependency[Services], ref: FromPath[str]
) -> Response[bytes]:
    """Put another rule set in the place of a draft's. A published one never changes: 409."""
    key = key_in(request)
    draft_id = _draft_id(ref)
    document = await read_json(request, RULESET_BODY_MAX)
    changed = await draft.change_draft(
        services.store, draft_id, document, actor_of(request, key), utc_now(), seen=seen_tag(request)
    )
    return _answer(changed, None)


@delete(
    "/api/v1/rulesets/{ref:str}",
    status_code=200,
    tags=["rule sets"],
    operation_id="deleteRuleset",
    opt=doing("manage_rules"),
)
async def delete_draft(request: AnyRequest, services: NamedDependency[Services], ref: FromPath[str]) -> Response[bytes]:
    """Take a draft away; it is the answer. A published rule set stays for ever: 409."""
    return _answer(await draft.remove_draft(services.store, _draft_id(ref), seen=seen_tag(request)), None)


@post(
    "/api/v1/rulesets/{ref:str}/validate",
    status_code=200,
    tags=["rule sets"],
    operation_id="previewRuleset",
    opt=doing("manage_rules"),
)
async def preview_ruleset(
    request: AnyRequest, services: NamedDependency[Services], ref: FromPath[str]
) -> Response[bytes]:
    """How the open leads would move, were this draft or this earlier version published now."""
    return await _previewed(services, (await _find(services, ref)).ruleset)


@post(
    "/api/v1/rulesets/{ref:str}/publish",
    status_code=200,
    tags=["rule sets"],
    operation_id="publishRuleset",
    opt=doing("manage_rules"),
)
async def publish_draft(
    request: AnyRequest, services: NamedDependency[Services], ref: FromPath[str]
) -> Response[bytes]:
    """Publish a draft: it gets the next version and scores whatever is scored from then on. The open leads follow within
    seconds, in batches; `leads_to_rescore` says how many are left."""
    publication = _publication(request)
    published = await publish.publish_draft(services.store, _draft_id(ref), publication, seen=seen_tag(request))
    return _answer(published, published, left=await _left(services, published, published))


@post(
    "/api/v1/rulesets/{ref:str}/rollback",
    status_code=200,
    tags=["rule sets"],
    operation_id="rollBackRuleset",
    opt=doing("manage_rules"),
)
async def roll_back(request: AnyRequest, services: NamedDependency[Services], ref: FromPath[str]) -> Response[bytes]:
    """Publish what an earlier version says as the next one. 409 for the version that scores now."""
    publication = _publication(request)
    published = await publish.roll_back(services.store, _version(ref), publication)
    return _answer(published, published, left=await _left(services, published, published))


def ruleset_json(row: Draft | Published, newest: Published | None) -> dict[str, Any]:
    """A rule set without its rules: what it is, who wrote or published it, whether it scores."""
    actor = {"kind": row.actor_kind, "name": row.actor_name, "user_id": row.user_id}
    common = {"name": row.ruleset.name}
    if isinstance(row, Draft):
        times = {"created_at": row.created_at, "updated_at": row.updated_at, "published_at": None}
        ids: dict[str, Any] = {"id": row.id, "version": None, "status": "draft", "is_current": False}
        return ids | common | times | {"by": actor, "restores": None, "notifies": False}
    times = {"created_at": None, "updated_at": None, "published_at": row.published_at}
    is_current = newest is not None and newest.ruleset.version == row.ruleset.version
    ids = {"id": None, "version": row.ruleset.version, "status": "published", "is_current": is_current}
    return ids | common | times | {"by": actor, "restores": row.restores, "notifies": row.notifies}


def _answer(row: Draft | Published, newest: Published | None, status: int = 200, left: int = 0) -> Response[bytes]:
    rules = row.ruleset.to_json()
    if isinstance(row, Draft):
        del rules["version"]
    tag = row.version if isinstance(row, Draft) else f"v{row.ruleset.version}"
    whole = ruleset_json(row, newest) | {"rules": rules, "leads_to_rescore": left}
    return json_answer(whole, status, headers={"ETag": f'"{tag}"'})


async def _left(services: Services, row: Draft | Published, newest: Published | None) -> int:
    """How many open leads the rule set that scores has still to score; none for any other."""
    is_current = isinstance(row, Published) and newest is not None and row.ruleset.version == newest.ruleset.version
    return await services.store.count_standings(row.ruleset.version) if is_current else 0


async def _previewed(services: Services, ruleset: RuleSet) -> Response[bytes]:
    moves: list[Move] = []

    def keep(move: Move) -> None:
        if len(moves) < PREVIEW_MOVES_MAX:
            moves.append(move)

    migration, is_whole = await preview(services.store, compile(ruleset), keep, leads_max=PREVIEW_LEADS_MAX)
    return json_answer(
        {
            "name": ruleset.name,
            "leads": migration.leads,
            "moved": migration.moved,
            "migration": migration.table(),
            "moves": moves,
            "is_complete": is_whole,
        }
    )


def _publication(request: AnyRequest) -> Publication:
    params = Params(request.query_params.multi_items(), frozenset({"notify"}))
    notifies = params.one("notify", read_flag, "true or false")
    params.check()
    return Publication(actor_of(request, key_in(request)), utc_now(), bool(notifies))


async def _find(services: Services, ref: str) -> Draft | Published:
    if ref.isascii() and ref.isdigit():
        return await services.store.get_ruleset(_version(ref))
    return await draft.get_draft(services.store, _draft_id(ref))


def _draft_id(ref: str) -> UUID:
    """Raises NotFound for what is no id, Conflict for the version of a published one."""
    if ref.isascii() and ref.isdigit():
        raise Conflict(f"rule set {ref[:10]} is published and never changes; make a draft, or roll back to it")
    return read_id(ref, "draft")


def _version(ref: str) -> int:
    """Raises NotFound for what is no version."""
    if not (ref.isascii() and ref.isdigit() and 0 < int(ref[:11]) < 2**31):
        raise NotFound(f"no rule set {ref[:ID_SHOWN_LENGTH]}")
    return int(ref)
