"""A connection that the product opens beside its egress fails the test during which it happens.

Python tells of every connection (`socket.connect`) in the task that opens it. Whether it is the product's is seen by
the innermost file of the repository that is at work; where a library's own task opens it, by whom the task is bound to.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from calendera.egress import may_pass
from models.storage.reach import Reach, binding
from tests.house.tree import LAYERS, ROOT

PRODUCT = tuple(str(ROOT / layer) + "/" for layer in LAYERS)
TESTS = str(ROOT / "tests") + "/"
# The doors to the database and to Redis. The tour is a client at the operator's terminal, not the server.
DRIVERS = ("/asyncpg/", "/redis/")
CLIENTS = (str(ROOT / "calendera" / "tour") + "/",)
caught: list[str] = []


class RawConnection(RuntimeError):
    """The product opened a connection beside its egress."""


def install() -> None:
    """For the whole process: what watches cannot be removed again."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or isinstance(arguments[1], str | bytes) or may_pass():
        return
    place = opened_by_product()
    if place is not None:
        caught.append(place)
        raise RawConnection(f"{place} opened a connection beside calendera/egress.py")


def opened_by_product() -> str | None:
    """Which file of the product opens a connection now; None where it is a driver, a test or a client of the tests."""
    frame = sys._getframe(2)
    at: Any = frame
    while at is not None:
        file = at.f_code.co_filename
        if file.startswith((TESTS, *CLIENTS)) or any(driver in file for driver in DRIVERS):
            return None
        if file.startswith(PRODUCT):
            return str(Path(file).relative_to(ROOT))
        at = at.f_back
    # A task of a library: the product's are bound to an account or to nobody, those of a test reach as an operator.
    return None if binding().reach is Reach.OPERATOR else "a task of the product"
