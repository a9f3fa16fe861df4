"""`gateway tail`, `wait` and `reset`: what arrives at a running gateway, and a zone emptied, through its API."""

import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import click

from gateway.cli.following import Following
from gateway.cli.options import Options
from gateway.cli.output import echo_json, local_time, shown_in_line
from gateway.cli.ready import EXIT_TIMED_OUT
from gateway.cli.remote import ANSWER_SECONDS, client, remote, say
from gateway.cli.seconds import seconds
from gateway.model import Outcome, Reason

if TYPE_CHECKING:
    from gateway.desk.attempts import AttemptLine

COLOURS: Final = {
    **dict.fromkeys((Outcome.CREATED, Outcome.MERGED, Outcome.UNCHANGED), "green"),
    **dict.fromkeys((Outcome.FOREIGN, Outcome.BUSY, Outcome.TIMED_OUT), "yellow"),
}
"""Of an outcome on a terminal; of any other red."""
WAIT_SECONDS: Final = 30.0
"""Longest that one question waits: a longer wait asks again."""
SHORTEST_SECONDS: Final = 0.001
"""That a question can wait."""
TIMED_OUT: Final = 408
"""HTTP status of a wait that was over."""


@click.command()
@click.option("--zone", metavar="ZONE", help="Only this zone's; @HOST are those that reached no zone of a host.")
@click.option("-n", "--last", metavar="N", type=click.IntRange(0, 1000), default=10, help="Begin with so many.  [10]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@remote
@click.pass_obj
def tail(options: Options, zone: str | None, last: int, as_json: bool, url: str | None, token: str | None) -> None:
    """Show what arrives at a running gateway, as it comes.

    Goes on until Ctrl-C, also when the gateway is started anew meanwhile.
    """
    with client(options, url, token) as api, suppress(KeyboardInterrupt):
        for line in Following(api, zone, last).lines():
            _tell(line, as_json=as_json)


@click.command()
@click.option("--zone", metavar="ZONE", help="That came to this zone.")
@click.option("--oclc", metavar="NUMBER", help="With this OCLC number, in any spelling.")
@click.option("--mms", metavar="MMS", help="With this MMS ID.")
@click.option("--title", metavar="WORDS", help="With this in its title.")
@click.option("--outcome", type=click.Choice([outcome.value for outcome in Outcome]), help="That ended so.")
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), help="For this reason.")
@click.option("-q", "--query", metavar="WORDS", help="As in the page's search box.")
@click.option("--after", metavar="N", type=click.IntRange(0), help="With a higher number; else only what still comes.")
@click.option("--timeout", metavar="SECONDS", type=seconds, default=WAIT_SECONDS, help="Wait so long.  [30]")
@click.option("--json", "as_json", is_flag=True, help="As a JSON object.")
@remote
@click.pass_obj
def wait(
    options: Options,
    /,
    after: int | None,
    timeout: float,
    as_json: bool,
    url: str | None,
    token: str | None,
    query: str | None,
    **asked: str | None,
) -> None:
    """Wait until an export has happened at a running gateway.

    Exits 0 with it, 4 when the wait is over: it then says which came near.
    """
    wanted: dict[str, str] = {name: value for name, value in {**asked, "q": query}.items() if value}
    until = time.monotonic() + timeout
    with client(options, url, token) as api:
        if after is None:
            newest = api.get("/submissions", params={"limit": 1}).raise_for_status().json()["submissions"]
            after = newest[0]["seq"] if newest else 0
        while True:
            left = max(0.0, until - time.monotonic())
            asked_for = max(min(left, WAIT_SECONDS), SHORTEST_SECONDS)
            params = {**wanted, "after": str(after), "timeout": f"{asked_for:.3f}"}
            response = api.get("/submissions/wait", params=params, timeout=asked_for + ANSWER_SECONDS)
            if response.status_code != TIMED_OUT:
                found = response.raise_for_status().json()
                _tell(found, as_json=as_json)
                return
            if left <= WAIT_SECONDS:
                _tell_near(response.json(), timeout)
                sys.exit(EXIT_TIMED_OUT)


@click.command()
@click.argument("zones", metavar="ZONE…", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@remote
@click.pass_obj
def reset(options: Options, zones: tuple[str, ...], yes: bool, url: str | None, token: str | None) -> None:
    """Empty zones of a running gateway: records, submissions, and its count of MMS IDs."""
    if not yes and sys.stdin.isatty():
        click.confirm(f"Forget all that {', '.join(zones)} holds?", abort=True)
    with client(options, url, token) as api:
        for zone in zones:
            api.post(f"/zones/{quote(zone, safe='')}/reset").raise_for_status()
            click.echo(f"{zone} is empty")


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    """One attempt, on one line."""
    import msgspec

    from gateway.desk.attempts import AttemptLine
    from gateway.importer.report import BY_SCRIPT, end_words

    if as_json:
        echo_json(told)
        return
    reason = Reason(told["reason"]) if told["reason"] else None
    words = end_words(Outcome(told["outcome"]), reason)  # of an attempt whole; a line of a listing has its own
    words += BY_SCRIPT if told.get("facts", {}).get("scripted") else ""
    click.echo(_words(msgspec.convert({"words": words} | told, AttemptLine)))


def _words(line: "AttemptLine") -> str:
    numbers = " ".join(filter(None, [*(f"OCLC {number}" for number in line.oclc_numbers), line.mms_id]))
    seconds = "" if line.seconds is None else f"{line.seconds:.3f} s"
    before, behind = [local_time(line.at), str(line.seq), line.zone], [line.title, numbers, seconds]
    outcome = click.style(shown_in_line(line.words), fg=COLOURS.get(line.outcome, "red"))  # `echo` knows where to
    return "  ".join([*map(shown_in_line, before), outcome, *map(shown_in_line, filter(None, behind))])


def _tell_near(problem: dict[str, Any], timeout: float) -> None:
    say(f"nothing came within {timeout:g} s that is as wanted")
    for near in problem.get("near", ()):
        say(f"  submission {near['attempt']['seq']}: {near['words']}")
