"""The ways out that the settings open, and whether the register covers them: asked when a server starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from calendera.logs import log
from calendera.settings import Settings, SettingsError
from models.mail_parcels import PARCELS
from models.processor import decided, home_of
from models.storage import migrate
from rules.sharing import Channel, EgressRefusal, Flow

_ADVICE = {
    EgressRefusal.NOT_REGISTERED: "nobody is registered who runs it",
    EgressRefusal.NOT_YET: "who runs it was announced, and their notice still runs",
    EgressRefusal.ENDED: "who runs it was ended in the register",
    EgressRefusal.PURPOSE_NOT_ALLOWED: "who runs it is not registered for every purpose of what is sent there",
    EgressRefusal.CATEGORY_NOT_DECLARED: "who runs it is not registered for every category of what is sent there",
    EgressRefusal.TRANSFER_BLOCKED: "who runs it is outside the region of CALENDERA_HOME_COUNTRY, and there is no "
    "safeguard, or it has expired",
}


@dataclass(frozen=True, slots=True)
class WayOut:
    """A server that the settings name."""

    variable: str
    channel: Channel
    host: str


def ways_out(settings: Settings) -> list[WayOut]:
    """Those that are open. Calendars elsewhere are not among them: each is an address that a business gave."""
    found = []
    if settings.smtp_url is not None:
        found.append(("CALENDERA_SMTP_URL", Channel.MAIL, settings.smtp_url.get_secret_value()))
    if settings.payment_gateway_url is not None:
        found.append(("CALENDERA_PAYMENT_GATEWAY_URL", Channel.PAYMENTS, settings.payment_gateway_url))
    return [WayOut(variable, channel, urlsplit(url).hostname or "") for variable, channel, url in found]


async def check_ways_out(settings: Settings, now: datetime) -> None:
    """In production, raise SettingsError for a way out that is not covered; elsewhere, log it."""
    if await migrate.pending(settings.database_url.get_secret_value()):
        return
    problems = [text for way in ways_out(settings) if (text := await _problem(way, settings, now))]
    if not problems:
        return
    if settings.environment == "production":
        for text in problems:
            log.error(text)  # a library that reports our exception leaves its words out
        raise SettingsError("\n".join(problems))
    log.warning("the register of processors does not cover a way out; see calendera processors", count=len(problems))


async def _problem(way: WayOut, settings: Settings, now: datetime) -> str | None:
    home = home_of(None, settings.home_country)
    for parcel in sorted(PARCELS[way.channel], key=lambda one: (one.purpose.value, sorted(one.categories))):
        flow = Flow(way.channel, way.host, parcel.purpose, parcel.categories)
        refusal = (await decided(flow, home, now)).refusal
        if refusal is not None:
            # A line of the log ends after 200 characters.
            command = f"announce --channel {way.channel.value} --host {way.host} --name … --task … --country …"
            todo = command if refusal is EgressRefusal.NOT_REGISTERED else "list"
            return f"{way.variable}: {_ADVICE[refusal]} ({refusal.value}). Run: calendera processors {todo}"
    return None
