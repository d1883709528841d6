"""Every argument of every field with values that nobody means: an answer with a sentence and a code, never a fault.

A null where the schema allows one, texts that no column holds, numbers and moments at the ends of what can be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLNonNull, get_named_type

from models.cancellation import Cancellation
from rules.ids import PREFIXES, global_id
from tests.businesses import Business
from tests.isolation.documents import Root, put, roots, variables
from tests.isolation.filling import fill

Path = tuple[str, ...]
VALUES: dict[str, list[Any]] = {
    "String": ["", " ", "\0", "a\0b", "x" * 5000, "\u202eabc", "👩‍👩‍👧‍👦" * 90, "٣", "'; --", "%_\\", "-1"],
    "ID": ["", "\0", "bkg_", "bkg_" + "7" + "z" * 25, "x" * 5000, "🗓"],
    "Int": [0, -1, 2**31 - 1, -(2**31)],
    "MinorUnits": [0, -1, 2**31, 2**53 - 1, 2**53, -(2**53) + 1],
    "Float": [0.0, -1e308, 1e308],
    "DateTime": ["1970-01-01T00:00:00Z", "9998-12-31T23:59:59.999999Z", "2027-01-11T12:00:01Z"],
    "Date": ["1583-01-01", "9998-12-31", "2028-02-29"],
}


def places(name: str, type_: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """(path into the variables, a value for it) beneath one argument or field of an input."""
    if not isinstance(type_, GraphQLNonNull):
        yield path, None
    named = get_named_type(type_)
    if isinstance(named, GraphQLInputObjectType):
        for inner, field in named.fields.items():
            yield from places(inner, field.type, (*path, inner))
    for value in VALUES.get(named.name, []):
        yield path, value


@pytest.fixture
async def own(salon: Business) -> dict[str, str]:
    made = await fill(salon)
    await Cancellation.of(salon.account.id).delete()  # or the booking could not be called off
    return {table: global_id(table, key) for table, key in made.items() if table in PREFIXES}


@pytest.mark.parametrize("root", roots(), ids=lambda root: root.name)
async def test_no_value_is_a_fault(root: Root, salon: Business, own: dict[str, str]) -> None:
    faults = []
    for name, arg in root.field.args.items():
        for path, value in places(name, arg.type, (name,)):
            given = put(variables(root, own), path, value)
            answer = await salon.owner(root.document(given), **given)
            assert "QUERY_TOO_COMPLEX" not in answer.codes, "nothing was asked"
            if answer.status >= 500 or "INTERNAL_SERVER_ERROR" in answer.codes:
                faults.append((".".join(path), value if value is None else str(value)[:30]))
    assert faults == []
