"""How Alembic runs a step: on the connection that :mod:`ivr.store.migrate` hands over, inside its transaction."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import TypeDecorator

from ivr.model import Base
from ivr.store.search import is_mapped


def render_item(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write plain SQL types into new steps: a step must not change its meaning when our own types do."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=render_item,
    include_object=is_mapped,
)
context.run_migrations()
