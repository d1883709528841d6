"""The short way to a leaf and the long one give the same answer, values and refusals alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from graph.answers import Answer
from graph.execution import Operations
from graph.limits import Limits
from graph.rights import Rights
from graph.schema import build
from models.membership import Role
from permissions.viewer import Viewer
from resolvers.context import Context
from tests.kernel.diary import Diary

DOCUMENT = """
query ($no: Boolean = false) {
  bookings(first: 9) { __typename totalCount nodes {
    id __typename at: startsAt startsAt status staff { name email ...S } price { amountMinor }
    local { zone ...L } version @include(if: $no) reference @skip(if: $no)
    customer { id name email phone internalNotes } internalNote
    service { name archivedAt } cancellableUntil outsideHours } }
}
fragment S on Staff { id name zone: email } fragment L on LocalTime { dateTime offset }
"""


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF, Role.AUDITOR])
async def test_both_ways_answer_the_same(diary: Diary, role: Role) -> None:
    viewer = diary.member(role)
    for fields in (*range(0, 60, 7), 100_000):
        short, long = [await ask(viewer, fields, leaves=leaves) for leaves in (True, False)]
        assert short == long
    assert short.data
    assert (role is Role.OWNER) == (not short.errors)


async def ask(viewer: Viewer, fields: int, *, leaves: bool) -> Answer:
    limits = replace(Limits(), resolved_fields=fields)
    operations = Operations(build(), report=lambda fault: None, limits=limits)
    if not leaves:
        operations._leaves = {}
    prepared = operations.prepare(DOCUMENT, Rights(own=True, sees={}))
    assert not isinstance(prepared, Answer), prepared
    context = Context(viewer, datetime(2027, 1, 11, 12, tzinfo=UTC), "request", "127.0.0.1")
    return await operations.run(prepared, context=context, request_id="r")
