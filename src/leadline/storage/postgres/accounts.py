"""SQL of users, sessions, keys and rule sets. Each UPDATE that must hit answers false where it did not."""

from leadline.storage.postgres import rows

_USER = rows.select(rows.USER)

ALL_USERS = f"SELECT {_USER} FROM leadline.users ORDER BY id"
USERS_BY_NAME = f'SELECT {_USER} FROM leadline.users ORDER BY full_name COLLATE "C", id'
USER_BY_ID = f"SELECT {_USER} FROM leadline.users WHERE id = $1"
USER_BY_EMAIL = f"SELECT {_USER} FROM leadline.users WHERE email_key = $1"

# What a person edits; counters change only through `ports.Tx.change_users`.
EDITED = (
    "full_name", "email", "email_key", "phone", "role", "is_active", "max_active_leads", "slack_user_id", "notify_email",
    "notify_slack", "notify_sms", "time_zone", "updated_at", "last_login_at", "password_hash",
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

INSERT_API_KEY = _insert("api_keys", rows.API_KEY, "ON CONFLICT (key_hash) DO NOTHING")
ALL_API_KEYS = f"SELECT {rows.select(rows.API_KEY)} FROM leadline.api_keys ORDER BY id"
API_KEY_BY_HASH = f"SELECT {rows.select(rows.API_KEY)} FROM leadline.api_keys WHERE key_hash = $1"

INSERT_RULESET = "INSERT INTO leadline.scoring_rulesets (version, name, rules, published_at) VALUES ($1, $2, $3, $4) ON CONFLICT (version) DO NOTHING"
ALL_RULESETS = "SELECT rules, published_at FROM leadline.scoring_rulesets ORDER BY version"
