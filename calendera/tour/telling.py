"""The tour as a person reads it: who asks, why, what was sent, what came back, how long it took."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

MOST_ITEMS = 2
LONGEST_TEXT, LONGEST_WORD = 76, 32
MARGIN = "     "
# Said in full nowhere, though in development they are no secrets.
SECRET = ("password", "secret", "token")


class Telling:
    """Prints steps, numbered through the whole tour."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.steps = 0
        self._shown: set[str] = set()

    def part(self, title: str, *about: str) -> None:
        """Begin the part of one client."""
        self.console.print()
        self.console.rule(Text(title, "bold"), align="left")
        for line in about:
            self._line(line, "dim")

    def step(self, why: str, how: str, document: str, variables: Mapping[str, Any]) -> None:
        """Say why something is asked and what is sent. A document that was just shown is only named."""
        self.steps += 1
        self.console.print()
        self.console.print(Text(f"{self.steps:>3}. ", "bold cyan").append(why, "bold"))
        self._line(how, "dim")
        again = document in self._shown
        self._shown.add(document)
        self._line(f"{document.strip().partition(' {')[0]} … (as above)" if again else document.strip(), "blue")
        if variables:
            self._line(f"variables {pretty(hidden(variables), self._width)}", "magenta")

    def answer(self, status: int, seconds: float, data: object) -> None:
        """Say what came."""
        self._line(f"→ {status}, {seconds * 1000:.0f} ms", "green")
        self._line(pretty(hidden(data), self._width))

    def refusal(self, status: int, seconds: float, code: str, message: str) -> None:
        """Say how it was refused, as was expected."""
        self._line(f"→ refused as it should be: {code} (HTTP {status}, {seconds * 1000:.0f} ms)", "yellow")
        self._line(f"“{message}”")

    def seen(self, what: str) -> None:
        """Say what has just been made sure of."""
        self._line(f"✓ {what}", "green")

    @property
    def _width(self) -> int:
        return max(40, self.console.width - len(MARGIN))

    def _line(self, text: str, style: str = "") -> None:
        self.console.print(Text(textwrap.indent(text, MARGIN), style))


def pretty(value: object, width: int) -> str:
    """A JSON value in few lines: long lists and texts are shortened, and what fits stands on one line."""
    flat = _flat(value)
    if len(flat) <= width or not isinstance(value, Mapping | list):
        return flat
    if isinstance(value, Mapping):
        rows = [f"{key}: {pretty(one, width - len(key) - 4)}" for key, one in value.items()]
        return "\n".join(["{", *(textwrap.indent(row, "  ") for row in rows), "}"])
    rows = [pretty(one, width - 4) for one in value[:MOST_ITEMS]]
    return "\n".join(["[", *(textwrap.indent(row, "  ") for row in rows + _more(value)), "]"])


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key}: {_flat(one)}' for key, one in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join([*map(_flat, value[:MOST_ITEMS]), *_more(value)])}]"
    if isinstance(value, str):
        most = LONGEST_TEXT if " " in value else LONGEST_WORD
        value = value if len(value) <= most else f"{value[:most]}…"
    return json.dumps(value, ensure_ascii=False)


def _more(value: list[Any]) -> list[str]:
    return [f"… {len(value) - MOST_ITEMS} more"] if len(value) > MOST_ITEMS else []


def hidden(value: Any) -> Any:
    """The same value with everything secret cut after its first characters."""
    if isinstance(value, Mapping):
        return {key: _cut(one) if _secret(key, one) else hidden(one) for key, one in value.items()}
    return [hidden(one) for one in value] if isinstance(value, list) else value


def _secret(key: str, value: object) -> bool:
    return isinstance(value, str) and key.lower().endswith(SECRET)


def _cut(value: str) -> str:
    return f"{value[:6]}…" if value[2:3] == "_" else "…"
