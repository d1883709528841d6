"""AppGrant: one approval of an app, from its code to the last of its tokens. AppToken: what the app holds of it.

A grant is the family that dies together when a code or a rotated refresh token comes back: whoever sends it second
may be the thief or the robbed, so neither goes on.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields

from models.act import Act, Actor, ActorKind
from models.columns import choice, moment, moment_if_any, secret_hash
from models.event import record
from models.keyring import random_token
from models.personal import Why, plain, ref
from models.security_event import SecurityEvent, Source
from models.storage.database import transaction
from models.tenancy import Owned
from rules.oauth.authorizing import Asked
from rules.oauth.client import Presented
from rules.oauth.issuing import ACCESS_SECONDS, Tokens
from rules.tokens import token_hash
from rules.watching import SecurityEventKind

CODE_SECONDS = 60
# Refresh tokens are rotated, so this counts from the last refresh: an app that nobody uses signs itself off.
REFRESH_DAYS = 60


class AppTokenKind(enum.Enum):
    """ACCESS tokens (`at_…`) ask; REFRESH tokens (`rf_…`) get the next pair, once."""

    ACCESS = "ACCESS"
    REFRESH = "REFRESH"


def new_tokens() -> Tokens:
    """A pair of tokens that nobody has yet."""
    return Tokens(random_token("at"), random_token("rf"))


class AppGrant(Owned):
    """The code is a phase of it: bound to the app, the address it goes back to, and the app's PKCE challenge."""

    installation_id = ref("app_installation")
    scopes = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    redirect_uri = plain(fields.CharField(max_length=2100), Why.SETTING)
    code_hash = secret_hash()
    code_challenge = plain(fields.CharField(max_length=128), Why.SECRET)
    code_expires_at = moment()
    code_used_at = moment_if_any()
    ended_at = moment_if_any()

    class Meta:
        table = "app_grant"

    @classmethod
    async def begin(cls, act: Act, installation_id: UUID, asked: Asked) -> str:
        """Write down an approval and answer its code. Inside the transaction that installs the app."""
        code = random_token("ac")
        await cls.add(
            act.account_id, created_at=act.at, installation_id=installation_id, scopes=list(asked.scopes),
            redirect_uri=asked.redirect_uri, code_hash=token_hash(code), code_challenge=asked.code_challenge,
            code_expires_at=act.at + timedelta(seconds=CODE_SECONDS),
        )  # fmt: skip
        return code

    @classmethod
    async def issue(cls, presented: Presented, tokens: Tokens, scopes: Sequence[str], at: datetime) -> bool:
        """Spend a code or refresh token and hand out the new pair. False where somebody else spent it first: then it
        was sent twice, and the family has ended."""
        async with transaction():
            spent = await cls._spend(presented, at)
            if spent:
                await AppToken.hand_out(presented, tokens, scopes, at)
            else:
                await cls.reused(presented, at)
        return spent

    @classmethod
    async def _spend(cls, presented: Presented, at: datetime) -> bool:
        grants = cls.of(presented.account_id).filter(id=presented.grant_id, ended_at=None)
        if presented.token_id is None:
            return bool(await grants.filter(code_used_at=None).update(code_used_at=at))
        unspent = AppToken.of(presented.account_id).filter(id=presented.token_id, spent_at=None)
        return bool(await unspent.update(spent_at=at)) and await grants.exists()

    @classmethod
    async def reused(cls, presented: Presented, at: datetime) -> None:
        """A code or refresh token came a second time: end the family, and leave what tells of it."""
        name = "app_code_reused" if presented.token_id is None else "app_token_reused"
        source = Source(presented.account_id, "app_installation", presented.installation_id)
        async with transaction():
            await cls._finish(presented, at, name)
            await SecurityEvent.report(SecurityEventKind.APP_TOKEN_REUSED, source, 1, at)

    @classmethod
    async def revoke(cls, presented: Presented, at: datetime) -> None:
        """The app gives a token back: an access token ends alone, a refresh token takes its family along."""
        access = AppToken.of(presented.account_id).filter(id=presented.token_id, kind=AppTokenKind.ACCESS)
        if not await access.filter(spent_at=None).update(spent_at=at) and not await access.exists():
            await cls._finish(presented, at, "app_signed_off")

    @classmethod
    async def _finish(cls, presented: Presented, at: datetime, event: str) -> None:
        act = Act(presented.account_id, Actor(ActorKind.APP, presented.installation_id), at)
        live = cls.of(act.account_id).filter(id=presented.grant_id, ended_at=None)
        async with transaction():
            if await live.update(ended_at=at):
                await record(
                    act, event, "app_installation", presented.installation_id,
                    app_id=str(presented.app_id), grant=str(presented.grant_id),
                )  # fmt: skip


class AppToken(Owned):
    """`spent_at`: a refresh token that was rotated, an access token that was given back."""

    grant_id = ref("app_grant")
    kind = choice(AppTokenKind)
    token_hash = secret_hash()
    scopes = plain(fields.JSONField[list[str]](default=list), Why.SETTING)
    expires_at = moment()
    spent_at = moment_if_any()

    class Meta:
        table = "app_token"

    @classmethod
    async def hand_out(cls, presented: Presented, tokens: Tokens, scopes: Sequence[str], at: datetime) -> None:
        """Store a new pair: the access token with what was asked for, the refresh token with all that was approved."""
        mine = {"created_at": at, "grant_id": presented.grant_id}
        hour, days = timedelta(seconds=ACCESS_SECONDS), timedelta(days=REFRESH_DAYS)
        await cls.add(
            presented.account_id, **mine, kind=AppTokenKind.ACCESS, token_hash=token_hash(tokens.access),
            scopes=list(scopes), expires_at=at + hour,
        )  # fmt: skip
        await cls.add(
            presented.account_id, **mine, kind=AppTokenKind.REFRESH, token_hash=token_hash(tokens.refresh),
            scopes=list(presented.scopes), expires_at=at + days,
        )  # fmt: skip
