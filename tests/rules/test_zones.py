"""Zones come from the tzdata package, by their exact names."""

import os
import subprocess
import sys
import zoneinfo
from importlib import import_module

import pytest

from rules.zones import tzdata_version, zone, zone_names


def test_no_zone_comes_from_the_operating_system() -> None:
    assert zone("Europe/Berlin").key == "Europe/Berlin"
    assert zoneinfo.TZPATH == ()


def test_the_same_name_gives_the_same_object() -> None:
    assert zone("Asia/Kathmandu") is zone("Asia/Kathmandu")


def test_every_listed_zone_loads() -> None:
    assert len(zone_names()) > 500
    assert {zone(name).key for name in zone_names()} == zone_names()


@pytest.mark.parametrize(
    "name",
    [
        *["", " ", "../x", "Etc/../UTC", "/etc/localtime", "localtime", "posixrules", "Factory", "Europe", "Berlin"],
        *["EST5", "+02:00", "Europe/Berlin ", "Europe/Berlin\n", "Europe\\Berlin", "Europe/Berlin\0"],
    ],
)
def test_odd_names_are_refused_with_advice(name: str) -> None:
    with pytest.raises(ValueError, match="use an IANA name such as Europe/Berlin"):
        zone(name)


@pytest.mark.parametrize(
    ("name", "meant"), [("europe/berlin", "Europe/Berlin"), ("utc", "UTC"), ("AMERICA/NEW_YORK", "America/New_York")]
)
def test_a_wrong_case_is_refused_and_corrected(name: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"case sensitive, write {meant}$"):
        zone(name)


def test_the_version_is_that_of_the_installed_package() -> None:
    assert tzdata_version() == import_module("tzdata").IANA_VERSION


@pytest.mark.parametrize("program", ["app", "worker", "imports"])
def test_no_process_of_the_product_reads_zones_of_the_system_it_runs_on(program: str) -> None:
    """Whatever its environment says."""
    asked = f"import calendera.{program}, zoneinfo; print(zoneinfo.TZPATH)"
    elsewhere = {**os.environ, "PYTHONTZPATH": "/usr/share/zoneinfo", "TZ": "Asia/Kathmandu"}
    told = subprocess.run([sys.executable, "-c", asked], env=elsewhere, capture_output=True, text=True, check=True)
    assert told.stdout == "()\n"
