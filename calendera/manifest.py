"""The trusted documents as a build needs them, and those of an operator's that this version cannot serve."""

from __future__ import annotations

from pathlib import Path

from graph.answers import Answer
from graph.documents import Client, Trusted, files_in, read
from graph.execution import Operations
from graph.rights import Rights
from graph.schema import build


def manifest(folder: Path) -> dict[str, dict[str, str]]:
    """Names and ids for each kind of client; a name in the operator's folder hides ours of the same name."""
    found = {client.value: Trusted.load().of(client) for client in Client}
    for client, file in files_in(folder):
        found[client.value][file.stem] = read(client, file).id
    return found


def not_served(folder: Path) -> list[str]:
    """One sentence for each document in the operator's folder that does not fit the schema or the limits."""
    operations = Operations(build(), report=lambda _: None)
    problems = []
    for client, file in files_in(folder):
        answer = operations.prepare(read(client, file).text, Rights(own=True))
        if isinstance(answer, Answer):
            reasons = " ".join(error["message"] for error in answer.errors)
            problems.append(f"{client.value}/{file.name} cannot be served: {reasons}")
    return problems
