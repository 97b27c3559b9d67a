"""Files: what is sent and what is answered."""

from leadline.domain.imports import ImportRun, ImportStatus
from leadline.web.api_imports import SHOWN
from leadline.web.openapi.operation import KEYED, READING, Operation
from leadline.web.openapi.types import Schema, object_of, object_with, ref, schema_of

_FLAG: Schema = {"type": "boolean", "default": False}
_TEXT: Schema = {"type": "string"}


def import_components() -> dict[str, Schema]:
    """Their schemas by name."""
    status = schema_of(ImportStatus)
    kept: Schema = {
        "type": "array",
        "items": object_with({"lead_id": {"type": "string", "format": "uuid"}, "why": _TEXT}),
    }
    row = object_with({"row": {"type": "object", "additionalProperties": _TEXT}, "why": _TEXT})
    return {
        "ImportFile": {"type": "string", "description": "A CSV or XLSX file, as it is."},
        "Import": object_of(ImportRun, SHOWN, status=status, kept=kept),
        "LeadsFile": {
            "type": "string",
            "description": "Leads as a file. Where a spreadsheet would take a value for a formula, an apostrophe stands before it; the import takes it away again.",
        },
        "RejectedRows": object_with({"items": {"type": "array", "items": row}, "next_cursor": {"type": "null"}}),
    }


IMPORT_OPERATIONS = {
    "createImport": Operation(
        "leads:write",
        {201: ref("Import")},
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
        },
        body=ref("ImportFile"),
        body_type="application/octet-stream",
        why={400: "The body is no table, or a damaged one.", 415: "The body is a form around the file, not the file."},
    ),
    "getImport": Operation("leads:write", {200: ref("Import")}, (*KEYED, 404)),
    "listRejectedRows": Operation("leads:write", {200: ref("RejectedRows")}, (*KEYED, 404)),
    "undoImport": Operation("leads:write", {200: ref("Import")}, (*KEYED, 404, 409)),
}
