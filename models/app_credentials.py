"""From an app's secret to the account that installed it: the same doors as in `credentials.py`, one statement each.

Everything is asked for together, so that a token counts only while its grant, its installation and its app do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from models.credentials import NOTED_EVERY, by_secret, listed, note_use, sure
from models.storage.instant import from_database
from rules.oauth.client import Presented
from rules.tokens import token_hash

_WHOSE = """
    JOIN app_installation i ON i.account_id = g.account_id AND i.id = g.installation_id
    JOIN app a ON a.id = i.app_id
"""
_ENDED = "COALESCE(g.ended_at, i.ended_at, a.archived_at) IS NOT NULL AS ended"
_ACCESS = f"""
    SELECT t.account_id, t.scopes, i.id AS installation_id, i.last_used_at IS NULL OR i.last_used_at < $3 AS stale
    FROM app_token t JOIN app_grant g ON g.account_id = t.account_id AND g.id = t.grant_id {_WHOSE}
    WHERE t.token_hash = $1 AND t.kind = 'ACCESS' AND t.expires_at > $2 AND t.spent_at IS NULL
      AND g.ended_at IS NULL AND i.ended_at IS NULL AND a.archived_at IS NULL
"""
_CODE = f"""
    SELECT g.account_id, g.id AS grant_id, NULL AS token_id, i.id AS installation_id, i.app_id, g.scopes,
      g.code_expires_at AS expires_at, g.code_used_at IS NOT NULL AS spent, {_ENDED}, g.redirect_uri, g.code_challenge
    FROM app_grant g {_WHOSE}
    WHERE g.code_hash = $1
"""
_TOKEN = f"""
    SELECT g.account_id, g.id AS grant_id, t.id AS token_id, i.id AS installation_id, i.app_id, t.scopes,
      t.expires_at, t.spent_at IS NOT NULL AS spent, {_ENDED}, '' AS redirect_uri, '' AS code_challenge
    FROM app_token t JOIN app_grant g ON g.account_id = t.account_id AND g.id = t.grant_id {_WHOSE}
    WHERE t.token_hash = $1
"""


@dataclass(frozen=True, slots=True)
class AppHeld:
    """A live access token of an installed app."""

    account_id: UUID
    installation_id: UUID
    scopes: list[str]


async def app_token_of(token: str, now: datetime) -> AppHeld | None:
    """The installation behind a live access token, noting its use."""
    found = await by_secret(_ACCESS, token_hash(token), now, now - NOTED_EVERY)
    if not found:
        return None
    row = found[0]
    held = AppHeld(sure(row["account_id"]), sure(row["installation_id"]), listed(row["scopes"]))
    if row["stale"]:
        await note_use(
            "UPDATE app_installation SET last_used_at = $3 WHERE account_id = $1 AND id = $2",
            held.account_id, held.installation_id, now,
        )  # fmt: skip
    return held


async def code_of(code: str) -> Presented | None:
    """What stands behind an authorization code, whether or not it still counts."""
    return _presented(await by_secret(_CODE, token_hash(code)))


async def presented_token_of(token: str, *, only_refresh: bool) -> Presented | None:
    """What stands behind a refresh token, or an access token where one is given back, whether or not it counts."""
    sql = f"{_TOKEN} AND t.kind = 'REFRESH'" if only_refresh else _TOKEN
    return _presented(await by_secret(sql, token_hash(token)))


def _presented(found: list[Any]) -> Presented | None:
    if not found:
        return None
    row = found[0]
    return Presented(
        account_id=sure(row["account_id"]),
        installation_id=sure(row["installation_id"]),
        grant_id=sure(row["grant_id"]),
        token_id=sure(row["token_id"]) if row["token_id"] else None,
        app_id=sure(row["app_id"]),
        scopes=tuple(listed(row["scopes"])),
        expires_at=from_database(row["expires_at"]),
        spent=bool(row["spent"]),
        ended=bool(row["ended"]),
        redirect_uri=row["redirect_uri"],
        code_challenge=row["code_challenge"],
    )
