"""`gateway store …`: what is wrong in it, a copy of it, all of it into another or over several servers."""

import click

from gateway.cli.store.backup import backup
from gateway.cli.store.check import check
from gateway.cli.store.index import index
from gateway.cli.store.migrate import migrate
from gateway.cli.store.prepare import prepare


@click.group()
def store() -> None:
    """The store itself: check and mend it, index it, back it up, move it."""


for _command in (check, index, backup, migrate, prepare):
    store.add_command(_command)
