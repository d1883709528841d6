"""Shell blocks of a document, run one after the other, and the JSON that they print."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Shell:
    """What was set by one block is there in the next. `here` is what stands for `there` in this run."""

    folder: Path
    there: str
    here: str
    lines: str = ""

    def __call__(self, block: str) -> str:
        """What a block prints."""
        script = f"{self.lines}\n{block.replace(self.there, self.here)}"
        run = subprocess.run(["bash", "-euc", script], cwd=self.folder, capture_output=True, text=True, check=True)
        return run.stdout

    def sets(self, **variables: str) -> None:
        """Variables that whoever reads the document sets by hand."""
        self.lines += "".join(f"{name}='{value}'\n" for name, value in variables.items())


def answers(text: str) -> list[Any]:
    """The JSON values that stand one after the other in a text."""
    found, decoder = [], json.JSONDecoder()
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found
