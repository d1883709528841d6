"""Somebody with access to the server edits a published policy: then nothing is served."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT


def test_a_policy_edited_after_publishing_stops_the_server(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "privacy", tmp_path / "privacy")
    text = tmp_path / "privacy" / "versions" / "2026-11-23.toml"
    text.write_text(text.read_text("utf-8").replace("We neither sell", "We gladly sell"), "utf-8")
    program = Path(sys.executable).with_name("calendera")
    given = {name: value for name, value in os.environ.items() if not name.startswith("CALENDERA_")}
    given |= {"PYTHONPATH": str(tmp_path), "CALENDERA_DATA_DIR": str(tmp_path / "var"), "CALENDERA_PORT": "0"}
    subprocess.run([program, "migrate"], env=given, cwd=tmp_path, check=True, capture_output=True)
    served = subprocess.run([program, "serve"], env=given, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert served.returncode != 0
    assert "2026-11-23 was changed after it was published" in served.stderr
