"""Whether a message may leave: each reason against it, and the regions between which a safeguard is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from rules.regions import clean_country, country_of_zone, region_of
from rules.sharing import (
    FIRST_DAY,
    NOTICE,
    Channel,
    EgressRefusal,
    Flow,
    Purpose,
    Recipient,
    Registered,
    Safeguard,
    decide,
    on_this_machine,
    starts_at,
)

NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)
R = EgressRefusal
MAIL = Flow(Channel.MAIL, "smtp.example.com", Purpose.COMMUNICATION, {"user.contact.email"})
POST = Registered(
    UUID(int=1), Channel.MAIL, ["smtp.example.com"], {Purpose.COMMUNICATION}, {"user.contact.email"}, "US",
    Safeguard.STANDARD_CLAUSES, date(2027, 1, 11), NOW, None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("flow", "terms", "refusal"),
    [
        ({}, {}, None),
        ({"host": "SMTP.example.com"}, {}, None),
        ({"host": "smtp.example.com.evil.example"}, {}, R.NOT_REGISTERED),
        ({"channel": Channel.PAYMENTS}, {}, R.NOT_REGISTERED),
        ({"purpose": Purpose.SERVICE}, {}, R.PURPOSE_NOT_ALLOWED),
        ({"categories": {"user.contact.email", "user.name"}}, {}, R.CATEGORY_NOT_DECLARED),
        ({}, {"starts_at": NOW + timedelta(microseconds=1)}, R.NOT_YET),
        ({}, {"ended_at": NOW}, R.ENDED),
        ({}, {"safeguard_until": date(2027, 1, 10)}, R.TRANSFER_BLOCKED),
        ({}, {"safeguard": None, "safeguard_until": None}, R.TRANSFER_BLOCKED),
        ({}, {"country": "FR", "safeguard": None, "safeguard_until": None}, None),
        ({"host": "127.0.0.1"}, {"hosts": ["127.0.0.1"], "ended_at": NOW}, R.ENDED),
    ],
)
def test_each_reason_why_a_message_stays(flow: dict, terms: dict, refusal: R | None) -> None:  # type: ignore[type-arg]
    decision = decide(replace(MAIL, **flow), [replace(POST, **terms)], "EEA", NOW)
    assert decision.refusal is refusal and decision.recipient is Recipient.PROCESSOR


def test_nobody_has_to_be_registered_for_this_machine_or_for_a_question_about_nobody() -> None:
    assert decide(replace(MAIL, host="127.0.0.1"), [], None, NOW).recipient is Recipient.OWN_MACHINE
    asking = Flow(Channel.CALENDARS, "calendar.example", Purpose.SERVICE, ())
    assert decide(asking, [], None, NOW).recipient is Recipient.CHOSEN
    assert decide(replace(asking, categories={"user.name"}), [], None, NOW).refusal is R.NOT_REGISTERED
    assert not any(map(on_this_machine, ["127.0.0.1.example.com", "127.example", "10.0.0.1", "localhost.example", ""]))


def test_terms_that_were_announced_anew_count_but_no_objection_ends_by_them() -> None:
    ended, fresh = replace(POST, ended_at=NOW - DAY), replace(POST, id=UUID(int=2))
    assert decide(MAIL, [ended, fresh], "US", NOW).processor == fresh
    assert decide(MAIL, [ended, fresh], "US", NOW, {ended.id}).refusal is R.OBJECTED


def test_a_newcomer_counts_after_the_notice_but_for_the_first_day_of_the_register() -> None:
    for accounts, first, earliest in (
        (False, NOW - 9 * DAY, NOW), (True, None, NOW), (True, NOW - FIRST_DAY, NOW),
        (True, NOW - 9 * DAY, NOW + NOTICE),
    ):  # fmt: skip
        assert starts_at(None, NOW, accounts=accounts, first=first) == earliest
        assert starts_at(NOW - DAY, NOW, accounts=accounts, first=first) == earliest
        assert starts_at(NOW + 99 * DAY, NOW, accounts=accounts, first=first) == NOW + 99 * DAY


def test_the_european_economic_area_is_one_region() -> None:
    assert [region_of(one) for one in ("DE", "NO", "CH", "US")] == ["EEA", "EEA", "CH", "US"]
    zones = {"Europe/Berlin": "DE", "America/Chicago": "US", "US/Central": "US", "Europe/Oslo": "NO", "UTC": None}
    assert {zone: country_of_zone(zone) for zone in zones} == zones
    assert clean_country(" de ") == "DE"
    with pytest.raises(ValueError, match="two letters"):
        clean_country("XX")
