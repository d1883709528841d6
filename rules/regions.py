"""Countries, and the regions within which personal data moves without a further safeguard."""

from functools import cache
from importlib import resources

from rules.zones import zone_names

EEA = "EEA"
_EEA = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT", "LV", "LI", "LT",
    "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})  # fmt: skip


def region_of(country: str) -> str:
    """`EEA` for its countries, whose law is one; every other country is a region of its own."""
    return EEA if country in _EEA else country


def clean_country(value: str) -> str:
    """Two letters of ISO 3166-1, as `DE`. Raises ValueError."""
    country = value.strip().upper()
    if country not in _countries():
        raise ValueError("write the country as two letters of ISO 3166-1, as DE or US")
    return country


def country_of_zone(zone: str) -> str | None:
    """The country whose clocks a zone shows; None for a zone of no country, as `UTC`."""
    return _zones().get(zone)


def _table(name: str) -> list[list[str]]:
    text = resources.files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code, _name in _table("iso3166.tab"))


@cache
def _zones() -> dict[str, str]:
    found = {row[2]: row[0] for row in _table("zone.tab")}
    rules = resources.files("tzdata.zoneinfo").joinpath("tzdata.zi").read_text(encoding="ascii").splitlines()
    # Other names of a zone, as `US/Central`. One that has a country of its own in the table keeps it.
    links = [line.split()[1:3] for line in rules if line.startswith("L ")]
    for target, alias in links:
        if target in found and alias in zone_names() and not alias.startswith("Etc/"):
            found.setdefault(alias, found[target])
    return found
