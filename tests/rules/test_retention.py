"""Periods end exactly when the rule says, never before, and a setting outside the platform's limits never counts."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.retention import (
    RULES,
    SETTABLE,
    Claim,
    RetentionClass,
    Unit,
    due_at,
    due_on,
    is_due,
    kept_until,
    validate_setting,
)

ENDED = datetime(2026, 3, 8, 15, 0, tzinfo=UTC)


@pytest.mark.promise("7.1")
def test_every_class_has_one_rule_whose_default_is_within_its_limits() -> None:
    assert set(RULES) == set(RetentionClass)
    assert all(0 < rule.least <= rule.default <= rule.most for rule in RULES.values())


def test_a_business_chooses_for_bookings_customers_and_mail_only() -> None:
    assert SETTABLE == (RetentionClass.BOOKING, RetentionClass.CUSTOMER, RetentionClass.MAIL)


def test_a_booking_is_due_24_months_after_the_appointment_and_not_a_day_earlier() -> None:
    due = datetime(2028, 3, 8, 15, 0, tzinfo=UTC)
    assert due_at(RetentionClass.BOOKING, ENDED) == due
    assert not is_due(RetentionClass.BOOKING, ENDED, due - timedelta(days=1))
    assert not is_due(RetentionClass.BOOKING, ENDED, due - timedelta(microseconds=1))
    assert is_due(RetentionClass.BOOKING, ENDED, due)
    assert is_due(RetentionClass.BOOKING, ENDED, due + timedelta(days=1))


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        (RetentionClass.ACCOUNT, ENDED + timedelta(days=90)),
        (RetentionClass.SESSION, ENDED + timedelta(days=30)),
        (RetentionClass.SECURITY_LOG, ENDED + timedelta(days=180)),
        (RetentionClass.MAIL, ENDED + timedelta(days=30)),
        (RetentionClass.EXPORT, ENDED + timedelta(hours=24)),
        (RetentionClass.HOLD, ENDED + timedelta(hours=24)),
    ],
)
def test_the_defaults(kind: RetentionClass, due: datetime) -> None:
    assert due_at(kind, ENDED) == due


@pytest.mark.parametrize("months", [1, 24, 84])
def test_a_business_may_keep_bookings_for_1_to_84_months(months: int) -> None:
    assert validate_setting(RetentionClass.BOOKING, months) == months


@pytest.mark.parametrize("months", [-1, 0, 85, 10**9])
def test_a_period_outside_the_limits_is_refused_with_the_limits(months: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 84 months"):
        validate_setting(RetentionClass.BOOKING, months)
    with pytest.raises(ValueError, match="between 1 and 84 months"):
        due_at(RetentionClass.BOOKING, ENDED, months)


def test_a_period_the_platform_fixes_cannot_be_chosen() -> None:
    with pytest.raises(ValueError, match="fixed at 24 hours"):
        validate_setting(RetentionClass.EXPORT, 24)


def test_months_end_where_the_calendar_does() -> None:
    assert due_on(RetentionClass.BOOKING, datetime(2026, 1, 31, 12, tzinfo=UTC), 1) == date(2026, 2, 28)
    assert due_on(RetentionClass.BOOKING, datetime(2028, 2, 29, 12, tzinfo=UTC), 12) == date(2029, 2, 28)
    assert due_on(RetentionClass.BOOKING, datetime(2026, 12, 31, 12, tzinfo=UTC), 2) == date(2027, 2, 28)


def test_the_period_counts_in_utc_whatever_the_offset() -> None:
    auckland = timezone(timedelta(hours=13))
    assert due_at(RetentionClass.BOOKING, ENDED.astimezone(auckland)) == due_at(RetentionClass.BOOKING, ENDED)
    assert due_on(RetentionClass.BOOKING, datetime(2026, 2, 1, 5, tzinfo=auckland), 1) == date(2026, 2, 28)


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        due_at(RetentionClass.BOOKING, datetime(2026, 3, 8, 15, 0))


def test_a_row_stays_while_any_purpose_covers_it() -> None:
    booking = Claim(RetentionClass.BOOKING, ENDED, 1)
    log = Claim(RetentionClass.SECURITY_LOG, ENDED)
    assert kept_until([booking, log]) == due_at(RetentionClass.SECURITY_LOG, ENDED)
    assert kept_until([booking]) == due_at(RetentionClass.BOOKING, ENDED, 1)
    assert kept_until([]) is None


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(SETTABLE),
    st.data(),
)
def test_a_longer_choice_never_ends_earlier(since: datetime, kind: RetentionClass, data: st.DataObject) -> None:
    rule = RULES[kind]
    shorter = data.draw(st.integers(rule.least, rule.most))
    longer = data.draw(st.integers(shorter, rule.most))
    assert since < due_at(kind, since, shorter) <= due_at(kind, since, longer)
    if rule.unit is Unit.MONTHS:
        assert due_at(kind, since, shorter).timetz() == since.timetz()
