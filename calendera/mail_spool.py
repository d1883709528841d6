"""Mails as files, for machines without a mail server: any mail program opens an .eml."""

import asyncio
import os
import secrets
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

from calendera.clock import Clock
from calendera.mail import MailNotSent, refuse_unsafe


class SpoolMailer:
    """Writes each mail into `folder` as `20251122T183455.123456Z-<random>.eml`: names sort by time and name nobody."""

    host: str | None = None

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self.clock = clock

    async def send(self, message: EmailMessage) -> None:
        """Write the mail. Readers of the folder see the whole file or none."""
        refuse_unsafe(message)
        content = message.as_bytes(policy=SMTPUTF8)
        name = f"{self.clock.now():%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        try:
            await asyncio.to_thread(self._write, name, content)
        except OSError:
            raise MailNotSent("SPOOL_NOT_WRITABLE", temporary=True) from None

    def _write(self, name: str, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.folder / f".{name}.part"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.folder / name)
        finally:
            draft.unlink(missing_ok=True)
