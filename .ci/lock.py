"""Write requirements.lock: every package of this environment that pyproject.toml needs, directly or through another.

`python .ci/lock.py` writes it, `python .ci/lock.py --check` says what is not as it should be. The reason for each
direct package stands beside its pin in pyproject.toml; for the others the lock says who brings them.
"""

import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
LOCK = ROOT / "requirements.lock"
HEADER = """\
# Every package, at the version that the tests ran with. Written by `make lock`. The direct ones are pinned in
# pyproject.toml, each with its reason. No index is named here: pip uses the one you have.
"""


class Unfit(Exception):
    """pyproject.toml, the lock and the environment do not agree; the message says how."""


def direct() -> dict[str, Requirement]:
    """The packages that pyproject.toml pins: run time, development, build. Raises Unfit for one that is not pinned."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    lists = [project["project"]["dependencies"], project["build-system"]["requires"]]
    lists += project["project"]["optional-dependencies"].values()
    wanted = [Requirement(line) for lines in lists for line in lines]
    for one in wanted:
        if len(one.specifier) != 1 or next(iter(one.specifier)).operator != "==":
            raise Unfit(f"pyproject.toml does not pin {one.name} to one version (==).")
    return {canonicalize_name(one.name): one for one in wanted}


def closure(roots: dict[str, Requirement]) -> dict[str, set[str]]:
    """Each package needed, with those that bring it."""
    brought_by: dict[str, set[str]] = {name: set() for name in roots}
    waiting = [(name, frozenset(one.extras)) for name, one in roots.items()]
    seen = set()
    while waiting:
        step = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        for need in needs(*step):
            name = canonicalize_name(need.name)
            brought_by.setdefault(name, set()).add(step[0])
            waiting.append((name, frozenset(need.extras)))
    return brought_by


def needs(name: str, extras: frozenset[str]) -> list[Requirement]:
    """What an installed package asks for, with these extras, on any Python that we support: one lock fits all."""
    places = [
        {"extra": e, "python_version": v, "python_full_version": f"{v}.0"} for e in {"", *extras} for v in PYTHONS
    ]
    asked = [Requirement(line) for line in distribution(name).requires or []]
    return [one for one in asked if not one.marker or any(one.marker.evaluate(place) for place in places)]


def lock() -> str:
    """The text of the lock. Raises Unfit when the environment has another version than pyproject.toml pins."""
    roots = direct()
    lines = []
    for name, sources in sorted(closure(roots).items()):
        version = distribution(name).version
        if name in roots and not roots[name].specifier.contains(version):
            raise Unfit(f"The environment has {name} {version}, pyproject.toml pins {roots[name].specifier}.")
        reason = "pyproject.toml" if name in roots else ", ".join(sorted(sources))
        lines.append(f"{name}=={version}".ljust(32) + f"# {reason}\n")
    return HEADER + "".join(lines)


def main() -> int:
    """Write or check; 1 when something does not agree."""
    try:
        text = lock()
    except PackageNotFoundError as error:
        print(f"{error.name} is needed and not installed; run `make environment`.", file=sys.stderr)
        return 1
    except Unfit as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" not in sys.argv:
        LOCK.write_text(text, encoding="utf-8")
    elif LOCK.read_text(encoding="utf-8") != text:
        print("requirements.lock is not what pyproject.toml and the environment say; run `make lock`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
