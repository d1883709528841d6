import asyncio
import os
import re
import stat
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr

from calendera.mail import MailNotSent, UnsafeMail, compose, mailer_for
from calendera.mail_smtp import SmtpMailer, SmtpServer
from calendera.mail_spool import SpoolMailer
from calendera.settings import Settings
from tests.clock import FrozenClock

KEY = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
CLOCK = FrozenClock(datetime(2025, 11, 22, 18, 34, 55, 123456, tzinfo=UTC))


def mail(
    to: str = "anna@customer.example", subject: str = "Your booking — Größe M ✓", text: str = "See you."
) -> EmailMessage:
    return compose(
        sender="Salon Ünique <salon@calendera.example>", to=to, subject=subject, text=text, key=KEY, clock=CLOCK
    )


def test_a_composed_mail_reads_as_meant_and_is_recognised_when_sent_twice() -> None:
    message = message_from_bytes(mail().as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "Your booking — Größe M ✓"
    assert message["From"] == "Salon Ünique <salon@calendera.example>"
    assert message["Message-ID"] == f"<{KEY}@calendera.example>"
    assert message["Date"] == "Sat, 22 Nov 2025 18:34:55 +0000"
    assert message.get_content().strip() == "See you."


@pytest.mark.parametrize(
    "to",
    [
        "",
        "anna",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\nX: y",
        "a@b.example, c@d.example",
        "A <a@b.example>",
        "a@b.example\0",
    ],
)
def test_what_is_not_exactly_one_address_is_refused(to: str) -> None:
    with pytest.raises(UnsafeMail):
        mail(to=to)


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: c@d.example", "Hi\nX-Evil: 1", "Hi\r"])
def test_a_subject_cannot_become_a_header(subject: str) -> None:
    with pytest.raises(UnsafeMail):
        mail(subject=subject)


def lax(**headers: str) -> EmailMessage:
    """A message whose policy checks nothing, as a careless caller might build it."""
    message = EmailMessage(policy.compat32)
    for name, value in {"From": "a@b.example", "To": "c@d.example", **headers}.items():
        Message.__setitem__(message, name, value)
    message.set_payload("x")
    return message


@pytest.mark.parametrize(
    "headers",
    [
        {"Subject": "Hi\r\nBcc: e@f.example"},
        {"X": "a\nb"},
        {"To": "c@d.example, e@f.example"},
        {"From": ""},
        {"Cc": "e@f.example"},
        {"Bcc": "e@f.example"},
    ],
)
async def test_no_mailer_sends_an_unsafe_message(tmp_path: Path, headers: dict[str, str]) -> None:
    with pytest.raises(UnsafeMail):
        await SpoolMailer(tmp_path, CLOCK).send(lax(**headers))
    with pytest.raises(UnsafeMail):
        await SmtpMailer(SmtpServer("smtp", "127.0.0.1", 1)).send(lax(**headers))
    assert os.listdir(tmp_path) == []


async def test_the_spool_holds_whole_mails_named_by_time_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "mail"
    mailer = SpoolMailer(folder, CLOCK)
    await asyncio.gather(*(mailer.send(mail(text=f"mail {number}")) for number in range(20)))
    files = sorted(folder.iterdir())
    assert len(files) == 20
    assert all(re.fullmatch(r"20251122T183455\.123456Z-[0-9a-f]{8}\.eml", file.name) for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    bodies = {str(message_from_bytes(file.read_bytes()).get_payload(decode=True)) for file in files}
    assert len(bodies) == 20


async def test_a_spool_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where the folder should be")
    with pytest.raises(MailNotSent) as caught:
        await SpoolMailer(tmp_path / "mail", CLOCK).send(mail())
    assert (caught.value.code, caught.value.temporary) == ("SPOOL_NOT_WRITABLE", True)


def test_the_settings_choose_the_mailer(tmp_path: Path) -> None:
    assert isinstance(mailer_for(Settings(mail_spool=tmp_path)), SpoolMailer)
    smtp = mailer_for(Settings(smtp_url=SecretStr("smtp+starttls://me%40x:p%2Fw@mail.example")))
    assert isinstance(smtp, SmtpMailer)
    assert smtp.server == SmtpServer("smtp+starttls", "mail.example", 587, "me@x", "p/w")
    assert "p/w" not in repr(smtp.server)
