"""Files: what is sent and what is answered."""

from leadline.domain.imports import ImportRun, ImportStatus
from leadline.web.api_imports import SHOWN
from leadline.web.openapi.operation import KEYED, READING, Operation
from leadline.web.openapi.types import Schema, object_of, object_with, ref, schema_of

_FLAG: Schema = {"type": "boolean", "default": False}
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer"}


def import_components() -> dict[str, Schema]:
    """Their schemas by name."""
    status = schema_of(ImportStatus)
    kept: Schema = {
        "type": "array",
        "items": object_with({"lead_id": {"type": "string", "format": "uuid"}, "why": _TEXT}),
    }
    row = object_with({"row": {"type": "object", "additionalProperties": _TEXT}, "why": _TEXT})
    return {
        "ImportPreview": _preview(),
        "ImportFile": {"type": "string", "description": "A CSV or XLSX file, as it is."},
        "Import": object_of(ImportRun, SHOWN, status=status, kept=kept),
        "LeadsFile": {
            "type": "string",
            "description": "Leads as a file. Where a spreadsheet would take a value for a formula, an apostrophe stands before it; the import takes it away again.",
        },
        "RejectedRows": object_with({"items": {"type": "array", "items": row}, "next_cursor": {"type": "null"}}),
    }


def _preview() -> Schema:
    """How a file is understood."""
    maybe: Schema = {"type": ["string", "null"]}
    date: Schema = {"type": ["string", "null"], "format": "date-time"}
    column = object_with({"column": _TEXT, "means": maybe, "example": _TEXT})
    fields: Schema = {"type": "object", "additionalProperties": True}
    row = object_with({"line": _COUNT, "fields": fields, "created_at": date, "owner": maybe, "why_not": maybe})
    fault = object_with({"line": _COUNT, "why": _TEXT})
    before = object_with(
        {
            "import_id": _TEXT,
            "name": _TEXT,
            "actor_name": _TEXT,
            "started_at": {"type": "string", "format": "date-time"},
        }
    )
    lists = {"columns": column, "preview": row, "faults": fault}
    return object_with(
        dict.fromkeys(("preset", "encoding", "delimiter", "date_format"), maybe)
        | dict.fromkeys(("header_line", "rows", "looked_at", "rejected"), _COUNT)
        | {"name": _TEXT, "mapping_of": {"anyOf": [before, {"type": "null"}]}}
        | {name: {"type": "array", "items": items} for name, items in lists.items()}
    )


IMPORT_OPERATIONS = {
    "createImport": Operation(
        "leads:write",
        {201: ref("Import"), 202: ref("Import"), 200: ref("ImportPreview")},
        (*KEYED, *READING),
        query={
            "name": _TEXT | {"description": "What the file is called."},
            "map": {
                "type": "array",
                "items": _TEXT,
                "description": "`COLUMN=FIELD`, for each column that the file names oddly.",
            },
            "route": _FLAG | {"description": "Give the leads to reps."},
            "notify": _FLAG | {"description": "Tell owners, managers and leads."},
            "source": _TEXT | {"description": "The source of leads whose row names none."},
            "dry_run": _FLAG | {"description": "Only say how the file is understood."},
        },
        body=ref("ImportFile"),
        body_type="application/octet-stream",
        why={400: "The body is no table, or a damaged one.", 415: "The body is a form around the file, not the file."},
    ),
    "getImport": Operation("leads:write", {200: ref("Import")}, (*KEYED, 404)),
    "listRejectedRows": Operation("leads:write", {200: ref("RejectedRows")}, (*KEYED, 404)),
    "undoImport": Operation("leads:write", {200: ref("Import"), 202: ref("Import")}, (*KEYED, 404, 409)),
}
