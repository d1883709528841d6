"""The README is true: what it shows is tried against a seeded server, what it names exists."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from calendera.settings import Settings, variable
from tests.house.tree import ROOT
from tests.served import Served, seeded_server

README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [text for language, text in BLOCKS if language == "sh"]
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with seeded_server(tmp_path_factory.mktemp("readme")) as running:
        yield running


def answers(text: str) -> list[Any]:
    """The JSON values that stand one after the other in a text."""
    found, decoder = [], json.JSONDecoder()
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


async def test_its_query_has_its_answer(served: Served) -> None:
    (query,) = (text for language, text in BLOCKS if language == "graphql")
    (answer,) = (text for language, text in BLOCKS if language == "json")
    (secret,) = set(re.findall(r"Bearer (sk_\w+)", README))
    async with httpx.AsyncClient(base_url=served.url, headers={"Authorization": f"Bearer {secret}"}) as partner:
        response = await partner.post("/graphql", json={"query": query})
    assert response.json() == json.loads(answer)


@pytest.mark.skipif(not shutil.which("curl"), reason="these are commands for curl, which is not here")
@pytest.mark.parametrize("block", [text for text in SHELL if "curl" in text], ids=["widget", "dashboard", "partner"])
async def test_its_commands_are_answered_as_it_says(served: Served, block: str, tmp_path: Path) -> None:
    assert ADDRESS in block
    commands = block.replace(ADDRESS, served.url)
    run = await asyncio.to_thread(
        subprocess.run, ["bash", "-euc", commands], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    got = [one["errors"][0]["extensions"]["code"] if "errors" in one else "data" for one in answers(run.stdout)]
    # A comment before a command names the code it is refused with.
    said = re.findall(r"^(?:# ([A-Z_]+):.*\n)?curl ", block, re.MULTILINE)
    assert got == [code or "data" for code in said]
    assert all(shows_something(one) for one in answers(run.stdout) if "errors" not in one)


def shows_something(answer: Any) -> bool:
    """Whether the last thing that was asked for is a list with rows, or a mutation's payload."""
    *_, value = answer["data"].values()
    return bool(value.get("nodes")) or value["__typename"].endswith("Payload")


def test_its_commands_exist_and_none_is_missing(served: Served) -> None:
    listed = re.findall(r"^\| `calendera ([a-z-]+)` ", README, re.MULTILINE)
    offered = re.findall(r"^│ ([a-z][a-z-]+)  ", served.calendera("--help").stdout, re.MULTILINE)
    assert sorted(listed) == sorted(offered)


def test_its_doors_exist() -> None:
    doors = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^|\s)make ([a-z]+)", README, re.MULTILINE))
    assert {"dev", "test", "check"} <= named <= doors


def test_what_it_points_to_exists() -> None:
    places = re.findall(r"\]\(([^)]+)\)", README) + re.findall(r"ARGS=(\S+?)`", README)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []
    named = set(re.findall(r"CALENDERA_[A-Z_]+", README))
    settings = {variable(field) for field in Settings.model_fields}
    assert {name for name in named if not name.startswith("CALENDERA_TEST_")} <= settings
    assert named > {"CALENDERA_DATABASE_URL"}


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 150
    assert max(map(len, README.splitlines())) <= 130
