"""What ends a tour early: one line that says who asked what, what was expected and what came."""

from __future__ import annotations

from calendera.cli_start import Stop

LONGEST = 300


class Surprise(Stop):
    """The server did not answer as it should. Shown as one line; the command then ends with 1."""

    def __init__(self, where: str, expected: str, came: object) -> None:
        text = " ".join(str(came).split())
        cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
        super().__init__(f"{where}: expected {expected}; came {cut}")
