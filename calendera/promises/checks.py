"""Every check, by the promise that it is about."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from calendera.promises.code import CODE
from calendera.promises.finding import CodeCheck, LiveCheck, Surroundings
from calendera.promises.live import LIVE
from models.promise_check import Finding


def _aside(check: CodeCheck) -> LiveCheck:
    """The check in a thread of its own, so that requests go on meanwhile."""

    async def ask(around: Surroundings) -> Finding:
        return await asyncio.to_thread(check, around)

    return ask


CHECKS: Mapping[str, LiveCheck] = {**{promise: _aside(check) for promise, check in CODE.items()}, **LIVE}
