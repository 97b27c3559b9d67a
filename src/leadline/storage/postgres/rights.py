"""How far the trail is protected: what the role of this process may do to it, and whether it can become another."""

from leadline.domain.findings import Finding
from leadline.storage.postgres.rows import Connection

TRAIL = ("activities", "submissions", "scoring_rulesets")
_RIGHTS = """
SELECT name, has_any_column_privilege('leadline.' || name, 'UPDATE') AS "UPDATE",
  has_table_privilege('leadline.' || name, 'DELETE') AS "DELETE", has_table_privilege('leadline.' || name, 'TRUNCATE') AS "TRUNCATE"
FROM unnest($1::text[]) AS name
"""
_ROLES = """
SELECT current_user, session_user, session_user <> current_user
  AND (has_table_privilege(session_user, 'leadline.activities', 'DELETE') OR pg_has_role(session_user, tableowner, 'MEMBER'))
FROM pg_tables WHERE schemaname = 'leadline' AND tablename = 'activities'
"""


async def look_at_rights(connection: Connection) -> tuple[list[Finding], list[str]]:
    """A finding for each right on the trail that should be refused, and a sentence on how far the refusal goes."""
    role, login, may_return = await connection.fetchrow(_ROLES) or ("", "", False)
    found = []
    for row in await connection.fetch(_RIGHTS, TRAIL):
        granted = [verb for verb in ("UPDATE", "DELETE", "TRUNCATE") if row[verb]]
        if granted:
            rights = ", ".join(granted)
            what = f"the role {role}, which the application works as, may {rights}: its trail can be rewritten"
            cure = f"REVOKE {rights} ON leadline.{row['name']} FROM {role}, or connect as leadline_app"
            found.append(Finding("rights", f"leadline.{row['name']}", what, cure))
    if found:
        return found, []
    note = f"the trail: {role} is refused UPDATE, DELETE and TRUNCATE on {', '.join(TRAIL)}"
    if may_return:
        note += (
            f"; but {login}, whom DATABASE_URL logs in as, can leave that role: for a trail that the server cannot"
            " rewrite at all, give it a login of leadline_app's and the owner's to DATABASE_OWNER_URL"
        )
    return [], [note]
