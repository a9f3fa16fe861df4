"""The command `gateway`: one file a group of commands. Heavy imports stand inside them, so that help is quick."""

import sys

import click

from gateway import __version__
from gateway.cli import options
from gateway.cli.capture import capture
from gateway.cli.config import config
from gateway.cli.demo import demo
from gateway.cli.doctor import doctor
from gateway.cli.holdings import holdings
from gateway.cli.patrons import patrons
from gateway.cli.publish import publish
from gateway.cli.ready import ready
from gateway.cli.records import records
from gateway.cli.replay import replay
from gateway.cli.replies import replies
from gateway.cli.script import script
from gateway.cli.search import search
from gateway.cli.send import send
from gateway.cli.serve import serve
from gateway.cli.store import store
from gateway.cli.submissions import submissions
from gateway.cli.tail import reset, tail, wait
from gateway.cli.zones import zones
from gateway.errors import failing

EXIT_SETTINGS = 2
"""Usage or settings."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateway")
def root() -> None:
    """A local Alma for people who export to it: takes OCLC Gateway Export, files the record, answers as Alma does."""


for _command in (
    serve,
    send,
    capture,
    replay,
    tail,
    wait,
    script,
    submissions,
    records,
    search,
    holdings,
    patrons,
    publish,
    demo,
    reset,
    store,
    zones,
    replies,
    config,
    doctor,
    ready,
):
    root.add_command(_command)
options.add_to(root)


def main() -> None:
    """Run the command line. Settings that cannot be used, and a store that cannot be opened, exit with 2."""
    failure = failing(lambda: root(prog_name="gateway"))
    if failure is not None:
        click.echo(f"gateway: {failure}", err=True)
        sys.exit(EXIT_SETTINGS)
