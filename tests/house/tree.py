"""The files of the product, for the tests that check how it is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("calendera", "graph", "resolvers", "permissions", "models", "rules", "privacy")


def sources(*layers: str) -> Iterator[tuple[str, ast.Module]]:
    """(path from the root, syntax tree) of each Python file of these layers."""
    for layer in layers or LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            yield str(path.relative_to(ROOT)), _parsed(path)


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def calls(tree: ast.Module) -> list[tuple[str, int]]:
    """(dotted name as written, line) of each call."""
    return [(ast.unparse(node.func), node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Call)]
