"""`gateway records …`: the records that zones hold, what they were before, out into files and in from them."""

import click

from gateway.cli.records.check import check
from gateway.cli.records.delete import delete
from gateway.cli.records.export import export
from gateway.cli.records.flags import flag
from gateway.cli.records.importing import import_
from gateway.cli.records.listing import list_, show
from gateway.cli.records.versions import diff, history, revert


@click.group()
def records() -> None:
    """Records that zones hold."""


for _command in (list_, show, history, diff, revert, flag, delete, export, import_, check):
    records.add_command(_command)
