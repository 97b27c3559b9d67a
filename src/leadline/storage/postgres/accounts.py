"""SQL of users, sessions, invitations, login tries and keys. Each UPDATE that must hit answers false where it did not."""

from leadline.storage.postgres import rows

_USER = rows.select(rows.USER)

ALL_USERS = f"SELECT {_USER} FROM leadline.users ORDER BY id"
USERS_BY_NAME = f'SELECT {_USER} FROM leadline.users ORDER BY full_name COLLATE "C", id'
USER_BY_ID = f"SELECT {_USER} FROM leadline.users WHERE id = $1"
USER_BY_EMAIL = f"SELECT {_USER} FROM leadline.users WHERE email_key = $1"

# What a person edits; counters change only through `ports.Tx.change_users`.
EDITED = (
    "full_name", "email", "email_key", "phone", "role", "is_active", "max_active_leads", "slack_user_id", "notify_email",
    "notify_slack", "notify_sms", "time_zone", "quiet_from", "quiet_to", "hot_in_quiet_hours", "digest_at", "updated_at",
    "last_login_at", "password_hash",
)  # fmt: skip


def _insert(table: str, columns: tuple[str, ...], on_conflict: str = "") -> str:
    params = ", ".join(f"${i + 1}" for i in range(len(columns)))
    return f"INSERT INTO leadline.{table} ({', '.join(columns)}) VALUES ({params}) {on_conflict}"


INSERT_USER = _insert("users", rows.USER)
UPDATE_USER = (
    "WITH u AS (UPDATE leadline.users SET "
    + ", ".join(f"{name} = ${i + 1}" for i, name in enumerate(EDITED))
    + f", version = version + 1 WHERE id = ${len(EDITED) + 1} AND version = ${len(EDITED) + 2} RETURNING 1) SELECT EXISTS (SELECT FROM u)"
)

INSERT_SESSION = _insert("sessions", rows.SESSION)
SESSION_BY_TOKEN = f"SELECT {rows.select(rows.SESSION)} FROM leadline.sessions WHERE token_hash = $1"
# Only touches: a request in flight during a logout must not bring the session back.
TOUCH_SESSION = "UPDATE leadline.sessions SET seen_at = greatest(seen_at, $2) WHERE token_hash = $1 AND revoked_at IS NULL RETURNING 1"
TAKE_SESSION = f"UPDATE leadline.sessions SET revoked_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL RETURNING {rows.select(rows.SESSION)}"
REVOKE_SESSIONS = (
    "UPDATE leadline.sessions SET revoked_at = $3 WHERE (token_hash = $1 OR user_id = $2) AND revoked_at IS NULL"
)

INSERT_INVITATION = _insert("invitations", rows.INVITATION)
INVITATION_BY_TOKEN = f"SELECT {rows.select(rows.INVITATION)} FROM leadline.invitations WHERE token_hash = $1"
ALL_INVITATIONS = f"SELECT {rows.select(rows.INVITATION)} FROM leadline.invitations ORDER BY token_hash"
_OPEN = "used_at IS NULL AND revoked_at IS NULL"
USE_INVITATION = f"WITH i AS (UPDATE leadline.invitations SET used_at = $2 WHERE token_hash = $1 AND {_OPEN} RETURNING 1) SELECT EXISTS (SELECT FROM i)"
REVOKE_INVITATIONS = f"UPDATE leadline.invitations SET revoked_at = $2 WHERE user_id = $1 AND {_OPEN}"

# The lock of a slot is of the transaction, so it works behind a pooler, and it is there before the row is. One at a time and in
# order, so that two never wait for each other crosswise; a statement of its own, for what waits still reads its old snapshot.
TRIES_LOCK = 0x1EAD
LOCK_TRIES = f"SELECT pg_advisory_xact_lock({TRIES_LOCK}, slot) FROM unnest($1::int[]) AS slot"
TRIES_BY_SLOT = "SELECT slot, number, ends_at FROM leadline.login_tries WHERE slot = ANY($1::int[])"
ENDED_TRIES = (
    "SELECT slot, number, ends_at FROM leadline.login_tries WHERE ends_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED"
)
SET_TRIES = "INSERT INTO leadline.login_tries (slot, number, ends_at) VALUES ($1, $2, $3) ON CONFLICT (slot) DO UPDATE SET number = $2, ends_at = $3"
REMOVE_TRIES = "DELETE FROM leadline.login_tries WHERE slot = $1"

INSERT_API_KEY = _insert("api_keys", rows.API_KEY, "ON CONFLICT (key_hash) DO NOTHING")
ALL_API_KEYS = f"SELECT {rows.select(rows.API_KEY)} FROM leadline.api_keys ORDER BY id"
REVOKE_API_KEY = "UPDATE leadline.api_keys SET revoked_at = $2 WHERE key_hash = $1 AND revoked_at IS NULL"
TOUCH_API_KEY = "UPDATE leadline.api_keys SET last_used_at = greatest(last_used_at, $2) WHERE key_hash = $1"
API_KEY_BY_HASH = f"SELECT {rows.select(rows.API_KEY)} FROM leadline.api_keys WHERE key_hash = $1"
