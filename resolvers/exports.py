"""Exports: archives of everything an account holds."""

from __future__ import annotations

from models.export import Export
from permissions.roles import Permission
from resolvers.context import Info
from resolvers.listing import Listing

P = Permission


async def exports(info: Info) -> Listing:
    """The archives that were asked for, the newest first."""
    return Listing(info.context.rows(Export, P.EXPORTS_MANAGE), order="created_at", descending=True)


async def request_export(info: Info) -> Export:
    """Ask for an archive of everything the account holds, as JSON Lines in a ZIP.

    It is written in the background: read `exports` until it is READY. While one is waiting or being written, asking
    again answers that one. Works in every state of the account; at most ten in 24 hours.
    """
    return await Export.request(info.context.act)
