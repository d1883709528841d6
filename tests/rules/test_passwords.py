"""Long and unguessable is accepted, whatever it is made of; what guessers try first is refused, with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.passwords import MAXIMUM, PasswordProblem, prepared, problems

EMAIL = "ada.lovelace@example.com"


@pytest.mark.parametrize(
    "password",
    [
        "four sleepy otters drum",
        "Canada geese fly south",
        "vier schläfrige Otter",
        "四只瞌睡的水獭在敲鼓而且很开心呢",
        "🦦🥁🌙⛵🎻🍋🪁🧭🪵🕯🧊🌵🪗🛶🎏",
        "lovelace wrote the first program",
        "k3!vQz9#mW2@xR7$",
        "הלוטרה מתופפת בלילה",
    ],
)
def test_a_long_password_of_any_script_is_accepted(password: str) -> None:
    assert problems(password, EMAIL) == ()


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", PasswordProblem.TOO_SHORT),
        ("fourteen chars", PasswordProblem.TOO_SHORT),
        ("\ufdfa", PasswordProblem.TOO_SHORT),
        ("e\u0301" * 14, PasswordProblem.TOO_SHORT),
        ("x" * 257, PasswordProblem.TOO_LONG),
        ("\ufdfa" * 200, PasswordProblem.TOO_LONG),
        ("four sleepy\x00 otters", PasswordProblem.UNREADABLE),
        ("four sleepy\ud800 otters", PasswordProblem.UNREADABLE),
        ("ada.lovelace@example.com", PasswordProblem.CONTAINS_EMAIL),
        ("my ADA.Lovelace@Example.com!", PasswordProblem.CONTAINS_EMAIL),
        ("lovelace-ada-1815", PasswordProblem.CONTAINS_EMAIL),
        ("aaaaaaaaaaaaaaaa", PasswordProblem.REPETITIVE),
        ("abcabcabcabcabcabc", PasswordProblem.REPETITIVE),
        ("passwordpassword", PasswordProblem.REPETITIVE),
        ("hunter2hunter2hun", PasswordProblem.REPETITIVE),
        ("123456789012345", PasswordProblem.SEQUENCE),
        ("abcdefghijklmnopq", PasswordProblem.SEQUENCE),
        ("qwertyuiopasdfgh", PasswordProblem.SEQUENCE),
        ("ｑｗｅｒｔｙｕｉｏｐａｓｄｆｇｈ", PasswordProblem.SEQUENCE),
        ("Correct Horse Battery Staple 1", PasswordProblem.FAMOUS),
    ],
)
def test_what_guessers_try_first_is_refused(password: str, problem: PasswordProblem) -> None:
    assert problem in problems(password, EMAIL)


def test_with_a_second_factor_eight_characters_are_enough() -> None:
    assert problems("k3!vQz9#", EMAIL, second_factor=True) == ()
    assert problems("k3!vQz9", EMAIL, second_factor=True) == (PasswordProblem.TOO_SHORT_WITH_SECOND_FACTOR,)


def test_exactly_the_limits_are_accepted() -> None:
    letters = "four sleepy otters drum at the lake by night "
    assert problems(letters[:15], EMAIL) == ()
    assert problems((letters + letters[::-1] + "x" * MAXIMUM)[:MAXIMUM], EMAIL) == ()


def test_one_password_typed_on_two_keyboards_is_one_password() -> None:
    assert prepared("schl\u00e4frige") == prepared("schla\u0308frige")
    assert prepared("ｏｔｔｅｒ") == "otter"


def test_every_problem_says_what_to_do_and_none_repeats_the_password() -> None:
    for problem in PasswordProblem:
        assert problem.message.endswith(".")


@given(st.text(max_size=400), st.sampled_from([EMAIL, "", "a@b.co", "@"]), st.booleans())
def test_any_text_gets_an_answer_and_the_answer_is_stable(password: str, email: str, second_factor: bool) -> None:
    found = problems(password, email, second_factor=second_factor)
    assert found == problems(password, email, second_factor=second_factor)
    if not found:
        assert 8 <= len(prepared(password)) <= MAXIMUM
        assert prepared(prepared(password)) == prepared(password)
