"""Asking the running product for cells of the access matrix, and saying what was answered otherwise than the page says.

A check answers the cells it tried and the failures among them. The page is the committed one: what is expected does
not come from the declarations under test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from graphql import GraphQLInputObjectType, GraphQLObjectType, get_named_type

from graph.access_matrix import Cell, Line, lines
from graph.access_page import cells_of
from graph.planning import model_of
from graph.shape import shape_of
from rules.ids import PREFIXES, global_id
from rules.masking import mask
from tests.api import Answer, Caller
from tests.isolation.askers import Asker, Household, asker
from tests.isolation.documents import Root, put, roots, variables
from tests.isolation.filling import mark
from tests.isolation.probing import OBJECTS, SCHEMA, Laid, door, selection
from tests.sockets import stream

PAGE = Path(__file__).parents[2] / "docs" / "access-matrix.md"
EXPECTED = {(t, f, who): cell for t, f, who, cell in cells_of(PAGE.read_text("utf-8"))}
LINES: dict[tuple[str, str], Line] = {(line.type_name, line.field_name): line for line in lines(SCHEMA)}
ROOTS = {root.name: root for root in roots()}
DENIED = {"FORBIDDEN", "UNAUTHENTICATED"}
UNHEARD_OF = 1_000_000  # no row has this version
# After which there is nobody to ask: they come last, and each by somebody new.
ENDING = {
    "revokeSession", "revokeOtherSessions", "revokeAllSessions", "signOut", "endCustomerSession", "removePasskey",
    "leaveAccount",
}  # fmt: skip

# Whose value depends on who asks.
DIFFERS = {
    ("Session", "isCurrent"),
    ("CustomerSession", "isCurrent"),
    ("Event", "changes"),  # as far as the viewer sees of the booking
    ("Event", "actorName"),  # members rename themselves while they are asked
}

# Everybody may leave an account; who may do the other thing may also remove somebody else.
FURTHER = {"removeMember": "changeMemberRole"}

Name = tuple[str, str]

# Nothing of a filled account has these: what a reader gets is null, and no error.
NULL_FOR_EVERYBODY = {
    ("AccessKey", "revokedAt"): "a revoked key opens nothing",
    ("AddOn", "archivedAt"): "in use",
    ("App", "archivedAt"): "in use",
    ("App", "earlierSecretEndsAt"): "its secret was never changed",
    ("Customer", "archivedAt"): "in use",
    ("Location", "archivedAt"): "in use",
    ("Passkey", "lastUsedAt"): "not yet used",
    ("PublishedApp", "archivedAt"): "in use",
    ("IntakeQuestion", "archivedAt"): "in use",
    ("Resource", "archivedAt"): "in use",
    ("Schedule", "archivedAt"): "in use",
    ("Service", "archivedAt"): "in use",
    ("Staff", "archivedAt"): "in use",
    ("Export", "downloadUrl"): "not yet written",
    ("SecurityEvent", "acknowledgedAt"): "nobody has looked at it",
    ("PlatformAccess", "endedAt"): "nobody put anybody out",
    ("PlatformAccess", "expiresAt"): "only asked for",
    ("PlatformAccess", "givenAt"): "only asked for",
    ("Viewer", "account"): "the specimen has none",
    ("Viewer", "expiresAt"): "the specimen's does not end",
    ("Viewer", "booking"): "the specimen has none",
    ("Viewer", "customer"): "the specimen has none",
}


@dataclass(slots=True)
class Findings:
    """Which cells of one viewer were tried, and what was wrong."""

    tried: set[Name] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def expect(self, name: Name, holds: bool, what: object) -> None:
        self.tried.add(name)
        if not holds:
            self.failures.append(f"{name[0]}.{name[1]}: {what}"[:300])

    def add(self, other: Findings) -> None:
        self.tried |= other.tried
        self.failures += other.failures


@dataclass(slots=True)
class Check:
    """The cells of one viewer: `probe` is their credential at the doors, `asker.caller` at the product itself."""

    asker: Asker
    home: Household
    laid: Laid
    probe: Caller
    truth: dict[tuple[str, str, UUID], Any]

    def cell(self, name: Name) -> Cell:
        return EXPECTED[(*name, self.asker.name)]

    def refused(self, codes: Iterable[str]) -> bool:
        """Refused as this viewer must be: a visitor is told to sign in, everybody else that they may not."""
        return set(codes) == {"UNAUTHENTICATED" if self.asker.name == "visitor" else "FORBIDDEN"}

    async def objects(self, *names: Name) -> Findings:
        """Fields of objects (these, or every one), each behind a door that is open: one request."""
        wanted: dict[str, list[str]] = {}
        for type_name, field_name in names or [name for name in LINES if name[0] in OBJECTS]:
            wanted.setdefault(type_name, []).append(field_name)
        self.laid.belong_to(self.asker.own)
        parts = [f"{door(name)} {{ {selection(OBJECTS[name], *fields)} }}" for name, fields in wanted.items()]
        answer = await self.probe(f"{{ {' '.join(parts)} }}")
        assert answer.data is not None, answer.body
        codes = {tuple(error["path"]): error["extensions"]["code"] for error in answer.errors}
        found = Findings()
        for type_name, fields in wanted.items():
            for field_name in fields:
                self._column(found, (type_name, field_name), answer.data[door(type_name)] or [], codes)
        return found

    def _column(self, found: Findings, name: Name, rows: list[Any], codes: dict[tuple[Any, ...], str]) -> None:
        """One field of every row behind a door."""
        type_name, field_name = name
        given = [(row, codes.get((door(type_name), at, field_name))) for at, row in enumerate(rows)]
        seen, finds = False, LINES[name].shape.finds
        for at, (row, code) in enumerate(given):
            value = row[field_name]
            if not self._may(name, at):
                # A field that finds a row finds nothing where it is another's.
                empty = finds and self.cell(name) is Cell.OWN
                good = value in (None, []) and (code is None if empty else self.refused([code or "nothing"]))
                found.expect(name, good, f"not refused: {value!r} {code}")
                seen = True
            else:
                good = code is None and value == self._shown(name, at, value)
                found.expect(name, good, f"not as it is: {value!r} {code}")
                seen = seen or (value is not None and not (finds and value == []))
        found.expect(name, seen or name in NULL_FOR_EVERYBODY, "no row shows what is there to be seen")

    def _may(self, name: Name, at: int) -> bool:
        cell = self.cell(name)
        return cell is not Cell.REFUSED and (cell is not Cell.OWN or self._is_own(name[0], at))

    def _is_own(self, type_name: str, at: int) -> bool:
        row = self.laid.rows[type_name][at]
        table, key = row.about if hasattr(row, "about") else (row.table_, row.id)
        return key in self.asker.own.get(table, ())

    def _shown(self, name: Name, at: int, value: Any) -> Any:
        """What a viewer who may see the field must get: the value as it is stored, or its mask."""
        type_: GraphQLObjectType = OBJECTS[name[0]]
        if model_of(type_) is None or name in DIFFERS:
            return value
        row, written = self.laid.rows[name[0]][at], type_.fields[name[1]].extensions["strawberry-definition"]
        clear = row.__dict__.get(written.python_name)
        if not isinstance(clear, str):
            clear = self.truth.setdefault((*name, row.id), value)
        shape = shape_of(written)
        if self.cell(name) is Cell.MASKED and clear is not None:
            assert shape and shape.mask
            return mask(shape.mask, clear)
        return clear

    async def queries(self, *names: str) -> Findings:
        """Root fields of Query at the product itself, one request each."""
        found = Findings()
        for name in names or [root.name for root in ROOTS.values() if root.kind == "query"]:
            root = ROOTS[name]
            given = variables(root, self._ids())
            answer = await self._ask(root, given)
            codes = [error["extensions"]["code"] for error in answer.errors if error.get("path") == [name]]
            if self.cell(("Query", name)) is Cell.REFUSED:
                told = self.refused(codes) and not (answer.data or {}).get(name)
                found.expect(("Query", name), told and self._nothing(answer), f"not refused: {answer.body}")
                continue
            through = not DENIED & set(codes) and "data" in answer.body
            by_id = name in {"node", "nodes"} and self.asker.name == "visitor"  # asks for what the row asks for
            found.expect(("Query", name), through or by_id, f"not let through: {answer.body}")
            if self.cell(("Query", name)) is Cell.OWN and "id" in root.field.args:
                await self._only_own(found, root, given)
        return found

    async def _only_own(self, found: Findings, root: Root, given: dict[str, Any]) -> None:
        """A root field that finds a row by its id: the viewer's own, and no other."""
        own = self.asker.own.get(root.table, set())
        for key in self._some(root.table):
            answer = await self._ask(root, put(given, ("id",), global_id(root.table, key)))
            shown = bool((answer.data or {}).get(root.name))
            found.expect(("Query", root.name), shown is (key in own), f"{'own' if key in own else 'other'}: {shown}")

    async def refused_mutations(self, *names: str) -> Findings:
        """Those that must be refused, with input that could be meant."""
        found = Findings()
        for root in self._mutations(names, refused=True):
            answer = await self._ask(root, variables(root, self._ids()))
            codes = [error["extensions"]["code"] for error in answer.errors]
            good = self.refused(codes) and not answer.data and self._nothing(answer)
            found.expect(("Mutation", root.name), good, f"not refused: {answer.body}")
        return found

    async def allowed_mutations(self, *names: str) -> Findings:
        """Those that must get past their permission, with ids of nothing and versions that no row has."""
        found = Findings()
        for root in self._mutations(names, refused=False):
            once = self
            if root.name in ENDING:
                new = await asker(self.asker.name, self.home)
                new.caller = replace(self.asker.caller, headers=new.caller.headers)
                once = replace(self, asker=new)
            found.add(await once._allowed(root))
        return found

    async def _allowed(self, root: Root) -> Findings:
        found, name, by_id = Findings(), ("Mutation", root.name), ("input", "id") in root.slots
        given = self._harmless(root, variables(root, self._ids(unknown=True)))
        if by_id and "id" not in given["input"]:  # left out, it would mean whoever asks
            given = put(given, ("input", "id"), global_id(root.table, UUID(int=7)))
        own = self.asker.own.get(root.table) if by_id else None
        if own and "expectedVersion" in given["input"]:
            given = put(given, ("input", "id"), global_id(root.table, min(own)))
        answer = await self._ask(root, given)
        codes = {error["extensions"]["code"] for error in answer.errors if error.get("path") == [root.name]}
        good = bool(not DENIED & codes and (answer.data or {}).get(root.name))
        only_own = self.cell(name) is Cell.OWN and by_id
        found.expect(name, good or (only_own and not own), f"not let through: {answer.body}")
        if only_own and own:
            await self._changes_only_own(found, root, given)
        return found

    async def _changes_only_own(self, found: Findings, root: Root, given: dict[str, Any]) -> None:
        own = self.asker.own[root.table]
        for key in [*(self._some(root.table) - own), max(own)]:
            answer = await self._ask(root, put(given, ("input", "id"), global_id(root.table, key)))
            reached = not {"NOT_FOUND", *DENIED} & set(re.findall(r"'code': '(\w+)'", str(answer.body)))
            if key not in own and self._reaches_further(root.name):
                continue
            found.expect(
                ("Mutation", root.name), reached is (key in own), f"{'own' if key in own else 'other'}: {answer.body}"
            )

    def _reaches_further(self, name: str) -> bool:
        return name in FURTHER and self.cell(("Mutation", FURTHER[name])) is not Cell.REFUSED

    async def subscriptions(self, *names: str) -> Findings:
        """Root fields of Subscription at the product itself: a stream of events that begins, or says why not."""
        found, product = Findings(), self.home.business.product
        for name in names or [name for type_name, name in LINES if type_name == "Subscription"]:
            async with stream(product.app, self.asker.caller, f"subscription {{ {name} {{ __typename }} }}") as events:
                _, body = await events.event()
            codes = [error["extensions"]["code"] for error in body.get("errors", [])]
            refused = self.cell(("Subscription", name)) is Cell.REFUSED
            # Whoever is in no account is told to sign in to one.
            good = bool(codes) and set(codes) <= DENIED if refused else not codes
            found.expect(("Subscription", name), good, body)
        return found

    def _some(self, table: str) -> set[UUID]:
        """Rows of a table: the viewer's own and others."""
        return {row.id for rows in self.laid.rows.values() for row in rows if getattr(row, "table_", None) == table}

    def _mutations(self, names: Iterable[str], *, refused: bool) -> list[Root]:
        chosen = [ROOTS[n] for n in names] if names else [root for root in ROOTS.values() if root.kind == "mutation"]
        mine = [root for root in chosen if (self.cell(("Mutation", root.name)) is Cell.REFUSED) is refused]
        return sorted(mine, key=lambda root: root.name in ENDING)

    def _harmless(self, root: Root, given: dict[str, Any]) -> dict[str, Any]:
        """The same for a version that no row has, where the mutation asks for one."""
        wanted = get_named_type(root.field.args["input"].type) if "input" in root.field.args else None
        versioned = isinstance(wanted, GraphQLInputObjectType) and "expectedVersion" in wanted.fields
        return put(given, ("input", "expectedVersion"), UNHEARD_OF) if versioned else given

    def _ids(self, *, unknown: bool = False) -> dict[str, str]:
        tables = {**self.home.made, **self.home.own, "account": self.home.business.account.id}
        return {t: global_id(t, UUID(int=7) if unknown else key) for t, key in tables.items() if t in PREFIXES}

    async def _ask(self, root: Root, given: dict[str, Any]) -> Answer:
        return await self.asker.caller(root.document(given), **given)

    def _nothing(self, answer: Answer) -> bool:
        """Whether nothing of the business is in an answer."""
        return mark(self.home.business) not in f"{answer.body} {answer.headers}"
