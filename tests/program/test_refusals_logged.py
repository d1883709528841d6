"""What was refused leaves a line, so that break-in attempts show: codes and kinds of credentials, nobody's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from models.membership import Role
from rules.ids import global_id
from tests.api import Caller
from tests.businesses import Business
from tests.people import SIGN_IN, new_email

Lines = list[dict[str, Any]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with structlog.testing.capture_logs() as lines:
        yield lines


async def test_refused_mutations_are_in_the_line_of_their_operation(visitor: Caller, lines: Lines) -> None:
    email = new_email()
    for _ in range(11):
        await visitor.refused(SIGN_IN, email=email, password="wrong wrong wrong wrong")
    codes = [line["errors"] for line in lines if line["event"] == "operation"]
    assert codes == [["SIGN_IN_FAILED"]] * 10 + [["THROTTLED"]]
    assert email not in str(lines)


async def test_refused_downloads_are_logged(salon: Business, visitor: Caller, lines: Lines) -> None:
    path = f"/exports/{global_id('export', salon.account.id)}"
    for caller in (visitor, await salon.member(Role.STAFF), salon.owner):
        await caller.http.get(path, headers=caller.headers)
    found = [(line["credential"], line["errors"]) for line in lines if line["event"] == "download refused"]
    assert found == [("VISITOR", ["UNAUTHENTICATED"]), ("MEMBER", ["FORBIDDEN"]), ("MEMBER", ["NOT_FOUND"])]
