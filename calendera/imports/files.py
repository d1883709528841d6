"""Opening a file that a person exported somewhere: which encoding, whether it is text at all, line by line."""

from __future__ import annotations

import codecs
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 50 * 1024 * 1024
_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Tabs, line ends and form feeds occur in text; DEL and the rest do not.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f]")

Advance = Callable[[int], None]


class Unreadable(Exception):
    """The file as a whole cannot be read. The message is one sentence without anything from inside the file."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file known to be text from its first byte to its last; `guessed` where the encoding had to be guessed."""

    path: Path
    encoding: str
    guessed: bool
    size: int

    def lines(self, advance: Advance = lambda _: None) -> Iterator[str]:
        """The lines with their ends as they are; `advance` hears how many bytes each took, about."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            for line in _bounded(iter(lambda: file.readline(_CHUNK), "")):
                advance(len(line))
                yield line


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if len(line) >= _CHUNK:
            raise Unreadable("The file has a line of a million characters; that is no export.")
        yield line


def examine(path: Path) -> TextFile:
    """Find out the encoding. Raises Unreadable for what is missing, too large, empty or no text."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable("This is not an ordinary file.")
        if found.st_size > LARGEST:
            raise Unreadable(f"The file has {found.st_size >> 20} MB; at most {LARGEST >> 20} MB are read at once.")
        return _known(path, found.st_size)
    except OSError as error:
        raise Unreadable(f"The file cannot be opened ({error.strerror}).") from None


def _known(path: Path, size: int) -> TextFile:
    if size == 0:
        raise Unreadable("The file is empty.")
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((encoding for bom, encoding in _BOMS if head.startswith(bom)), None)
    if marked is not None:
        if not _is_text(path, marked):
            raise Unreadable("The file does not hold the text that its first bytes promise; export it again.")
        return TextFile(path, marked, False, size)
    for encoding, guessed in (("utf-8", False), ("cp1252", True)):
        if _is_text(path, encoding):
            return TextFile(path, encoding, guessed, size)
    raise Unreadable("The file is not text; export it again, as UTF-8.")


def _is_text(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if _NO_TEXT.search(decoder.decode(chunk)):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
