"""Commands for what is generated from the code: schema.graphql, the tables under docs/, the ids of documents."""

import json
from pathlib import Path
from typing import Annotated

import typer

from calendera.cli_start import Stop, start

PANEL = "Look and generate"
SCHEMA = Path("schema.graphql")
SETTINGS = Path("docs/settings.md")
ROLES = Path("docs/roles.md")
MATRIX = Path("docs/access-matrix.md")

Check = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when the committed file is not current.")]


def schema(check: Check = False) -> None:
    """Write the GraphQL schema to schema.graphql in this folder.

    Use it after changing anything in graph/; commit the result, which is what clients generate their code from.
    """
    from graph.schema import print_sdl

    _write_or_check(SCHEMA, print_sdl(), check, again="calendera schema")


def settings(
    write: Annotated[bool, typer.Option("--write", help="Generate docs/settings.md in this folder.")] = False,
    check: Check = False,
) -> None:
    """Show what this process would run with, secrets hidden; or write the settings' documentation.

    Use it to see what a variable changed, before serving. `*` marks what the environment sets.
    """
    from calendera.settings import read_settings
    from calendera.settings_table import as_they_stand, documentation

    if write or check:
        _write_or_check(SETTINGS, documentation(), check, again="calendera settings --write")
        return
    for name, value, given in as_they_stand(read_settings()):
        typer.echo(f"{'*' if given else ' '} {name:<36} {value}")


def documents(
    check: Annotated[
        bool, typer.Option("--check", help="Also say which of your own cannot be served; exit 1.")
    ] = False,
) -> None:
    """Print the trusted documents as JSON: for each kind of client their names and ids.

    Use it in the build of a page, which asks by these ids. Your own in CALENDERA_DOCUMENTS_DIR are among them; try them
    with `--check` after an upgrade, before serving.
    """
    folder = start().documents_dir
    from calendera.manifest import manifest, not_served

    typer.echo(json.dumps(manifest(folder), indent=2))
    if check and (problems := not_served(folder)):
        raise Stop("\n".join(problems))


def roles(check: Check = False) -> None:
    """Write the table of roles and permissions to docs/roles.md.

    Use it after changing permissions/roles.py; commit the result, which is what people read before they ask.
    """
    from permissions.role_table import documentation

    _write_or_check(ROLES, documentation(), check, again="calendera roles")


def matrix(check: Check = False) -> None:
    """Write the access matrix, every field by every kind of viewer, to docs/access-matrix.md.

    Use it after adding a field, a permission or a kind of viewer; read what changed in it before committing it.
    """
    from graph.access_page import documentation
    from graph.schema import build

    _write_or_check(MATRIX, documentation(build()._schema), check, again="calendera matrix")


def _write_or_check(path: Path, text: str, check: bool, *, again: str) -> None:
    current = path.exists() and path.read_text(encoding="utf-8") == text
    if check and not current:
        raise Stop(f"{path} is not what the code says; run `{again}` and commit it.")
    if not current:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    typer.echo(f"{path} is current.")


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command(epilog="Example: `calendera schema --check`", rich_help_panel=PANEL)(schema)
    app.command(epilog="Example: `calendera documents > src/documents.json`", rich_help_panel=PANEL)(documents)
    app.command(epilog="Example: `calendera roles --check`", rich_help_panel=PANEL)(roles)
    app.command(epilog="Example: `calendera matrix --check`", rich_help_panel=PANEL)(matrix)
    app.command(epilog="Example: `CALENDERA_PORT=9000 calendera settings`", rich_help_panel=PANEL)(settings)
