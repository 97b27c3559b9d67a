"""SQL of endpoints. Each UPDATE that must hit answers false where it did not."""

from leadline.storage.postgres import rows

# What a person edits: name and provider stay.
EDITED = ("sealed_secrets", "mapping", "defaults", "source", "is_active", "form", "spam", "routing", "updated_at")

ALL_ENDPOINTS = f'SELECT {rows.select(rows.ENDPOINT)} FROM leadline.endpoints ORDER BY name COLLATE "C"'
ENDPOINT_BY_NAME = f"SELECT {rows.select(rows.ENDPOINT)} FROM leadline.endpoints WHERE name = $1"
INSERT_ENDPOINT = (
    f"WITH i AS (INSERT INTO leadline.endpoints ({', '.join(rows.ENDPOINT)})"
    f" VALUES ({', '.join(f'${n + 1}' for n in range(len(rows.ENDPOINT)))}) ON CONFLICT (name) DO NOTHING RETURNING 1)"
    " SELECT EXISTS (SELECT FROM i)"
)
UPDATE_ENDPOINT = (
    "WITH u AS (UPDATE leadline.endpoints SET "
    + ", ".join(f"{name} = ${n + 1}" for n, name in enumerate(EDITED))
    + f", version = version + 1 WHERE id = ${len(EDITED) + 1} AND version = ${len(EDITED) + 2} RETURNING 1)"
    " SELECT EXISTS (SELECT FROM u)"
)
