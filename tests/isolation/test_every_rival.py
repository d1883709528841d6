"""Every kind of credential of one business asks for what is another's: roles, widgets, links, customers, keys, apps.

Two filled businesses for the whole file. Whatever an asker may call at all is called with the salon's ids wherever an
id goes, with the salon's words wherever a text filters, with the salon's cursors, and at the path of its export. The
answer must be the one for what nobody has, from as many statements of the same kinds. Nothing of the salon may be in
it, in a header, in a log line or in a mail; the salon stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.types import ASGIApp

from graph.access_matrix import Cell
from models.attempts import Attempts
from models.mail import Mail
from models.storage import database
from models.storage.reach import Reach, reaching
from permissions.every_viewer import EVERY_VIEWER
from rules.ids import PREFIXES, global_id
from tests.api import Answer
from tests.businesses import Business, make_business
from tests.conftest import NOW
from tests.isolation.askers import Asker, Household, asker, choose_for
from tests.isolation.documents import Root, plain, put, roots, snake, variables
from tests.isolation.filling import but_for_the_watch, canary, fill, mark, phone, snapshot
from tests.isolation.matrix import ENDING, EXPECTED, UNHEARD_OF
from tests.isolation.probing import freely
from tests.product import Product

Path = tuple[str, ...]
# What these ids name is for everybody: an app can be installed by any business.
FOR_EVERYBODY = {"app"}
TABLE_OF = {"member": "membership", "widget_key": "access_key", "invited_by": "app_user"}


@dataclass(slots=True)
class Pair:
    """The salon, whose things are asked for, and its rival's household, whose credentials ask."""

    salon: Business
    made: dict[str, UUID]
    home: Household
    cursors: dict[str, str]
    product: ASGIApp

    def ids(self) -> dict[str, str]:
        """The rival's own id for each table."""
        tables = {**self.home.made, **self.home.own, "account": self.home.business.account.id}
        return {table: global_id(table, key) for table, key in tables.items() if table in PREFIXES}

    def theirs(self, root: Root, path: Path) -> list[str]:
        """The salon's ids that could be meant in a place, and one of another kind."""
        tables = {**self.made, "account": self.salon.account.id, "app_user": self.salon.owner_user.id}
        known = {table: key for table, key in tables.items() if table in PREFIXES and table not in FOR_EVERYBODY}
        if root.name in {"node", "nodes"}:
            return [global_id(table, key) for table, key in known.items()]
        noun = root.table if path[-1] == "id" else snake(path[-1].removesuffix("Id").removesuffix("Ids"))
        meant = TABLE_OF.get(noun, noun)
        return [global_id(t, known[t]) for t in dict.fromkeys((meant, "booking", "customer")) if t in known][:2]


@pytest.fixture(scope="module")
async def pair(_product: Product) -> Pair:
    with reaching(Reach.OPERATOR):
        return await two_households(_product)


async def two_households(_product: Product) -> Pair:
    await _product.start()
    _product.clock.stand_at(NOW)
    salon, rival = await make_business(_product, "Salon"), await make_business(_product, "Rival")
    theirs = Household(salon, await fill(salon))
    await theirs.furnish()
    home = Household(rival, await fill(rival))
    await home.furnish()
    return Pair(salon, {**theirs.made, **theirs.own}, home, await cursors_of(salon), freely(_product))


async def cursors_of(salon: Business) -> dict[str, str]:
    """A cursor of the salon's for each root that pages."""
    found = {}
    for root in roots():
        if "after" in root.field.args:
            document = f"{{ {root.name}(first: 1) {{ pageInfo {{ endCursor }} }} }}"
            answer = await salon.owner(document)
            found[root.name] = ((answer.data or {}).get(root.name) or {}).get("pageInfo", {}).get("endCursor")
    return {name: cursor for name, cursor in found.items() if cursor}


@dataclass(slots=True)
class Walk:
    """One asker on the way through everything that it may call."""

    pair: Pair
    asker: Asker
    cells: int = 0

    async def ask(self, root: Root, given: dict[str, Any]) -> tuple[Answer, list[str]]:
        """An answer, and the kinds of statements that it took."""
        with database.counting() as statements:
            answer = await self.asker.caller(root.document(given), **given)
        assert mark(self.pair.salon) not in f"{answer.body} {answer.headers}", (root.name, given)
        assert "INTERNAL_SERVER_ERROR" not in answer.codes, (root.name, given)
        return answer, [kind(one) for one in statements]

    async def alike(self, root: Root, given: dict[str, Any], path: Path, theirs: str, nobodys: str) -> None:
        """What is the salon's is answered like what nobody has."""
        await Attempts.all().delete()  # the walk comes from one address, and is many more than one may be
        real, how = await self.ask(root, put(given, path, theirs))
        imagined, otherwise = await self.ask(root, put(given, path, nobodys))
        place = (self.asker.name, root.name, path, theirs)
        assert plain(real.body, theirs) == plain(imagined.body, nobodys), place
        assert how == otherwise, place
        self.cells += 1

    async def through(self, root: Root) -> None:
        given = variables(root, self.pair.ids())
        if "expectedVersion" in given.get("input", {}):
            given = put(given, ("input", "expectedVersion"), UNHEARD_OF)
        for path in root.slots:
            asked = given
            if path[-1] == "customerId":
                asked = {**given, "input": {k: v for k, v in given.get("input", {}).items() if k != "customer"}}
            for theirs in self.pair.theirs(root, path):
                await self.alike(root, asked, path, theirs, like(theirs))
        if root.kind == "query":
            for path in texts(root):
                for word in (canary(self.pair.salon), phone(self.pair.salon), f"{canary(self.pair.salon)}@example.com"):
                    await self.hidden(root, given, path, word)
        if root.name in self.pair.cursors:
            await self.ask(root, {**given, "after": self.pair.cursors[root.name]})
            self.cells += 1

    async def hidden(self, root: Root, given: dict[str, Any], path: Path, word: str) -> None:
        """A text of the salon's finds nothing, whatever it is compared with."""
        answer = await self.asker.caller(root.document(put(given, path, word)), **put(given, path, word))
        said = str(answer.body).replace(word, "")
        assert mark(self.pair.salon) not in said, (self.asker.name, root.name, path)
        self.cells += 1


def kind(statement: Any) -> str:
    """A statement without its values."""
    return re.sub(r"\$\d+|\?|'[^']*'|\b\d+\b", "?", str(statement))


def like(asked: str) -> str:
    """An id of the same kind that nobody has."""
    table = next(table for table, prefix in PREFIXES.items() if asked.startswith(f"{prefix}_"))
    return global_id(table, uuid4())


def texts(root: Root) -> Iterator[Path]:
    """Where a text filters."""
    for name, arg in root.field.args.items():
        inner = getattr(arg.type, "of_type", arg.type)
        for field, of_field in getattr(inner, "fields", {}).items():
            if str(of_field.type).rstrip("!") == "String":
                yield (name, field)


@pytest.fixture
async def quiet(pair: Pair, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[None]:
    """Nothing of the salon is in a log line or in a mail that goes elsewhere, and the salon stays as it is."""
    before, mails = but_for_the_watch(await snapshot(pair.salon)), await mails_of(pair.salon)
    yield
    said = capsys.readouterr()
    assert mark(pair.salon) not in said.out + said.err
    assert but_for_the_watch(await snapshot(pair.salon)) == before
    assert await mails_of(pair.salon) == mails


async def mails_of(salon: Business) -> list[tuple[Any, ...]]:
    """Mails that the salon sends, or that are about it."""
    everything = [(row.id, row.account_id, f"{row.to} {row.data}") for row in await Mail.all().order_by("id")]
    return [row for row in everything if row[1] == salon.account.id or mark(salon) in row[2]]


@pytest.mark.parametrize("who", EVERY_VIEWER)
async def test_no_credential_of_the_rival_finds_anything_of_the_salon(
    who: str, pair: Pair, product: Product, quiet: None, record_property: Any
) -> None:
    await choose_for(pair.home.business, who)
    asking = await asker(who, pair.home)
    walk = Walk(pair, Asker(who, asking.caller.to(pair.product), asking.own))
    await walk.asker.caller("{ __typename }")  # the first use of a credential is noted, once a minute
    for root in roots():
        type_name = root.kind.capitalize()
        if EXPECTED[(type_name, root.name, who)] is not Cell.REFUSED and root.name not in ENDING:
            await walk.through(root)
    export = global_id("export", pair.made["export"])
    got = await asking.caller.http.get(f"/exports/{export}", headers=asking.caller.headers)
    assert got.status_code in {401, 403, 404} and mark(pair.salon) not in got.text
    record_property("places where a credential of the rival asked for what is the salon's", walk.cells + 1)
