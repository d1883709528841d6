"""Pages: ties, both directions, every kind of column, and cursors that nobody was given."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from models.membership import Role
from permissions.viewer import Viewer
from tests.kernel.diary import Diary
from tests.kernel.toy import Kernel

PAGE = """query (
    $order: String!, $descending: Boolean! = false, $first: Int, $after: String, $last: Int, $before: String
  ) {
  forgetful(order: $order, descending: $descending, first: $first, after: $after, last: $last, before: $before) {
    nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }"""


@pytest.fixture
async def diary(diary: Diary) -> Diary:
    for name in ("Carla", "Dora", "Emil"):
        await diary.book(name)
    return diary


async def ids(kernel: Kernel, viewer: Viewer, **asked: Any) -> tuple[list[str], dict[str, Any]]:
    page = (await kernel.ok(viewer, PAGE, **asked))["forgetful"]
    return [node["id"] for node in page["nodes"]], page["pageInfo"]


@pytest.mark.parametrize("order", ["id", "status", "starts_at", "version", "reference", "source", "created_at"])
@pytest.mark.parametrize("descending", [False, True])
async def test_pages_of_any_column_meet_without_gap_in_both_directions(
    kernel: Kernel, diary: Diary, order: str, descending: bool
) -> None:
    viewer = diary.member(Role.OWNER)
    asked = {"order": order, "descending": descending}
    everything, _ = await ids(kernel, viewer, **asked, first=9)
    assert len(everything) == 5
    forwards, after = [], None
    for _ in range(3):
        page, info = await ids(kernel, viewer, **asked, first=2, after=after)
        forwards, after = forwards + page, info["endCursor"]
    backwards, before = [], None
    for _ in range(3):
        page, info = await ids(kernel, viewer, **asked, last=2, before=before)
        backwards, before = page + backwards, info["startCursor"]
    assert forwards == everything
    assert backwards == everything


def forged(order: str, value: Any, key: Any = None) -> str:
    text = json.dumps([order, value, uuid4().hex if key is None else key])
    return base64.urlsafe_b64encode(text.encode()).decode()


VALUES = [
    "", "x", "\0", "\ud800", "9" * 400, "1e999", "-1", str(2**31), str(2**63), str(2**200), "NaN", "\u0661",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2027-01-01", "2027-01-01T00:00:00", "2027-W01-1",
    "0" * 32, "{" * 50, "CONFIRMED", "true", 1, None, [], {}, "é" * 300,
]  # fmt: skip


@pytest.mark.parametrize("order", ["id", "status", "starts_at", "version", "reference", "service_id"])
async def test_a_forged_cursor_is_bad_input_or_a_place_in_the_order_but_never_a_fault(
    kernel: Kernel, diary: Diary, order: str
) -> None:
    cursors = [forged(order, value) for value in VALUES]
    cursors += [forged(order, "1", key) for key in ("", "\0", "x" * 32, "-" * 32, 3, None)]
    cursors += ["", "=", "ÿ", "\ud83d", "A" * 9999, "bnVsbA", "W10", forged("name", "x"), "[" * 3000]
    cursors.append(base64.urlsafe_b64encode(b"[" * 60_000).decode())
    for cursor in cursors:
        answer = await kernel(diary.member(Role.OWNER), PAGE, order=order, first=1, after=cursor)
        assert answer.code in (None, "BAD_USER_INPUT"), (cursor, answer, kernel.faults)


@pytest.mark.parametrize("order", ["location_id", "nonsense"])
async def test_a_list_cannot_be_sorted_by_what_may_be_null(kernel: Kernel, diary: Diary, order: str) -> None:
    answer = await kernel(diary.member(Role.OWNER), PAGE, order=order, first=1)
    assert answer.code == "INTERNAL_SERVER_ERROR"
    assert kernel.faults[0].kind == "builtins.ValueError"


@pytest.mark.parametrize(("role", "allowed"), [(Role.OWNER, True), (Role.STAFF, True), (Role.AUDITOR, False)])
async def test_rows_are_sorted_by_a_name_only_for_who_may_read_it(
    kernel: Kernel, diary: Diary, role: Role, allowed: bool
) -> None:
    answer = await kernel(diary.member(role), "{ customers(first: 1) { pageInfo { endCursor } nodes { id } } }")
    assert (answer.code is None) is allowed
    assert answer.code in (None, "FORBIDDEN")
