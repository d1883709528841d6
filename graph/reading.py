"""The read path: the one place that turns what a resolver names, plus what the client selected, into statements.

A resolver answers a query set (or a row). `graph/planning.py` walks the selection once (`graph/selecting.py`) and says
what is wanted. Rows that columns point to come by LEFT JOIN in the same statement (the account is part of every join);
each list takes one statement for all its parents together. Rows are read into `Record`s with just the columns that
were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import attrgetter, or_
from typing import Any, cast
from uuid import UUID

from graphql import GraphQLObjectType, get_named_type
from pypika_tortoise.queries import Query, Table
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types import Info
from tortoise.expressions import Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from graph.ordering import ordered
from graph.planning import Plan, model_of, plan
from graph.shape import Through as Leads
from models.storage.database import dialect
from models.tenancy import Owned
from permissions.own import FLAG, NO_ROW, Own, Through
from permissions.roles import Permission


class Record:
    """A row as it was read: the columns that were asked for, and the rows and lists beneath it."""

    __slots__ = ("__dict__",)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{self.table_}.{name} was not read: declare it in the field's `needs`.")

    def __init__(self, table: str) -> None:
        self.table_ = table


Convert = Callable[[Any], Any]


@lru_cache(maxsize=1024)
def _converter(model: type[Model], column: str) -> Convert | None:
    """How a stored value becomes a Python value; None where it already is one."""
    kind = model._meta.fields_map[column]
    name = type(kind).__name__
    if name in {"CharField", "TextField", "IntField", "BigIntField"}:
        return None
    if dialect() == "postgres" and name in {"UUIDField", "Instant", "BooleanField", "DateField"}:
        return None
    convert = kind.to_python_value
    return lambda value: None if value is None else convert(value)


@dataclass(slots=True)
class _Fill:
    """Where the values of one (joined) row stand in the answer, and what becomes of them."""

    model: type[Model]
    start: int
    columns: list[tuple[str, Convert | None]]
    edges: list[tuple[str, _Fill]]

    def row(self, values: Sequence[Any]) -> Record | None:
        if values[self.start] is None:  # the id: nothing was joined
            return None
        record = Record(self.model._meta.db_table)
        filled = record.__dict__
        for at, (name, convert) in enumerate(self.columns, self.start):
            value = values[at]
            filled[name] = convert(value) if convert else value
        for name, fill in self.edges:
            filled[name] = fill.row(values)
        return record


def _select(query: Any, table: Table, made: Plan, counter: list[int]) -> tuple[Any, _Fill]:
    """Add the columns and joins of a plan to a query; say where their values will stand."""
    fill = _Fill(made.model, counter[0], [(c, _converter(made.model, c)) for c in made.columns], [])
    query._selects.extend(table[column] for column in made.columns)
    counter[0] += len(made.columns)
    owning = [own for own in made.own if own.through is not None]
    if owning:
        query._selects.append(_owned(table, owning, counter[0]))
        fill.columns.append((FLAG, bool))
        counter[0] += 1
    for name, (via, child) in made.edges.items():
        other = Table(child.model._meta.db_table).as_(f"j{counter[0]}")
        on = other["id"] == table[via]
        if issubclass(child.model, Owned):
            on = (other["account_id"] == table["account_id" if issubclass(made.model, Owned) else "id"]) & on
        query = query.left_join(other).on(on)
        query, below = _select(query, other, child, counter)
        fill.edges.append((name, below))
    return query, fill


def _owned(table: Table, owning: Sequence[Own], number: int) -> Any:
    """Whether a row is the viewer's own by what rows of other tables say; asked for in the statement that reads it."""
    ways = [
        _named(table, own.column, cast("Through", own.through), own.values, f"o{number}_{place}")
        for place, own in enumerate(owning)
    ]
    return reduce(or_, ways)


def _named(table: Table, column: str, through: Through, values: Collection[UUID], alias: str) -> Any:
    there = Table(through.model._meta.db_table).as_(alias)
    if through.then is None:
        mine = there[through.column].isin(list(values) or [NO_ROW])
    else:
        mine = _named(there, through.column, through.then, values, f"{alias}_")
    # Said twice, so that a row costs one look into an index instead of the list of everything that is own.
    same = (there["account_id"] == table["account_id"]) & (there[through.far] == table[column])
    return table[column].isin(Query.from_(there).select(there[through.far]).where(same & mine))


async def read(rows: QuerySet[Any], made: Plan) -> list[Record]:
    """Read the rows of a query set with what the plan asks for: one statement, and one a list beneath."""
    rows = rows.all()
    rows._db = rows._db or rows._choose_db()
    rows._make_query()
    query = rows.query
    query._selects = []
    query, fill = _select(query, rows.model._meta.basetable, made, [0])
    sql, params = query.get_parameterized_sql()
    _, found = await rows._db.execute_query(sql, params)
    records = [record for record in (fill.row(cast("Sequence[Any]", values)) for values in found) if record is not None]
    await _read_lists(records, made)
    return records


async def _read_lists(records: list[Record], made: Plan) -> None:
    for name, (through, child) in made.lists.items():
        await _read_list(records, name, through, child)
    for name, (_, child) in made.edges.items():
        if child.lists or child.edges:
            await _read_lists([below for r in records if (below := getattr(r, name)) is not None], child)


async def _read_list(parents: list[Record], name: str, through: Leads, child: Plan) -> None:
    grouped: dict[UUID, list[Record]] = {parent.id: [] for parent in parents}
    for parent in parents:
        setattr(parent, name, grouped[parent.id])
    if not parents:
        return
    if through.far is None:
        asked = child
    else:
        asked = Plan(through.model, {"id": None, "account_id": None}, {"_far": (through.far, child)})
    asked.columns[through.near] = None
    rows = through.model.of(parents[0].account_id).filter(**{f"{through.near}__in": list(grouped)})
    if child.shown is not None:
        rows = rows.filter(**{f"{through.far or 'id'}__in": Subquery(child.shown.values("id"))})
    for found in await read(ordered(rows, through.order, descending=False), asked):
        row = found if through.far is None else found._far
        if row is not None:
            grouped[getattr(found, through.near)].append(row)
    if through.sorted_by is not None:
        for beneath in grouped.values():
            beneath.sort(key=attrgetter(through.sorted_by))
    if through.single:
        for parent in parents:
            setattr(parent, name, next(iter(grouped[parent.id]), None))


async def read_one(info: Info, answer: Any, permission: Permission | None) -> Any:
    """What a field that leads to a row (or a list of rows) answers: read now, unless it was read with its parent."""
    if answer is None or isinstance(answer, Record | list):
        return answer
    type_ = _row_type(info, answer)
    if isinstance(answer, Model):
        answer = QuerySet(type(answer)).filter(id=answer.pk)
    rows = info.context.confined(answer, permission)
    found = await read(rows, plan(info, type_, info._raw_info.field_nodes))
    if str(info._raw_info.return_type).rstrip("!").startswith("["):
        return found
    return found[0] if found else None


def _row_type(info: Info, answer: Any) -> GraphQLObjectType:
    type_ = get_named_type(info._raw_info.return_type)
    if isinstance(type_, GraphQLObjectType):
        return type_
    wanted = answer.model if isinstance(answer, QuerySet) else type(answer)
    return next(t for t in info._raw_info.schema.get_possible_types(type_) if model_of(t) is wanted)  # type: ignore[arg-type]


class Reads(FieldExtension):
    """A field whose resolver names a row or rows; this reads them, as far as the viewer's grant of `permission` goes.

    Rows that come read pass as they are.
    """

    def __init__(self, permission: Permission | None = None) -> None:
        self.permission = permission

    async def resolve_async(self, next_: AsyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        found = await read_one(info, await next_(source, info, **kwargs), self.permission)
        if found is None and kwargs.get("id") is not None:
            info.context.seen.unknown_ids += 1
        return found
