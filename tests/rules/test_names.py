"""Names of every script and every emoji pass unharmed; what hides, breaks or overflows is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.names import (
    RESERVED_SLUGS,
    clean_name,
    clean_note,
    clean_slug,
    clean_tag,
    clean_tags,
    numbered_slug,
    suggest_slug,
)


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "O’Brien-Smith, Jr.",
        "عائشة بنت أبي بكر",
        "עדה לאבלייס",
        "می‌خواهم",
        "王小明",
        "অমর্ত্য সেন",
        "Nguyễn Thị Minh Khai",
        "👩‍👩‍👧‍👦 Family",
        "👍🏽",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f Pub",
        "🇳🇿 Tutor",
        "<script>alert(1)</script>",
        "x",
    ],
)
def test_a_legitimate_name_is_kept_as_it_is(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("  Ada \t King\u00a0\u3000Lovelace\n", "Ada King Lovelace"),
        ("e\u0301mile", "\u00e9mile"),
        ("\u202eadA\u202c", "adA"),
        ("\u2066Ada\u2069", "Ada"),
        ("Ad\u200ba\ufeff", "Ada"),
        ("A\u00add\u2060a", "Ada"),
        ("Ada\U000e0041\U000e0042", "Ada"),
        ("Ada\r\nBcc: eve@example.com", "Ada Bcc: eve@example.com"),
    ],
)
def test_spaces_and_hidden_characters_are_tidied(typed: str, clean: str) -> None:
    assert clean_name(typed) == clean


@pytest.mark.parametrize(
    "name",
    ["", "   ", "\u200b", "\u200d\u200d", "\u3164", "\u2800", "\u0301", "\u202e\u202c"],
)
def test_a_name_that_nobody_can_see_is_empty(name: str) -> None:
    with pytest.raises(ValueError, match="The name is empty; write at least 1 character"):
        clean_name(name)


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x9f", "\ud800", "\ufdd0", "\uffff", "\U0001fffe"])
def test_controls_and_halves_of_characters_are_refused(char: str) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(char):04X}"):
        clean_name(f"Ada{char}")


def test_a_heap_of_accents_is_refused() -> None:
    with pytest.raises(ValueError, match="accents on one letter"):
        clean_name("z" + "\u0316" * 9)


@pytest.mark.parametrize("length", [121, 300, 10_000_000])
def test_a_long_name_is_refused_with_the_limit(length: int) -> None:
    with pytest.raises(ValueError, match=f"at most 120 characters, this has {length}"):
        clean_name("n" * length, "business name")


def test_120_characters_are_accepted_however_they_were_composed() -> None:
    assert clean_name("e\u0301" * 120) == "\u00e9" * 120
    assert clean_name(" " * 300 + "n" * 120) == "n" * 120


def test_a_note_keeps_its_lines_and_may_be_empty() -> None:
    assert clean_note(" allergic\r\nto   latex \r\r\n\n\n\nsee file ") == "allergic\nto latex\n\nsee file"
    assert clean_note(" \n ") == ""
    assert len(clean_note("é" * 4000)) == 4000
    with pytest.raises(ValueError, match="The note is too long: at most 4000"):
        clean_note("é" * 4001)


def test_tags_are_kept_once_in_their_order() -> None:
    assert clean_tags(["VIP", " regular ", "vip", "Stammgast"]) == ("VIP", "regular", "Stammgast")
    assert clean_tags([]) == ()
    with pytest.raises(ValueError, match="at most 20"):
        clean_tags(str(number) for number in range(21))
    with pytest.raises(ValueError, match="comma"):
        clean_tag("a,b")
    with pytest.raises(ValueError, match="at most 40"):
        clean_tag("t" * 41)


@pytest.mark.parametrize(("typed", "slug"), [("river-street", "river-street"), (" River2 ", "river2"), ("a1b", "a1b")])
def test_a_slug_is_small_letters_digits_and_hyphens(typed: str, slug: str) -> None:
    assert clean_slug(typed) == slug


@pytest.mark.parametrize(
    "slug",
    ["", "ab", "a" * 61, "-ab", "ab-", "a--b", "a_b", "café", "a b", "a/b", "../..", "ab\n", "١٢٣", "s" * 10_000_000],
)
def test_other_slugs_are_refused(slug: str) -> None:
    with pytest.raises(ValueError, match=r"^The slug"):
        clean_slug(slug)


def test_reserved_slugs_are_refused_with_a_way_out() -> None:
    assert {"graphql", "embed", "api", "admin", "calendera", "healthz"} <= RESERVED_SLUGS
    with pytest.raises(ValueError, match="`admin-berlin`"):
        clean_slug("Admin")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Café & Bar  №1", "cafe-bar-no1"),
        ("Große Straße", "grosse-strasse"),
        ("Admin", None),
        ("王小明", None),
        ("💇", None),
        ("long " * 40, ("long-" * 12)[:-1]),
    ],
)
def test_a_slug_is_suggested_where_a_name_has_latin_letters(name: str, slug: str | None) -> None:
    assert suggest_slug(name) == slug


@given(st.text(st.characters() | st.sampled_from(" \t\r\n\u0301\u200d\u202e\u115f"), max_size=60))
def test_cleaning_twice_changes_nothing_and_a_clean_name_can_be_stored(text: str) -> None:
    for clean in (clean_name, clean_note, clean_tag, clean_slug):
        try:
            once = clean(text)
        except ValueError:
            continue
        assert clean(once) == once
        assert "\x00" not in once
        assert once.encode().decode() == once


@pytest.mark.parametrize(
    ("slug", "taken", "free"),
    [
        ("cut", {"cut-2"}, "cut"),
        ("cut", {"cut", "cut-2", "cut-4"}, "cut-3"),
        ("a" * 60, {"a" * 60}, "a" * 58 + "-2"),
        ("a" * 57 + "-bc", {"a" * 57 + "-bc"}, "a" * 57 + "-2"),
    ],
)
def test_a_slug_in_use_gets_the_first_free_number_and_stays_a_slug(slug: str, taken: set[str], free: str) -> None:
    assert numbered_slug(slug, taken) == free == clean_slug(free)
