"""Ending a connection with its credential, although nobody sends anything."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from calendera.live.identity import Identity
from calendera.live.pace import Pace
from calendera.live.relay import FellBehind, Relay

# What a business does all day. Anything else that happens may be the end of a credential, known here or not.
_EVERYDAY = {"booking", "customer", "group_session", "hold"}


async def guarding(identity: Identity, relay: Relay, pace: Pace) -> None:
    """Look at the credential again whenever it may have ended, and now and then because time ends it too.

    Until cancelled; raises Changed.
    """
    account_id = identity.viewer.account_id
    if account_id is None:
        while True:
            await asyncio.sleep(pace.ask_again)
            await identity.ask()
    async with relay.listening(account_id, lambda subject: subject not in _EVERYDAY) as listener:
        while True:
            with suppress(TimeoutError, FellBehind):
                async with asyncio.timeout(pace.ask_again):
                    await listener.next()
            listener.forget()
            await identity.ask()
