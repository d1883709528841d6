"""Trusted documents: operations that we wrote ourselves and shipped in `graph/documents/`.

A widget may run only these, and only these may be asked for by GET. The id of a document is the hash of its exact
text, so a build that changes one word asks for an id that an older server does not know instead of getting a
different answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = Path(__file__).with_name("documents")


def document_id(text: str) -> str:
    """`sha256:` and 64 hexadecimal digits: the id of exactly this text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


class Trusted:
    """The shipped documents by id. `names` keeps the file each came from, for messages to us."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """`texts` maps a name, such as a file's, to the document's text."""
        self._texts = {document_id(text): text for text in texts.values()}
        self.names = {document_id(text): name for name, text in texts.items()}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Trusted:
        """Read every `*.graphql` of the folder. A missing folder is an incomplete installation and raises."""
        if not folder.is_dir():
            raise FileNotFoundError(f"No trusted documents: {folder} is missing from this installation.")
        # Bytes, not read_text(): translated line ends would change the hash.
        return cls({file.name: file.read_bytes().decode() for file in sorted(folder.glob("*.graphql"))})

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Pairs of id and text."""
        return iter(self._texts.items())

    def __len__(self) -> int:
        return len(self._texts)
