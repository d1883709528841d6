"""Thousands of generated operations by schemathesis, which others wrote, as the partner who may most and as an owner.

    python -m tests.outside.fuzz path/to/schemathesis [cases for each root field]

Each credential is fuzzed with the schema that it sees, on a seeded server of its own whose cost buckets are so large
that none of it is throttled for its cost. What ends the session itself is left out. Exits with 1 on a server error, on
an answer that does not conform, and where an answer was no more than that nobody is signed in.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from tests.served import Served, seeded_server

PASSWORD = "four lanterns by the river"
SCOPES = ["AVAILABILITY_READ", "BOOKINGS_READ", "BOOKINGS_WRITE", "CATALOGUE_READ", "CUSTOMERS_READ", "CUSTOMERS_WRITE"]
SIGN_IN = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }"
MAKE_KEY = """
mutation ($input: CreatePartnerKeyInput!) {
  createPartnerKey(input: $input) { ... on CreatePartnerKeyPayload { secret } }
}
"""
ENDS_THE_SESSION = ["changePassword", "proveItIsMe", "revokeAllSessions", "revokeSession", "signOut", "switchAccount"]
PLENTY = {"CALENDERA_COST_BUCKET": "100000000", "CALENDERA_COST_RESTORED": "1000000"}
HOOKS = """
import schemathesis
from graphql import ObjectValueNode
from hypothesis import strategies as st
from schemathesis.graphql import nodes
schemathesis.graphql.scalar("JSON", st.one_of(st.text().map(nodes.String), st.just(ObjectValueNode(fields=()))))
"""


def owner(url: str) -> dict[str, str]:
    """What a browser of the salon's owner sends, who has just signed in."""
    headers = {"X-Calendera-Client": "dashboard"}
    asked = {"query": SIGN_IN, "variables": {"input": {"email": "marisol@example.com", "password": PASSWORD}}}
    answer = httpx.post(f"{url}/graphql", json=asked, headers=headers)
    return {**headers, "Cookie": answer.headers["set-cookie"].partition(";")[0]}


def partner(url: str) -> dict[str, str]:
    """A key with every scope."""
    asked = {"query": MAKE_KEY, "variables": {"input": {"name": "Fuzz", "scopes": SCOPES}}}
    made: Any = httpx.post(f"{url}/graphql", json=asked, headers=owner(url)).json()
    return {"Authorization": f"Bearer {made['data']['createPartnerKey']['secret']}"}


def fuzz(tool: str, each: str, url: str, headers: dict[str, str], folder: Path) -> int:
    """Run it from `folder`; its exit code."""
    (folder / "hooks.py").write_text(HOOKS)
    (folder / "seen.graphql").write_text(httpx.get(f"{url}/graphql/schema", headers=headers).text)
    arguments = [
        tool,
        "run",
        "seen.graphql",
        "--url",
        f"{url}/graphql",
        "--phases",
        "fuzzing",
        "--seed",
        "1",
        "-n",
        each,
    ]
    arguments += [
        "-c",
        "not_a_server_error",
        "-c",
        "response_schema_conformance",
        "--continue-on-failure",
        "--no-shrink",
    ]
    arguments += [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    arguments += [word for name in ENDS_THE_SESSION for word in ("--exclude-name", f"Mutation.{name}")]
    environment = {"PATH": "/usr/bin:/bin", "SCHEMATHESIS_HOOKS": "hooks"}
    return subprocess.run(arguments, cwd=folder, env=environment, check=False).returncode


def answered(served: Served) -> Counter[str]:
    """How often the server answered what, by its log."""
    log = Path(served.environment["CALENDERA_DATA_DIR"], "server.log").read_text("utf-8")
    told = [json.loads(line) for line in log.splitlines()]
    return Counter(" ".join([str(one["status"]), *sorted(set(one["errors"]))]) for one in told if "errors" in one)


async def main(tool: str, each: str = "") -> int:
    failed = 0
    for credential, cases in ((partner, "75"), (owner, "20")):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            async with seeded_server(folder, **PLENTY) as served:
                headers = await asyncio.to_thread(credential, served.url)
                failed |= await asyncio.to_thread(fuzz, tool, each or cases, served.url, headers, folder)
                found = answered(served)
            print(credential.__name__, *(f"{count} × {what}" for what, count in found.most_common()), sep="\n  ")
            failed |= any(what.startswith(("401", "5")) for what in found)
    return int(failed)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
