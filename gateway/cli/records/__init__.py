"""`gateway records …`: the records that zones hold, what they were before, and what a zone would say of a file's."""

import click

from gateway.cli.records.check import check
from gateway.cli.records.flags import flag
from gateway.cli.records.listing import export, list_, show
from gateway.cli.records.versions import diff, history, revert


@click.group()
def records() -> None:
    """Records that zones hold."""


for _command in (list_, show, history, diff, revert, flag, export, check):
    records.add_command(_command)
