"""A number of seconds on the command line: the `type` of an option."""

from typing import Final

import click

LONGEST: Final = 1_000_000.0
"""Some eleven days: the longest that the settings take too."""


def seconds(text: str | float) -> float:
    """From 0 to `LONGEST`. Raises a usage error."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= LONGEST:  # `nan` is within no bounds
        raise click.BadParameter(f"{text!r} is not a number of seconds from 0 to {LONGEST:,.0f}")
    return number


def seconds_above_0(text: str | float) -> float:
    """The same, without 0."""
    number = seconds(text)
    if not number:
        raise click.BadParameter("must be above 0")
    return number
