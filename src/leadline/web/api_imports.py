"""Imports, for programs: a file is sent as the body, taken in, looked at, taken back."""

import asyncio
from dataclasses import fields
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.answers import WIDTHS
from leadline.domain.errors import Fault, Invalid
from leadline.domain.imports import ImportRun, status_of
from leadline.sources.csv.preview import preview, told
from leadline.usecases.deciding import Deciding
from leadline.usecases.import_leads import Order, get_import
from leadline.usecases.rejected_rows import rejected_rows
from leadline.web.actions import doing
from leadline.web.admission import key_in
from leadline.web.answers import json_answer, page_answer
from leadline.web.importing import planned
from leadline.web.problems import WrongMediaType
from leadline.web.reading import AnyRequest, actor_of, media_type_of, read_id
from leadline.web.services import Services

# How long a client waits for the end of an import or of an undo.
ANSWER_SECONDS = 20.0
# Of a long file the first so many rows are tried.
ROWS_TRIED = 20_000
REJECTED_MAX = 10_000
SHOWN = tuple(field.name for field in fields(ImportRun))
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_FLAGS = {"true": True, "false": False, "": False}


@get("/api/v1/imports", tags=["imports"], operation_id="listImports", opt=doing("import_leads"))
async def list_imports(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Every import, newest first."""
    return page_answer(await services.store.list_import_runs(), run_json, None)


@post("/api/v1/imports", status_code=201, tags=["imports"], operation_id="createImport", opt=doing("import_leads"))
async def create_import(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Take in a CSV or XLSX file, sent as the body. Answers 201 when all of it is in; 202 for a long one, which goes on by itself,
    also after a restart: ask for it by its `id`. The same file sent again makes no lead twice. With `dry_run` nothing is
    stored: the answer says how the file is understood, and which of its rows would be rejected."""
    if media_type_of(request) in _FORMS:
        raise WrongMediaType("send the file itself as the body, not a form around it")
    name = request.query_params.get("name") or "upload"
    mapping = _mapping(request.query_params.getall("map", []))
    routes, notifies, is_trial = (_flag(request, flag) for flag in ("route", "notify", "dry_run"))
    source = request.query_params.get("source", "").replace("\0", "").strip()[: WIDTHS["source"]] or None
    upload = await services.uploads.receive(request, name)
    try:
        found = await planned(services.store, upload.path, mapping)
        if is_trial:
            seen = await asyncio.to_thread(preview, found.plan, source=source, rows_max=ROWS_TRIED)
            return json_answer({"name": upload.name} | told(seen, found.before), 200)
        plan = found.plan
        order = Order(
            upload.name, plan.table.digest, plan.mapping, plan.columns, plan.rows_total, key_in(request).name, plan.preset,
            routes, notifies, source=source,
        )  # fmt: skip
        run = await services.importing.begin(upload, plan, order)
    finally:
        services.uploads.drop(upload)
    run = await services.importing.rest(run.id, ANSWER_SECONDS)
    return json_answer(run_json(run), 201 if status_of(run) != "running" else 202)


@get("/api/v1/imports/{import_id:str}", tags=["imports"], operation_id="getImport", opt=doing("import_leads"))
async def show_import(
    request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]
) -> Response[bytes]:
    """One import: how far it is, and what came of its rows."""
    return json_answer(run_json(await get_import(services.store, read_id(import_id, "import"))))


@get(
    "/api/v1/imports/{import_id:str}/rejected",
    tags=["imports"],
    operation_id="listRejectedRows",
    opt=doing("import_leads"),
)
async def list_rejected(
    request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]
) -> Response[bytes]:
    """The first 10,000 rows that made no lead, each in its own columns, and why."""
    run = await get_import(services.store, read_id(import_id, "import"))
    rows: list[dict[str, Any]] = []
    async for cells, why in rejected_rows(services.store, run):
        rows.append({"row": {column: cells.get(column, "") for column in run.columns} | cells, "why": why})
        if len(rows) == REJECTED_MAX:
            break
    return json_answer({"items": rows, "next_cursor": None})


@post(
    "/api/v1/imports/{import_id:str}/undo",
    status_code=200,
    tags=["imports"],
    operation_id="undoImport",
    opt=doing("import_leads"),
)
async def take_back(
    request: AnyRequest, services: NamedDependency[Services], import_id: FromPath[str]
) -> Response[bytes]:
    """Take an import back: its leads are deleted, what it filled in elsewhere is given back; leads that somebody has worked on
    since are kept. Answers 200 when it is done, 202 for a long one, which goes on by itself."""
    deciding = Deciding(services.house, utc_now(), actor_of(request, key_in(request)), notifies=False)
    run_id = read_id(import_id, "import")
    await services.importing.take_back(run_id, deciding)
    run = await services.importing.rest(run_id, ANSWER_SECONDS)
    return json_answer(run_json(run), 200 if status_of(run) == "undone" else 202)


def run_json(run: ImportRun) -> dict[str, Any]:
    """An import, flat, with its status."""
    kept = [{"lead_id": lead_id, "why": why} for lead_id, why in run.kept.items()]
    return {name: getattr(run, name) for name in SHOWN} | {"status": status_of(run), "kept": kept}


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        column, is_pair, meaning = pair.rpartition("=")
        if not is_pair:
            raise Invalid([Fault("/map", "must be COLUMN=FIELD")])
        mapping[column] = meaning
    return mapping


def _flag(request: AnyRequest, name: str) -> bool:
    text = request.query_params.get(name, "")
    if text not in _FLAGS:
        raise Invalid([Fault(f"/{name}", "must be true or false")])
    return _FLAGS[text]
