"""What every command takes: which settings to use."""

import os
from dataclasses import dataclass
from pathlib import Path

import click

from gateway import config


@dataclass
class Options:
    """`-c FILE` and `--set KEY=VALUE`, which may stand before or behind any command."""

    file: Path | None = None
    overrides: tuple[str, ...] = ()

    def settings(self) -> config.Settings:
        """The settings in force for this command."""
        return config.load(self.file, environ=os.environ, overrides=self.overrides)


def add_to(command: click.Command) -> None:
    """Let `command`, and every command within it, take them."""
    command.params += [
        click.Option(
            ["-c", "--config", "settings_file"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Settings file, instead of ./gateway.toml.",
            callback=_take_file,
            expose_value=False,
        ),
        click.Option(
            ["--set", "overrides"],
            metavar="KEY=VALUE",
            multiple=True,
            help="One setting, such as limits.connections=50; may be repeated.",
            callback=_take_overrides,
            expose_value=False,
        ),
    ]
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            add_to(inner)


def _take_file(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    options = context.find_root().ensure_object(Options)
    options.file = value or options.file


def _take_overrides(context: click.Context, _: click.Parameter, value: tuple[str, ...]) -> None:
    options = context.find_root().ensure_object(Options)
    options.overrides += value
