"""A connection ends with its credential, and where its client is too slow, too many, or too silent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest

from models.access_key import AccessKey, AccessKeyKind
from models.event import record
from models.membership import Membership, Role
from models.session import Session
from models.storage.database import transaction
from permissions.roles import Scope
from rules.tokens import token_hash
from tests.api import Caller
from tests.bookable import bookable
from tests.businesses import Business, by_key, make_user, signed_in
from tests.product import HASTY, Product
from tests.sockets import OWN_ORIGIN, Closed, Talk, opened, paced, socket

WATCH = "subscription { bookingChanged { bookingId } }"
BEGUN = {"data": {"bookingChanged": None}}


async def watching(talk: Talk, id: str = "1") -> None:
    await talk.subscribe(id, WATCH)
    assert await talk.next(id) == BEGUN


async def sign_out(salon: Business, member: Caller, user: Membership) -> None:
    await member.ok("mutation { signOut { __typename } }")


async def revoke_sessions(salon: Business, member: Caller, user: Membership) -> None:
    await Session.end(Session.filter(user_id=user.user_id), salon.act.at)


async def demote(salon: Business, member: Caller, user: Membership) -> None:
    await user.change_role(salon.act, user.version, Role.AUDITOR, lambda *_: True)


async def remove(salon: Business, member: Caller, user: Membership) -> None:
    await user.end(salon.act, user.version, lambda *_: True)


@pytest.mark.parametrize("end", [sign_out, revoke_sessions, demote, remove])
async def test_a_member_s_socket_ends_with_their_session_role_and_membership(
    product: Product, salon: Business, rival: Business, end: Callable[[Business, Caller, Membership], Awaitable[None]]
) -> None:
    user = await make_user(product.clock.now())
    await Membership.begin(salon.act, user_id=user.id, role=Role.MANAGER)
    member = await signed_in(product, user, salon.account)
    row = await Membership.of(salon.account.id).get(user_id=user.id)
    async with socket(product, member) as talk, socket(product, salon.owner) as other:
        await watching(talk)
        await watching(other)
        await end(salon, member, row)
        closed = await talk.closed()
        assert (closed.code, "Connect again" in closed.reason) == (4403, True)
        await other.settle()  # nobody else's socket ends with it


async def test_a_key_s_socket_ends_when_it_is_revoked(product: Product, salon: Business) -> None:
    key, token = await AccessKey.issue(
        salon.act, AccessKeyKind.PARTNER, "P", origins=[], scopes=[Scope.BOOKINGS_READ.value]
    )
    async with socket(product, by_key(product, token)) as talk:
        await watching(talk)
        await key.revoke(salon.act)
        assert (await talk.closed()).code == 4403


async def test_an_event_is_not_told_to_a_credential_that_has_ended(product: Product, salon: Business) -> None:
    """Although nothing has told of its end: who asks is looked up for each event."""
    desk = await bookable(salon)
    member = await salon.member(Role.STAFF)
    async with socket(product, member) as talk:
        await watching(talk)
        token = member.headers["Cookie"].partition("=")[2]
        await Session.filter(token_hash=token_hash(token)).update(ended_at=product.clock.now())
        await desk.book(salon.widget, at=desk.at(10))
        with pytest.raises(Closed):
            await talk.receive()


async def test_time_ends_a_session_s_socket_too(product: Product, salon: Business) -> None:
    async with paced(product, replace(HASTY, ask_again=0.05)) as app:
        headers = {"Cookie": salon.owner.headers["Cookie"], "Origin": OWN_ORIGIN}
        async with opened(app, headers=headers) as talk:
            await talk.greet()
            await watching(talk)
            product.clock.advance(days=31)
            assert (await talk.closed()).code == 4403


async def test_who_takes_events_too_slowly_is_told_to_come_again(product: Product, salon: Business) -> None:
    desk = await bookable(salon, staff=4)
    bearer = {"Authorization": salon.partner.headers["Authorization"]}
    pace = replace(HASTY, take=0.1)
    async with paced(product, pace) as app, opened(app, headers=bearer) as slow, opened(app, headers=bearer) as brisk:
        for talk in (slow, brisk):
            await talk.greet()
            await watching(talk)
        slow.takes.clear()
        await desk.book(salon.widget, at=desk.at(10))
        await brisk.next("1")
        await asyncio.sleep(2 * pace.take)
        slow.takes.set()
        closed = await slow.closed()
        assert (closed.code, "read what changed" in closed.reason) == (4413, True)
        await desk.book(salon.widget, at=desk.at(11))
        await brisk.next("1")


async def test_more_events_than_wait_end_the_socket(product: Product, salon: Business) -> None:
    bearer = {"Authorization": salon.partner.headers["Authorization"]}
    async with paced(product, replace(HASTY, backlog=2)) as app, opened(app, headers=bearer) as talk:
        await talk.greet()
        await watching(talk)
        async with transaction():
            for number in range(5):
                await record(salon.act, "booking_noted", "booking", UUID(int=number))
        assert (await talk.closed()).code == 4413


async def test_who_does_not_say_who_they_are_is_not_waited_for(product: Product) -> None:
    async with paced(product, replace(HASTY, greet=0.05)) as app, opened(app) as talk:
        assert (await talk.closed()).code == 4408


async def test_connections_are_counted(product: Product, salon: Business) -> None:
    bearer = {"Authorization": salon.partner.headers["Authorization"]}
    pace = replace(HASTY, per_credential=1, ungreeted=1, operations=2)
    async with paced(product, pace) as app, opened(app, headers=bearer) as first:
        await first.greet()
        async with opened(app, headers=bearer) as second:
            await second.send({"type": "connection_init"})
            assert (await second.closed()).code == 1013  # one a credential
        async with opened(app), opened(app) as second:
            assert (await second.closed()).code == 1013  # one of an address that has not said who it is
        for id in ("1", "2"):
            await watching(first, id)
        await first.subscribe("3", WATCH)
        assert (await first.told("error", "3"))[0]["extensions"]["code"] == "THROTTLED"
        await first.send({"type": "complete", "id": "1"})
        await first.settle()
        await watching(first, "4")


async def test_a_full_server_opens_no_more(product: Product) -> None:
    async with paced(product, HASTY, live_connections=1) as app:
        async with opened(app):
            with pytest.raises(Closed) as refused:
                async with opened(app):
                    pass
            assert (refused.value.code, "TRY_AGAIN" in refused.value.reason) == (503, True)
        async with opened(app):  # whoever leaves makes room
            pass
