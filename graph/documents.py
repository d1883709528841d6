"""Trusted documents: operations that are known before anybody asks, each for one kind of client.

Ours lie in `graph/documents/<client>/`, those that an operator adds for a page of their own in the same layout in
`CALENDERA_DOCUMENTS_DIR`. A widget may run nothing else, and only these are answered by GET to everybody. The id of a
document is the hash of its exact text, so a build that changes one word asks for an id that an older server does not
know instead of getting a different answer.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("documents")


class Client(enum.Enum):
    """Whose documents they are. The value is the name of their folder."""

    WIDGET = "widget"
    DASHBOARD = "dashboard"
    PAGES = "pages"


def document_id(text: str) -> str:
    """`sha256:` and 64 hexadecimal digits: the id of exactly this text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Document:
    """A text that one kind of client may run. `name` is that of its file, without the ending."""

    client: Client
    name: str
    text: str

    @property
    def id(self) -> str:
        """The hash of the text."""
        return document_id(self.text)


class Trusted:
    """Documents by id. Two kinds of client may have the same text; then either may run it."""

    def __init__(self, documents: Iterable[Document] = ()) -> None:
        self._documents: dict[str, list[Document]] = {}
        for document in documents:
            self._documents.setdefault(document.id, []).append(document)

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Trusted:
        """The documents in the folders of a folder. One that is missing is an incomplete installation and raises."""
        if not folder.is_dir():
            raise FileNotFoundError(f"No trusted documents: {folder} is missing from this installation.")
        return cls(read(client, file) for client, file in files_in(folder))

    def find(self, id_: str) -> list[Document]:
        """The documents with an id, one for each client who may run it."""
        return self._documents.get(id_, [])

    def of(self, client: Client) -> dict[str, str]:
        """Names and ids of one client's documents."""
        return {document.name: document.id for document in self if document.client is client}

    def __iter__(self) -> Iterator[Document]:
        return (document for same in self._documents.values() for document in same)

    def __len__(self) -> int:
        return len(self._documents)


class Added:
    """The operator's folder. Looked into again whenever somebody asks for an id that is not known: a page and its
    documents can be put up without stopping the server. What was there once stays known until the server stops, for
    pages that were loaded before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: set[tuple[Path, int, int]] = set()
        self._known: dict[str, list[Document]] = {}

    def find(self, id_: str) -> list[Document]:
        """The documents with an id, one for each client who may run it."""
        if id_ not in self._known:
            for client, file in files_in(self._folder):
                self._take(client, file)
        return self._known.get(id_, [])

    def _take(self, client: Client, file: Path) -> None:
        state = file.stat()
        # A file that is still being written is another one a moment later.
        seen = (file, state.st_mtime_ns, state.st_size)
        if seen in self._read:
            return
        self._read.add(seen)
        with suppress(UnicodeDecodeError):  # nobody can ask for it; `calendera documents --check` says so
            document = read(client, file)
            self._known.setdefault(document.id, []).append(document)


def files_in(folder: Path) -> list[tuple[Client, Path]]:
    """Every `<client>/<Name>.graphql` of a folder; none where there is no such folder."""
    return [(client, file) for client in Client for file in sorted((folder / client.value).glob("*.graphql"))]


def read(client: Client, file: Path) -> Document:
    """One document. Raises UnicodeDecodeError where it is not UTF-8."""
    # Bytes, not read_text(): translated line ends would change the hash.
    return Document(client, file.stem, file.read_bytes().decode())
