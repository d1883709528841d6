"""What hostile documents cost a server, and what somebody else's queries feel of them meanwhile.

    python -m bench.hostile

Needs nothing: `calendera serve` on a seeded database of its own, with buckets so large that no attacker is throttled
for cost. Each document is one that the server has not seen. Writes bench/results/hostile.md.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.served import seeded_server

RESULTS = Path(__file__).with_name("results") / "hostile.md"
KEY = {"Authorization": "Bearer sk_demo_6ad8a00e908fff2f21737b72cf969670"}
PLENTY = {"CALENDERA_COST_BUCKET": "100000000", "CALENDERA_COST_RESTORED": "1000000"}
NORMAL = {"query": "{ bookings(first: 10) { nodes { reference startsAt service { name } } } }"}
ROUNDS = 20
Body = dict[str, Any]


def chain(n: int, link: str) -> Body:
    """A query and n fragments, each with the next one where `link` says `%s`."""
    fragments = " ".join(f"fragment F{i} on Query {{ {link.replace('%s', f'...F{i + 1}')} }}" for i in range(n))
    return {"query": f"{{ ...F0 }} {fragments} fragment F{n} on Query {{ viewer {{ kind }} }}"}


def nested(n: int) -> str:
    return "{ services(first: 1) { nodes " + "{ staff { services " * n + "{ id }" + " } }" * n + " } }"


def overlapping(n: int) -> Body:
    """Fields of one name that validation compares pair by pair."""
    return {"query": "{ " + " ".join(f"viewer {{ kind ...on Viewer {{ a{i % 14}: kind }} }}" for i in range(n)) + " }"}


def ids(n: int, one: str) -> Body:
    return {"query": "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": [one] * n}}


def value(given: object) -> Body:
    return {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": given}}


def dear() -> Body:
    """As much as any one operation may cost and hold, and so carried out."""
    page = "nodes { reference service { name } staff { name } }"
    return {"query": f"{{ a: bookings(first: 99) {{ {page} }} b: bookings(last: 99) {{ {page} }} }}"}


FAMILIES: dict[str, list[Callable[[], Body]]] = {
    "fragments that double, n = 10…60": [lambda n=n: chain(n, "%s %s") for n in range(10, 61, 10)],
    "inline fragments that double, n = 10…60": [
        lambda n=n: chain(n, "... on Query { %s } ... { %s }") for n in range(10, 61, 10)
    ],
    "fragments in a circle": [lambda: {"query": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"}],
    "9, 51 and 1,003 levels": [lambda n=n: {"query": nested(n)} for n in (3, 24, 500)],
    "10, 200 and 2,000 aliases": [
        lambda n=n: {"query": "{ " + " ".join(f"a{i}: viewer {{ kind }}" for i in range(n)) + " }"}
        for n in (10, 200, 2_000)
    ],
    "directives, 200 and 10,000": [
        lambda n=n: {"query": "{ viewer { kind " + "@skip(if: false) " * n + "} }"} for n in (200, 10_000)
    ],
    "overlapping fields, 10, 100 and 1,000": [lambda n=n: overlapping(n) for n in (10, 100, 1_000)],
    "lists of 100 and 7,000 ids": [lambda n=n: ids(n, "bkg_01m82qqygwec3rn2qe10rpndfy") for n in (100, 7_000)],
    "a string of 250 KB for an id": [lambda: value("x" * 250_000), lambda: value("\u00e9" * 125_000)],
    "an integer of 4,000 and of 250,000 digits": [
        lambda n=n: {"query": f"{{ bookings(first: {'9' * n}) {{ totalCount }} }}"} for n in (4_000, 250_000)
    ],
    "JSON nested 100,000 deep": [lambda: {"query": "{", "variables": {"raw": "DEEP"}}],
    "texts of 256 KiB": [
        lambda: {"query": "{ " + "a " * 130_000 + "}"},
        lambda: {"query": "#" * 260_000},
        lambda: {"query": '"""' * 86_000},
        lambda: {"query": "{" * 260_000},
        lambda: {"query": "\ufeff," * 60_000},
    ],
    "more than 256 KiB": [lambda: {"query": "x" * 300_000}],
    "unknown names, 900 tokens": [lambda: {"query": "{ " + " ".join(f"bookimg{i}" for i in range(9)) + " }"}],
    "the whole schema by introspection": [
        lambda: {"query": "{ __schema { types { name description fields { name description args { name } } } } }"}
    ],
    "the dearest that is carried out": [dear],
}


@dataclass(slots=True)
class Found:
    """Of one family: seconds that each of its documents took, and how they were answered."""

    took: dict[int, list[float]] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    others: list[float] = field(default_factory=list)


def raw_of(body: Body, nth: int) -> bytes:
    """The body as it goes out. A comment of its own makes each text new to the server."""
    if body.get("variables") == {"raw": "DEEP"}:
        return b'{"query": "{ __typename }", "variables": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    return httpx.Request("POST", "http://x", json={**body, "query": f"{body['query']}\n#{nth}"}).content


async def timed(client: httpx.AsyncClient, raw: bytes) -> tuple[float, str]:
    """Seconds, and the status with the code of the first error."""
    headers = {**KEY, "Content-Type": "application/json", "Accept": "application/json"}
    began = time.perf_counter()
    answer = await client.post("/graphql", content=raw, headers=headers)
    took = time.perf_counter() - began
    errors = answer.json().get("errors") or [{"extensions": {"code": "answered"}}]
    return took, f"{answer.status_code} {errors[0]['extensions']['code']}"


async def ask_normally(client: httpx.AsyncClient, took: list[float], until: asyncio.Event) -> None:
    """Somebody else, who asks one small question after the other."""
    raw = httpx.Request("POST", "http://x", json=NORMAL).content
    while not until.is_set():
        took.append((await timed(client, raw))[0])


async def attack(url: str, make: list[Callable[[], Body]]) -> Found:
    """A family's documents alone, then again while somebody else asks."""
    found, over = Found(), asyncio.Event()
    async with httpx.AsyncClient(base_url=url, timeout=60) as one, httpx.AsyncClient(base_url=url, timeout=60) as two:
        for nth in range(ROUNDS):
            for which, body in enumerate(make):
                took, said = await timed(one, raw_of(body(), nth))
                found.took.setdefault(which, []).append(took)
                found.said[said] += 1
        asking = asyncio.create_task(ask_normally(two, found.others, over))
        for nth in range(ROUNDS, 2 * ROUNDS):
            for body in make:
                await timed(one, raw_of(body(), nth))
        over.set()
        await asking
    return found


async def idle(url: str) -> list[float]:
    took: list[float] = []
    over = asyncio.Event()
    async with httpx.AsyncClient(base_url=url) as client:
        asking = asyncio.create_task(ask_normally(client, took, over))
        await asyncio.sleep(3)
        over.set()
        await asking
    return took[5:]


def page(alone: list[float], found: dict[str, Found]) -> str:
    """The results as they are kept."""
    calm = statistics.median(alone)
    lines = [
        "# Hostile documents",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}.",
        "Elapsed time at the client, of documents that the server had not seen, by a partner never throttled for",
        f"cost. A small query of somebody else takes {calm * 1e3:.1f} ms in the median, {max(alone) * 1e3:.0f} ms at",
        "worst while nobody attacks; the last two columns are the same query during the attack, by one connection, and",
        "how many times as long that is in the median.",
        "Each document was sent 20 times: `slowest` is the median of its slowest document, `worst` the one request",
        "that took longest, which on a busy machine says more of the machine.",
        "",
        "| family | median | slowest | worst | answered | somebody else, median | ratio |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        other = statistics.median(one.others)
        said = ", ".join(sorted(one.said))
        each = sorted(statistics.median(took) for took in one.took.values())
        worst = max(max(took) for took in one.took.values())
        figures = f"{statistics.median(each) * 1e3:.1f} ms | {each[-1] * 1e3:.1f} ms | {worst * 1e3:.0f} ms | {said}"
        lines.append(f"| {name} | {figures} | {other * 1e3:.1f} ms | {other / calm:.1f} |")
    return "\n".join([*lines, ""])


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with seeded_server(Path(folder), CALENDERA_LOG_LEVEL="INFO", **PLENTY) as served:
            alone = await idle(served.url)
            found = {name: await attack(served.url, make) for name, make in FAMILIES.items()}
    RESULTS.write_text(page(alone, found))
    print(page(alone, found))


if __name__ == "__main__":
    asyncio.run(main())
