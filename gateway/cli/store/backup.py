"""`gateway store backup`: a copy of the store that a gateway may go on serving meanwhile."""

import shlex
from pathlib import Path
from typing import Final

import click

from gateway.cli.options import Options
from gateway.cli.progress import bar
from gateway.cli.store.places import check_reachable, file_of, shown_url
from gateway.errors import StoreError

EXAMPLE: Final = "postgresql://USER@HOST/DATABASE"
"""Stands in a command to type where the URL itself cannot be shown."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a FILE that is there.")
@click.pass_obj
def backup(options: Options, file: Path, force: bool) -> None:
    """Copy the store to FILE.

    Beside a running gateway too: the copy is the store as it was when the command began. When it says that it is done,
    the copy is checked and on the disk. Until then FILE stays as it was.

    To go back to it, serve it: --set store.url=sqlite:FILE. PostgreSQL has a program of its own for this, which the
    command names.
    """
    import trio

    url = options.settings().store.url
    check_reachable(url)
    source = file_of(url)
    if source is None:
        raise StoreError(
            f"a PostgreSQL store is backed up by PostgreSQL's own program, which asks for the password; type\n"
            f"  {dump_line(url, file)}"
        )
    size = trio.run(_back_up, source, file, force)
    click.echo(f"{file} is a copy of {source}: {size:,} bytes, checked and on the disk")


def dump_line(url: str, file: Path) -> str:
    """What to type to back up a PostgreSQL store; without a password, which other users of the computer might see."""
    shown = shown_url(url)
    return shlex.join(["pg_dump", "--format=custom", f"--file={file}", EXAMPLE if shown.endswith("…") else shown])


async def _back_up(source: Path, target: Path, replace: bool) -> int:
    from gateway.stores.sqlite.backup import back_up

    copied = 0

    def tell(done: int, of: int) -> None:
        nonlocal copied
        progress((done - copied) / of)
        copied = done

    with bar(1) as progress:
        return await back_up(source, target, replace=replace, tell=tell)
