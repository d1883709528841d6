"""Documents that ask for too much are refused before they are validated, whatever they multiply to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from graphql import get_introspection_query, parse

from graph.limits import Limits, Measure, nests_deeper_than
from graph.measuring import measure
from graph.rights import Rights
from tests.http.conftest import Ask
from tests.http.toy import Server


def _chain(n: int, link: str) -> str:
    """A query and n fragments, each of which contains `link` with the next one in the place of `%s`."""
    fragments = [f"fragment F{i} on Query {{{link.replace('%s', f'...F{i + 1}')}}}" for i in range(n)]
    return "{...F0} " + " ".join(fragments) + f" fragment F{n} on Query {{hello}}"


def doubling(n: int) -> str:
    return _chain(n, "%s %s")


def doubling_in_aliases(n: int) -> str:
    return _chain(n, "a: thing {thing {name}} b: hello %s %s")


def doubling_in_inline_fragments(n: int) -> str:
    return _chain(n, "... on Query {%s} ... {%s}")


def doubling_and_unused(n: int) -> str:
    return "{hello} " + doubling(n).removeprefix("{...F0}")


def nested(n: int) -> str:
    return "{" + "thing {" * n + "name" + "}" * n + "}"


def nested_by_fragments(n: int) -> str:
    fragments = [f"fragment F{i} on Thing {{thing {{...F{i + 1}}}}}" for i in range(n)]
    return "{thing {...F0}} " + " ".join(fragments) + f" fragment F{n} on Thing {{name}}"


def nested_in_introspection(n: int) -> str:
    return '{__type(name: "Thing") {' + "ofType {" * n + "name" + "}" * n + "}}"


BOMBS = [
    doubling,
    doubling_in_aliases,
    doubling_in_inline_fragments,
    doubling_and_unused,
    nested,
    nested_by_fragments,
]


@pytest.mark.parametrize("n", range(10, 61, 10))
@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_bomb_of_every_size_is_refused(ask: Ask, server: Server, bomb: Callable[[int], str], n: int) -> None:
    answer = (await ask(bomb(n))).json()
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"QUERY_TOO_COMPLEX"}
    assert "data" not in answer
    assert server.faults == []


@pytest.mark.parametrize("n", [20, 60])
async def test_introspection_may_be_deeper_but_not_endless(ask: Ask, n: int) -> None:
    answer = (await ask(nested_in_introspection(n))).json()
    assert answer["errors"][0]["extensions"]["code"] == "QUERY_TOO_COMPLEX"


async def test_the_standard_introspection_query_fits(ask: Ask) -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )
    assert "errors" not in (await ask(query)).json()


def aliases_in_fragments(n: int) -> str:
    inside, outside = divmod(n, 3)
    spread = "thing {...F thing {...F thing {...F}}}"
    return f"{{{spread} {'a: hello ' * outside}}} fragment F on Thing {{{'a: name ' * inside}}}"


def selections_in_fragments(n: int) -> str:
    return f"{{thing {{{'...F ' * 9} {'name ' * (n - 910)}}}}} fragment F on Thing {{{'name ' * 100}}}"


def directives_in_fragments(n: int) -> str:
    outside = "hello @skip(if: false) " * (n - 4)
    inside = "a: name @skip(if: false) b: name @skip(if: false)"
    return f"{{{outside} thing {{...F thing {{...F}}}}}} fragment F on Thing {{{inside}}}"


# What is measured, and a document of exactly that size.
EDGES: list[tuple[str, Callable[[int], str]]] = [
    ("depth", lambda n: nested(n - 1)),
    ("aliases", lambda n: "{thing {" + " ".join(f"a{i}: name" for i in range(n)) + "}}"),
    ("aliases", aliases_in_fragments),
    ("directives", lambda n: "{thing {" + "name @include(if: true) " * n + "}}"),
    ("directives", directives_in_fragments),
    ("root_fields", lambda n: "{" + "hello " * (n - 2) + "...F} fragment F on Query {hello ... {hello}}"),
    ("selections", selections_in_fragments),
    ("operations", lambda n: " ".join(f"query Q{i} {{hello}}" for i in range(n))),
]


@pytest.mark.parametrize(("what", "document"), EDGES)
def test_each_limit_is_met_exactly_and_not_exceeded(server: Server, what: str, document: Callable[[int], str]) -> None:
    limit = getattr(Limits(), what)
    for size in (limit, limit + 1):
        assert getattr(measure(parse(document(size))), what) == size
    fits, exceeds = (server.operations.prepare(document(n), Rights(own=True)) for n in (limit, limit + 1))
    assert getattr(fits, "errors", []) == []
    assert getattr(exceeds, "code", None) == "QUERY_TOO_COMPLEX"


async def test_tokens_are_limited_and_comments_too(ask: Ask) -> None:
    fits, exceeds = ("query($a: [Int!] = [" + "1 " * n + "]) {things(count: 1) {name}}" for n in (970, 1_000))
    assert (await ask(fits)).json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    for document in (exceeds, "#\n" * 1_001 + "{hello}", "{" + "hello " * 40_000 + "}"):
        (error,) = (await ask(document)).json()["errors"]
        assert error["extensions"]["code"] == "QUERY_TOO_COMPLEX"
        assert error["message"] == "The document has more than 1,000 tokens. Split it."


def test_directives_count_wherever_they_stand() -> None:
    document = "query($a: Int @a) @b {...F @c ... @d {hello @e}} fragment F on Query @f {hello}"
    assert measure(parse(document)).directives == 6


async def test_a_wide_fragment_is_no_root(ask: Ask) -> None:
    names = " ".join(["name"] * 40)
    assert "errors" not in (await ask(f"{{thing {{...F}}}} fragment F on Thing {{{names}}}")).json()


def test_cycles_and_unknown_fragments_are_measured_and_left_to_validation(server: Server) -> None:
    for document in (
        "{...A} fragment A on Query {...A}",
        "{...A} fragment A on Query {thing {...B}} fragment B on Thing {...C} fragment C on Thing {thing {...B}}",
        "{...Missing}",
    ):
        assert measure(parse(document)).selections > 0
        assert (
            getattr(server.operations.prepare(document, Rights(own=True)), "code", None) == "GRAPHQL_VALIDATION_FAILED"
        )


def test_a_document_of_definitions_that_do_not_run_measures_nothing() -> None:
    assert measure(parse("type A {a: Int} directive @b on FIELD")) == Measure()


async def test_the_refusal_says_by_how_much_and_what_to_do(ask: Ask) -> None:
    (error,) = (await ask(nested(11))).json()["errors"]
    assert error["message"] == (
        "The document has 12 levels of nested fields; 10 are allowed. "
        "Ask for the inner objects in a second operation, by their ids."
    )
    (error, *_) = (await ask(doubling(60))).json()["errors"]
    assert "more than 1,000,000" in error["message"]


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("{a}", 1),
        ("{a(b: [{c: 1}])}", 4),
        ("{a b c}" * 50, 1),
        ('{a(b: "((((((")}', 2),
        ('{a(b: "\\"((((((")}', 2),
        ('{a(b: """ "" \\""" ((((( """)}', 2),
        ("{a # ((((((\n b}", 1),
        ("}}}}{{{", 0),
    ],
)
def test_brackets_are_counted_outside_of_strings_and_comments(text: str, depth: int) -> None:
    assert nests_deeper_than(text, depth - 1) or depth == 0
    assert not nests_deeper_than(text, depth)


@pytest.mark.parametrize("piece", ['"', '"\\', '"""', '"""\\"""', "{", "[", '"\n', "#", "(\\", "\\"])
async def test_the_scan_for_brackets_is_linear(ask: Ask, piece: str) -> None:
    """A quadratic scan of this much would not come back before the test run is killed."""
    answer = await ask(piece * (100_000 // len(piece)))
    assert answer.json()["errors"][0]["extensions"]["code"] in {"GRAPHQL_PARSE_FAILED", "QUERY_TOO_COMPLEX"}


async def test_validation_stops_after_some_errors(ask: Ask) -> None:
    errors = (await ask("{thing {" + " ".join(f"n{i}" for i in range(200)) + "}}")).json()["errors"]
    assert len(errors) == Limits().validation_errors + 1
    assert "limit reached" in errors[-1]["message"]


async def test_no_name_of_the_schema_is_suggested(ask: Ask) -> None:
    for query, variables in (
        ("{thin {name}}", {}),
        ("{thing {nam}}", {}),
        ("{hello(nam: 1)}", {}),
        ("{hello @skp(if: true)}", {}),
        ("{...F} fragment F on Thin {name}", {}),
        ('{search(input: {emai: "a"})}', {}),
        ("query($i: Serch!) {search(input: $i)}", {}),
        ("query($i: Search!) {search(input: $i)}", {"i": {"emai": "a", "email": "a"}}),
    ):
        text = (await ask(query, variables=variables)).text
        assert "errors" in text and "did you mean" not in text.lower()
