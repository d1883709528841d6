"""What names are found and sorted by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.searching import search_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Zoë  ŁUKASZ", "zoe lukasz"), ("Straße", "strasse"), ("STRASSE", "strasse"), ("İstanbul", "istanbul"),
        ("ISPARTA", "isparta"), ("Ísland", "island"), ("ΣΊΣΥΦΟΣ", "σισυφοσ"), ("Σίσυφος", "σισυφοσ"),
        ("Ａｄａ", "ada"), ("Ångström", "angstrom"), ("שָׁלוֹם", "שלום"), ("ﬁancée", "fiancee"), ("Ø", "o"),
        ("\u200fعمر", "عمر"), ("  a\tb\n", "a b"), ("", ""), ("👩‍👧", "👩👧"), ("50%_", "50%_"),
    ],
)  # fmt: skip
def test_spellings_that_a_person_would_call_the_same_have_one_key(text: str, key: str) -> None:
    assert search_key(text) == key


@given(st.text(max_size=40))
def test_a_key_is_its_own_key_and_has_no_capitals(text: str) -> None:
    key = search_key(text)
    assert search_key(key) == key
    assert not any("A" <= char <= "Z" for char in key)


@given(st.text(max_size=20), st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=10))
def test_a_word_of_a_name_is_found_in_it(before: str, word: str) -> None:
    assert search_key(word) in search_key(f"{before} {word} ")
