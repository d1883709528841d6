"""What strangers type into a form reaches the mailbox of anybody they name: never as something to click on."""

import pytest

from calendera.mail_words import sign_up, sign_up_existing, typed

BAIT = ["Win at https://evil.example now", "evil.example", "www.evil.example", "write to a@evil.example", "evil.co/x"]
NAMES = ["Ada Lovelace", "J. R. R. Tolkien", "J.R. Smith", "Zoë O’Brien 🌸", "李小龍", "Salon No. 5", "Müller & Co."]


@pytest.mark.parametrize("bait", BAIT)
def test_what_can_be_clicked_on_is_left_out(bait: str) -> None:
    link = "http://127.0.0.1:8000/confirm-sign-up#token=su_x"
    letters = [sign_up(bait, bait, "noon", link, "su_x"), sign_up_existing(bait, "noon", link, "su_x")]
    for letter in letters:
        assert "evil" not in letter.text + letter.subject
        assert letter.text.count("://") == 1 and letter.text.startswith("Hello,\n")


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_as_they_are(name: str) -> None:
    assert typed(name, "") == name
    assert sign_up(name, name, "noon", "link", "su_x").text.startswith(f"Hello {name},\n")
