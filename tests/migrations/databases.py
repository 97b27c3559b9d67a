"""What a database of Leadline consists of, by names, and rows to put into it."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

# Order of columns is left out on purpose: a column that went and came back stands last.
PARTS = {
    "columns": """
        SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                      CASE WHEN a.attnotnull THEN 'NOT NULL' ELSE 'NULL' END, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = to_regnamespace('leadline') AND c.relkind = 'r'""",
    # From 18 on NOT NULL is a constraint too; it is among the columns already.
    "constraints": """
        SELECT format('%s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = to_regnamespace('leadline') AND contype <> 'n'""",
    "indexes": """
        SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = to_regnamespace('leadline')""",
    "functions": """
        SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = to_regnamespace('leadline')""",
    "triggers": """
        SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = to_regnamespace('leadline') AND NOT t.tgisinternal""",
    "grants": """
        SELECT format('%s: %s to %s', granted.name, a.privilege_type,
                      CASE a.grantee WHEN 0 THEN 'public' ELSE a.grantee::regrole::text END)
        FROM (SELECT oid::regclass::text AS name, COALESCE(relacl, acldefault('r', relowner)) AS acl FROM pg_class
                WHERE relnamespace = to_regnamespace('leadline') AND relkind = 'r'
              UNION ALL SELECT attrelid::regclass || '.' || attname, attacl FROM pg_attribute
                WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace('leadline'))
              UNION ALL SELECT oid::regprocedure::text, COALESCE(proacl, acldefault('f', proowner)) FROM pg_proc
                WHERE pronamespace = to_regnamespace('leadline')
              UNION ALL SELECT nspname, COALESCE(nspacl, acldefault('n', nspowner)) FROM pg_namespace
                WHERE nspname = 'leadline') AS granted, aclexplode(granted.acl) AS a""",
}


async def catalogue(connection: Any) -> dict[str, set[str]]:
    """Everything in the schema, each thing as a line of text."""
    return {part: {row[0] for row in await connection.fetch(sql)} for part, sql in PARTS.items()}


def at(url: str, database: str, *, user: str | None = None, password: str = "") -> str:
    """The same server's URL for another database, and for another user where one is named."""
    parts = urlsplit(url)
    place = f"{user}:{password}@{parts.netloc.rpartition('@')[2]}" if user else parts.netloc
    return urlunsplit(parts._replace(netloc=place, path=f"/{database}"))


async def add_lead(
    connection: Any, number: int, email: str, email_class: str, *, table: str = "leads", **more: Any
) -> UUID:
    """A lead of which only what must be there is."""
    values = {
        "id": UUID(int=number),
        "company_name": "Acme Corp",
        "contact_name": "John Doe",
        "email": email,
        "email_key": email,
        "email_class": email_class,
        "ruleset_version": 1,
        **more,
    }
    places = ", ".join(f"${at}" for at in range(1, len(values) + 1))
    await connection.execute(f"INSERT INTO leadline.{table} ({', '.join(values)}) VALUES ({places})", *values.values())
    return UUID(int=number)
