"""Documents made from the schema itself: whatever is added to it is asked for here without a line being written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)

from graph.limits import Limits
from graph.schema import build
from graph.shape import shape_of
from permissions.roles import Permission

SCHEMA = build()._schema
_numbers = count(1)
DEEPEST = 4
# What a document may hold, but for its head.
ROOM = Limits().tokens - 100
# What is given where the usual dates would find nothing of a filled business.
GIVEN = {"insights": {"from": "2027-01-11", "to": "2027-01-11"}}
# Inputs whose names do not tell what their ids are of.
IDS = {"mergedId": "customer"}
# Where the noun in a root field's name is not its table's.
TABLES = {
    "from_waitlist": "waitlist_entry",
    "support_access": "platform_access",
    "customers": "customer", "member": "membership", "member_role": "membership", "note": "booking",
    "booking_note": "booking",
    "no_show": "booking", "staff_member": "staff",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Root:
    """A root field: `kind` is query or mutation."""

    kind: str
    name: str
    field: GraphQLField

    def document(self, given: dict[str, Any]) -> str:
        """An operation that takes the given arguments as variables and selects what it can."""
        args = {name: arg for name, arg in self.field.args.items() if name in given}
        head = ", ".join(f"${name}: {arg.type}" for name, arg in args.items())
        taken = ", ".join(f"{name}: ${name}" for name in args)
        head, taken = (f"({head})", f"({taken})") if args else ("", "")
        return f"{self.kind} Walk{head} {{ {self.name}{taken} {fitting(self.field.type)} }}"

    @property
    def noun(self) -> str:
        """The table that an argument called `id` means here, as far as the name tells: `service` of `updateService`."""
        words = snake(self.name).split("_")
        return "_".join(words[1:]) if self.kind == "mutation" else "_".join(words)

    @property
    def permission(self) -> Permission | None:
        """What it needs."""
        shape = shape_of(self.field.extensions["strawberry-definition"])
        assert shape is not None
        return shape.permission.permission

    @property
    def table(self) -> str:
        """The table of the rows that it finds by `id`."""
        return TABLES.get(self.noun, self.noun)

    @property
    def slots(self) -> list[tuple[str, ...]]:
        """Where an id can be given: paths into the variables."""
        return [path for name, arg in self.field.args.items() for path in id_paths(name, arg.type, (name,))]


def roots() -> list[Root]:
    assert SCHEMA.query_type
    assert SCHEMA.mutation_type
    queries = [Root("query", name, field) for name, field in SCHEMA.query_type.fields.items()]
    return queries + [Root("mutation", name, field) for name, field in SCHEMA.mutation_type.fields.items()]


@cache
def fitting(type_: Any) -> str:
    """As much beneath a type as one document may hold: what lies deeper is asked for elsewhere."""
    deep = (selection(type_, depth) for depth in range(DEEPEST))
    return next(asked for asked in deep if len(re.findall(r"\w+|[{}]|\.\.\.", asked)) <= ROOM)


def selection(type_: Any, depth: int = 0, above: tuple[str, ...] = ()) -> str:
    """Everything beneath a type, down to a depth; of refusals what all have in common. What leads back to a
    type `above` is asked for where that type is asked for itself."""
    named = get_named_type(type_)
    if isinstance(named, GraphQLUnionType):
        payload = [member for member in named.types if member.name.endswith("Payload")]
        inner = " ".join(f"... on {member.name} {selection(member, depth, above)}" for member in payload)
        refusal = "... on Refusal { code message }" if len(payload) < len(named.types) else ""
        return f"{{ __typename {refusal} {inner} }}"
    if isinstance(named, GraphQLInterfaceType):
        return "{ __typename id }"
    if not isinstance(named, GraphQLObjectType):
        return ""
    parts = ["__typename", *fields_of(named, depth, (*above, named.name))]
    return f"{{ {' '.join(parts)} }}"


def fields_of(type_: GraphQLObjectType, depth: int, above: tuple[str, ...]) -> Iterator[str]:
    for name, field in type_.fields.items():
        if any(is_required_argument(arg) for arg in field.args.values()):
            continue
        inner = get_named_type(field.type)
        if not isinstance(inner, GraphQLObjectType | GraphQLUnionType | GraphQLInterfaceType):
            yield name
        elif (
            inner.name not in above and depth < DEEPEST and not (type_.name.endswith("Connection") and name == "nodes")
        ):
            yield f"{name} {selection(inner, depth + 1, above)}"


def id_paths(name: str, type_: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    named = get_named_type(type_)
    if named.name == "ID":
        yield path
    elif isinstance(named, GraphQLInputObjectType):
        for inner, field in named.fields.items():
            yield from id_paths(inner, field.type, (*path, inner))


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def example(name: str, type_: Any, own: dict[str, str]) -> Any:
    """A value that could be meant: `own` has an id of the asker's for each table, and for `id` alone."""
    if isinstance(type_, GraphQLNonNull):
        return example(name, type_.of_type, own)
    if isinstance(type_, GraphQLList):
        return [example(name, type_.of_type, own)]
    if isinstance(type_, GraphQLInputObjectType):
        # What is optional is left out: a filter that matches nothing would hide what the id finds.
        wanted = [(inner, field.type) for inner, field in type_.fields.items() if is_required_input_field(field)]
        if type_.is_one_of:
            wanted = [(inner, field.type) for inner, field in type_.fields.items()][:1]
        if type_.name in ("BookInput", "CreateBookingSeriesInput", "JoinWaitlistInput"):
            wanted.append(("customer", type_.fields["customer"].type))
        return {inner: example(inner, kind, own) for inner, kind in wanted}
    if isinstance(type_, GraphQLEnumType):
        return "STAFF" if type_.name == "Role" else next(iter(type_.values))
    return scalar(name, type_.name, own)


def scalar(name: str, kind: str, own: dict[str, str]) -> Any:
    number = next(_numbers)
    if kind == "ID":
        return own.get(IDS.get(name, snake(name.removesuffix("Id")))) or next(iter(own.values()))
    texts = {
        "email": f"w{number}@example.com", "zone": "America/Chicago", "customerZone": "America/Chicago",
        "currency": "USD", "locale": "en-US", "slug": f"w{number}", "phone": f"+1512555{number % 10000:04}",
        "origins": "https://w.example", "homepage": "https://w.example", "redirectUris": "https://w.example",
        "address": f"https://w{number}.example/w.ics",
        "password": f"a long password w{number}",
        "reason": f"a reason that is long w{number}", "rule": "FREQ=DAILY;COUNT=2",
    }  # fmt: skip
    by_kind: dict[str, Any] = {
        "Int": 1, "MinorUnits": 100, "Float": 1.0, "DateTime": "2027-02-01T15:00:00Z",
        "Date": "2027-02-01", "JSON": {},
    }  # fmt: skip
    if (kind, name) == ("DateTime", "until"):
        return "2027-02-02T15:00:00Z"
    if kind == "Boolean":
        return name == "wanted"  # reminders are: nothing changes for whoever is asked next
    return by_kind.get(kind, texts.get(name, f"w{number}"))


def variables(root: Root, own: dict[str, str]) -> dict[str, Any]:
    """A value for every argument that must be given: connections page forwards."""
    own = {**own, "id": own.get(root.table, own["booking"])}
    wanted = {name: arg.type for name, arg in root.field.args.items() if is_required_argument(arg)}
    found = {name: example(name, type_, own) for name, type_ in wanted.items()}
    return found | GIVEN.get(root.name, {}) | ({"first": 50} if "first" in root.field.args else {})


def completed(root: Root, given: dict[str, Any], slot: tuple[str, ...], own: dict[str, str]) -> dict[str, Any]:
    """The variables with what has to be given beside a slot: an input that is left out otherwise may require more."""
    head, *rest = slot
    found = _beside(head, root.field.args[head].type, given.get(head), rest, own)
    return given if found is None else {**given, head: found}


def _beside(name: str, type_: Any, value: Any, path: list[str], own: dict[str, str]) -> Any:
    if not path:
        return value
    named = get_named_type(type_)
    one = value[0] if isinstance(value, list) else value
    if one is None:
        one = {} if named.is_one_of else example(name, named, own)
    head, *rest = path
    inner = _beside(head, named.fields[head].type, one.get(head), rest, own)
    one = one if inner is None else {**one, head: inner}
    return [one] if isinstance(value, list) else one


def put(given: dict[str, Any], path: tuple[str, ...], value: str) -> dict[str, Any]:
    """The variables with `value` at a path; lists get it as their only member."""
    head, *rest = path
    old = given.get(head)
    new: Any = value if not rest else put((old[0] if isinstance(old, list) else old) or {}, tuple(rest), value)
    return {**given, head: [new] if isinstance(old, list) else new}


def plain(body: Any, *hidden: str) -> str:
    """An answer as text without what differs between any two calls: ids asked for, numbers of the walk, moments."""
    text = str(body)
    for word in hidden:
        text = text.replace(word, "<id>")
    text = re.sub(r"'requestId': '[0-9a-f-]+'", "", text)
    text = re.sub(r"\bw\d+|\+1512555\d{4}", "<w>", text)
    return re.sub(r"\b(?:[a-z]{3}_[0-9a-z]{26}|[sp]k_[\w-]{20,}|[a-z]{2}_[\w-]{30,}|[A-Z0-9]{6,12})\b", "<made>", text)
