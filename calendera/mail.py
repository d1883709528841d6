"""One way to send a mail: `Mailer.send`. Over SMTP when there is a server, else into a folder of .eml files.

MailNotSent          it did not leave; `temporary` says whether trying again can help
UnsafeMail           the message itself must not be sent (ValueError)
"""

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, parseaddr
from typing import Protocol
from uuid import UUID

from calendera.clock import Clock
from calendera.mail_words import CalendarFile
from calendera.settings import Settings
from rules.ics_writing import calendar_text


class MailNotSent(Exception):
    """The mail did not leave. `temporary`: worth trying again. `code`: why. `status`: the server's, if it said one.

    The server's own words are left out, because they quote the recipient.
    """

    def __init__(self, code: str, *, temporary: bool, status: int | None = None) -> None:
        super().__init__(f"{code} {status}" if status else code)
        self.code = code
        self.temporary = temporary
        self.status = status


class UnsafeMail(ValueError):
    """The message has a line break inside a header, or not exactly one sender and one recipient."""


class Mailer(Protocol):
    """Where mails go."""

    host: str | None  # that a mail is sent to; None where it stays on this machine

    async def send(self, message: EmailMessage) -> None:
        """Send to the one recipient. Raises MailNotSent or UnsafeMail. At least once: a lost answer may mean two."""


def mailer_for(settings: Settings, clock: Clock | None = None) -> Mailer:
    """The mailer that the settings ask for."""
    from calendera.mail_smtp import SmtpMailer, SmtpServer
    from calendera.mail_spool import SpoolMailer

    if settings.smtp_url is not None:
        return SmtpMailer(SmtpServer.from_url(settings.smtp_url.get_secret_value()))
    return SpoolMailer(settings.mail_spool, clock or Clock())


def compose(*, sender: str, to: str, subject: str, text: str, key: UUID, clock: Clock) -> EmailMessage:
    """A plain mail to one address. `key` becomes the Message-ID, so that a mail sent twice is recognised.

    Raises UnsafeMail for an address or subject that is not exactly that.
    """
    name, address = parseaddr(sender)
    message = EmailMessage()
    try:
        author = Address(name, addr_spec=address)
        message["From"] = author
        message["To"] = Address(addr_spec=to)
        message["Subject"] = subject
    except (ValueError, IndexError, HeaderParseError):
        raise UnsafeMail("an address or the subject is malformed") from None
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<{key}@{author.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    refuse_unsafe(message)
    return message


def attach(message: EmailMessage, file: CalendarFile) -> None:
    """Add appointments for the reader's calendar. The sender is its organizer, which both methods want named."""
    text = calendar_text(file.entries, file.method, (file.business, parseaddr(str(message["From"]))[1]))
    # As bytes, for RFC 5545 wants the line ends of the network, which text loses on its way.
    said = {"method": file.method, "charset": "utf-8"}
    message.add_attachment(text.encode(), "text", "calendar", params=said, filename="appointment.ics")


def refuse_unsafe(message: EmailMessage) -> None:
    """Raise UnsafeMail unless no header can be mistaken for two, and one address sends to one address.

    One mail has one reader: two recipients would show each the other's address.
    """
    for name, value in message.raw_items():
        if any(end in f"{name}{value}" for end in "\r\n\0"):
            raise UnsafeMail("a header has a line break in it")
    for header in ("From", "To"):
        found = [address for _, address in getaddresses([str(value) for value in message.get_all(header, [])])]
        if len(found) != 1 or not found[0]:
            raise UnsafeMail(f"{header} is not exactly one address")
    if message["Cc"] or message["Bcc"]:
        raise UnsafeMail("a mail has one recipient")
