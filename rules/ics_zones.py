"""Which time zone an iCalendar file means by a TZID: IANA names, Windows names, paths, or rules of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, cast

from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from rules.ics_lines import Component
from rules.zones import zone, zone_names

_IANA = {name.casefold(): name for name in zone_names()}
# Names that Exchange writes beside those in the registry of Windows.
_MORE = {"utc": "UTC", "gmt": "UTC", "tzone://microsoft/utc": "UTC"}
_WINDOWS = {name.casefold(): iana for name, iana in WINDOWS_TO_OLSON.items()}


def known_zone(tzid: str) -> tzinfo | None:
    """The zone of an IANA name, a Windows name, or a path that ends in an IANA name; None for other texts."""
    name = tzid.strip().strip('"').casefold()
    direct = _MORE.get(name) or _IANA.get(name) or _IANA.get(_WINDOWS.get(name, "").casefold())
    if direct:
        return zone(direct)
    parts = name.split("/")  # /freeassociation.sourceforge.net/Europe/Berlin, /citadel.org/20260101_1/America/New_York
    ends = ("/".join(parts[start:]) for start in range(1, min(len(parts), 8)))
    return next((zone(_IANA[end]) for end in ends if end in _IANA), None)


def declared_zone(block: Component) -> tuple[str, tzinfo] | None:
    """(TZID, zone) of a VTIMEZONE: by its name where that is known, else by its rules. None where it says nothing.

    Names come first: the rules that calendars export often hold for the present only.
    """
    named = {word: text for word, _, text in (line.partition(":") for line in block.lines)}
    tzid = next((text for word, text in named.items() if word.partition(";")[0].upper() == "TZID"), "").strip()
    if not tzid:
        return None
    for name in (tzid, named.get("X-LIC-LOCATION", "")):
        found = known_zone(name)
        if found is not None:
            return tzid, found
    own = _by_rules(block)
    return (tzid, own) if own is not None else None


def _by_rules(block: Component) -> tzinfo | None:
    try:
        text = "\r\n".join(block.lines) + "\r\n"
        found: tzinfo = cast("Any", Timezone).from_ical(text).to_tz(lookup_tzid=False)
        found.utcoffset(datetime(2030, 1, 1))  # rules that cannot be computed fail here, not at the first event
    except Exception:
        # Any file may come: whatever the library raises for nonsense, the zone is not known, and each event that
        # needs it says so.
        return None
    return found


def zone_by_tzid(tzid: str, declared: Mapping[str, tzinfo]) -> tzinfo | None:
    """The zone that a property means by its TZID."""
    return declared.get(tzid.strip()) or known_zone(tzid)
