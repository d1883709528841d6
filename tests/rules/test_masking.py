"""A mask must never tell a short value, never break a character, and never depend on anything but the value."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.graphemes import graphemes
from rules.masking import Mask, mask, mask_email, mask_name, mask_phone, mask_text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Lovelace", "A… L…"),
        ("  Ada   King  Lovelace ", "A… L…"),
        ("Prince", "P…"),
        ("Bo Li", "… …"),
        ("A", "…"),
        ("王小明", "王…"),
        ("王明", "…"),
        ("עדה לאבלייס", "ע… ל…"),
        ("\u202eAda\u202c Byron", "A… B…"),
        ("e\u0301mile Zola", "e\u0301… Z…"),
        ("👩🏽‍🦰mary", "👩🏽‍🦰…"),
        ("👨‍👩‍👧‍👦", "…"),
        ("🇩🇪🇫🇷🇯🇵", "🇩🇪…"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "…"),
        ("z" + "\u0300" * 40 + "algo", "…"),
        ("   ", "…"),
        ("", ""),
    ],
)
def test_a_name_shows_the_first_grapheme_of_its_first_and_last_word(name: str, shown: str) -> None:
    assert mask(Mask.NAME, name) == shown


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("ada@example.com", "a…@e….com"),
        ("ada@mail.example.co.uk", "a…@m….uk"),
        ("al@example.com", "…@e….com"),
        ("ada@x.io", "a…@….io"),
        ("ada@localhost", "a…@…"),
        ("ada@lovelace.lovelace", "a…@…"),
        ("not an address", "…"),
        ("@example.com", "…"),
        ("😀😀😀@example.com", "😀…@e….com"),
        ("", ""),
    ],
)
def test_an_email_shows_two_letters_and_its_top_domain(email: str, shown: str) -> None:
    assert mask(Mask.EMAIL, email) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+1 555 123 2253", "+1 ••• ••53"),
        ("+15551232253", "+1 ••• ••53"),
        ("(+49) 30 901820", "+49 ••• ••20"),
        ("0049 30 901820", "+49 ••• ••20"),
        ("+353 1 679 3077", "+353 ••• ••77"),
        ("+４９ ３０ ９０１８２０", "+49 ••• ••20"),
        ("٠٣٠ ٩٠١٨٢٠", "••• ••20"),
        ("030 901820", "••• ••20"),
        ("110", "••• ••••"),
        ("+1 911", "••• ••••"),
        ("call me", "••• ••••"),
        ("", ""),
    ],
)
def test_a_phone_shows_its_country_and_last_two_digits_unless_it_is_short(phone: str, shown: str) -> None:
    assert mask(Mask.PHONE, phone) == shown


def test_text_shows_only_that_it_exists() -> None:
    assert mask_text("allergic to latex") == "…"
    assert mask(Mask.TEXT, "") == ""


@given(st.text(max_size=40))
def test_graphemes_lose_and_invent_nothing(text: str) -> None:
    assert "".join(graphemes(text)) == text


@given(st.sampled_from(Mask), st.text(min_size=1, max_size=60))
def test_every_mask_shows_something_and_less_than_the_value(kind: Mask, value: str) -> None:
    shown = mask(kind, value)
    told = [char for char in shown if char not in "…•@ +."]
    assert shown
    assert len(told) < max(1, len("".join(value.split())))


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=4))
def test_a_masked_name_shows_at_most_a_third_of_each_word(words: list[str]) -> None:
    shown = mask_name(" ".join(words)).split(" ")
    for word, part in zip([words[0], words[-1]], shown, strict=False):
        assert part == (f"{word[0]}…" if len(word) >= 3 else "…")


@given(st.text(max_size=30), st.text(max_size=30))
def test_masks_never_begin_a_part_with_a_stray_mark_or_control(first: str, second: str) -> None:
    for shown in (mask_name(first), mask_email(f"{first}@{second}"), mask_phone(first)):
        assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in shown)
        assert not any(char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" for char in shown)


@given(st.text("0123456789", min_size=1, max_size=6))
def test_short_numbers_show_no_digit(digits: str) -> None:
    assert not any(char.isdigit() for char in mask_phone(digits))
