"""`gateway store backup`: a copy of the store that a gateway may go on serving meanwhile."""

import shlex
from pathlib import Path

import click

from gateway.cli.options import Options
from gateway.cli.progress import bar
from gateway.cli.store.places import check_reachable, file_of, location, shown_url
from gateway.cli.target import STANDARD_OUTPUT
from gateway.stores import module_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace a FILE that is there.")
@click.pass_obj
def backup(options: Options, file: Path, force: bool) -> None:
    """Copy the store to FILE.

    Beside a running gateway too: the copy is the store as it was when the command began. When it says that it is done,
    the copy is whole and on the disk. Until then FILE stays as it was.

    Of an SQLite store it is one too: to go back to it, serve it: --set store.url=sqlite:FILE. Of PostgreSQL it is made
    by pg_dump, which must be installed, for pg_restore; the command says how.
    """
    if str(file) == STANDARD_OUTPUT:
        raise click.UsageError("give the name of a file: a copy is one only when all of it is on the disk")
    url = options.settings().store.url
    check_reachable(url)
    source = file_of(url)
    if source is None:
        _back_up_database(url, file, replace=force)
    else:
        _back_up_file(source, file, replace=force)


def _back_up_file(source: Path, target: Path, *, replace: bool) -> None:
    import trio

    from gateway.stores.sqlite.backup import back_up

    copied = 0

    def tell(done: int, of: int) -> None:
        nonlocal copied
        progress((done - copied) / of)
        copied = done

    async def copy() -> int:
        return await back_up(source, target, replace=replace, tell=tell)

    with bar(1) as progress:
        size = trio.run(copy)
    click.echo(f"{target} is a copy of {source}: {size:,} bytes, checked and on the disk")


def _back_up_database(url: str, target: Path, *, replace: bool) -> None:
    module_of("postgresql")  # names what is not installed
    from gateway.stores.postgres.backup import back_up

    size = back_up(location(url), target, replace=replace)
    click.echo(f"{target} is a copy of {shown_url(url)}: {size:,} bytes, on the disk")
    restore = ["pg_restore", "--no-owner", "--dbname=postgresql://USER@HOST/EMPTY_DATABASE", str(target)]
    click.echo(f"to go back to it: {shlex.join(restore)}")
