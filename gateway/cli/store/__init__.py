"""`gateway store …`: the store itself: what is wrong in it, a copy of it, all of it into another."""

import click

from gateway.cli.store.backup import backup
from gateway.cli.store.check import check
from gateway.cli.store.migrate import migrate


@click.group()
def store() -> None:
    """The store itself: check it, back it up, move it."""


for _command in (check, backup, migrate):
    store.add_command(_command)
