"""Time zones, only from the `tzdata` package: an operating system's copy goes stale without anyone noticing."""

import zoneinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

# With an empty search path zoneinfo falls through to the package. The cache may hold zones that somebody
# loaded from the operating system before this module was imported.
zoneinfo.reset_tzpath(to=())
ZoneInfo.clear_cache()

# tzdata ships a placeholder that means "nobody has set a zone"; a business cannot keep hours in it.
_PLACEHOLDER = "Factory"


@cache
def zone_names() -> frozenset[str]:
    """Every zone name this program accepts, as the IANA database spells it (`Europe/Berlin`, `UTC`)."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - {_PLACEHOLDER}


def zone(name: str) -> ZoneInfo:
    """Return the zone called `name`; the same object every time, so zones compare and hash by identity.

    Raises ValueError, with the correct spelling when only the case is wrong, for any name not in `zone_names()`.
    """
    if name not in zone_names():
        raise ValueError(_advice(name))
    return _load(name)


@cache
def _load(name: str) -> ZoneInfo:
    # Bounded by zone_names(). Held here because zoneinfo itself keeps only the last eight zones alive.
    return ZoneInfo(name)


@cache
def _spellings() -> dict[str, str]:
    return {name.casefold(): name for name in zone_names()}


def _advice(name: str) -> str:
    meant = _spellings().get(name.casefold())
    if meant is not None:
        return f"unknown time zone: zone names are case sensitive, write {meant}"
    return "unknown time zone: use an IANA name such as Europe/Berlin, America/New_York or UTC"


@cache
def tzdata_version() -> str:
    """The release of the IANA database in use, such as `2026f`."""
    head = resources.files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text(encoding="ascii").partition("\n")[0]
    return head.removeprefix("# version ")
