"""Running an import as the program does, with the database connection of this process handed over and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calendera.imports import import_csv, import_ics
from tests.businesses import Business

FILES = Path(__file__).parent / "imports"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person at the terminal got."""

    code: int
    lines: list[str]
    errors: list[str]

    @property
    def summary(self) -> str:
        return self.lines[-1]

    def about(self, row: int) -> list[str]:
        """The remarks about a row or line."""
        return [line for line in self.lines if line.startswith((f"row {row}", f"line {row}"))]


@dataclass(slots=True)
class Importer:
    """Imports files into a business."""

    capsys: pytest.CaptureFixture[str]

    async def csv(self, business: Business, file: Path, **more: Any) -> Outcome:
        return await self._run(import_csv, business, file, more)

    async def ics(self, business: Business, file: Path, **more: Any) -> Outcome:
        return await self._run(import_ics, business, file, more)

    async def _run(
        self, run: Callable[..., Awaitable[int]], business: Business, file: Path, more: dict[str, Any]
    ) -> Outcome:
        product = business.product
        given = {"account": business.account.slug, "clock": product.clock, **more}
        await product.stop()
        self.capsys.readouterr()
        try:
            code = await run(product.settings, file, **given)
        finally:
            await product.start()
        printed = self.capsys.readouterr()
        return Outcome(code, printed.out.splitlines(), printed.err.splitlines())
