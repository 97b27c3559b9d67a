"""What the table definitions share: the metadata, and columns that recur."""

from typing import Any

from sqlalchemy import Boolean, Column, Integer, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

SCHEMA = "leadline"
metadata = MetaData(schema=SCHEMA)

NOW = text("now()")


def id_column() -> Column[Any]:
    return Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()"))


def time_column(name: str, *, required: bool = False) -> Column[Any]:
    return Column(name, TIMESTAMP(timezone=True), nullable=not required, server_default=NOW if required else None)


def flag_column(name: str, default: bool = False) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=text(str(default).lower()))


def count_column(name: str, default: int = 0) -> Column[Any]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


def json_column(name: str) -> Column[Any]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'::jsonb"))
