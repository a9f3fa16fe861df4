"""`gateway records check`: what an import would say of the records of files. Opens no store, speaks to nobody."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from gateway.cli.files import FileRecord, read
from gateway.cli.options import Options
from gateway.cli.output import counted, echo_json, echo_table, shown
from gateway.cli.reading import check_zone, default_zone
from gateway.config import Settings
from gateway.config.problems import listed, nearest
from gateway.marc.record import Record, printable
from gateway.model import Finding, Reason, Severity

if TYPE_CHECKING:
    from gateway.importer.profile import Prepared

EXIT_REFUSED: Final = 1
"""A record would be refused."""
COLUMNS: Final = ("file", "record", "title", "code", "severity", "field", "occurrence", "offset", "words")
"""Of the lines; the title's place is the OCLC number's where there is no title."""


class Checked(NamedTuple):
    """What an import would say of a record, whatever its zone holds."""

    record: FileRecord
    title: str
    oclc_numbers: tuple[str, ...]
    reason: Reason | None
    """Why it would be refused."""
    findings: Sequence[Finding]


@dataclass
class Example:
    """How often a code was found, and where first."""

    first: Checked
    finding: Finding
    count: int = 0


@dataclass
class Tally:
    """What has been checked so far."""

    records: int = 0
    refused: int = 0
    found: dict[tuple[str, Severity], Example] = field(default_factory=dict)
    """By code and severity, in the order in which they were met."""

    def take(self, checked: Checked) -> None:
        """Count one."""
        self.records += 1
        self.refused += checked.reason is not None
        for finding in checked.findings:
            self.found.setdefault((finding.code, finding.severity), Example(checked, finding)).count += 1

    def by_count(self) -> list[Example]:
        """The most frequent first."""
        return sorted(self.found.values(), key=lambda example: -example.count)


@click.command()
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True))
@click.option("--zone", metavar="ZONE", help="Zone whose profile says what is refused.  [the first institution]")
@click.option("--profile", metavar="NAME", help="Profile that says it.")
@click.option("--summary", is_flag=True, help="How often each finding, and where first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a record; with --summary, a finding.")
@click.pass_obj
def check(
    options: Options, files: Sequence[str], zone: str | None, profile: str | None, summary: bool, as_json: bool
) -> None:
    """Check records before you send them.

    Says what is wrong or odd in each record of the .mrc FILEs (- is standard input), a line a finding, cells divided
    by tabs. Needs no gateway.

    Exits 1 when one would be refused.
    """
    rules = _profile(options.settings(), zone, profile)
    records = [record for file in files for record in read(file)]
    tally = Tally()
    tell = _silent if summary else _tell_json if as_json else _tell_lines
    if tell is _tell_lines:
        click.echo("\t".join(COLUMNS))
    for record in records:
        checked = _checked(record, rules)
        tally.take(checked)
        tell(checked)
    if summary:
        _tell_summary(tally, as_json=as_json)
    if not as_json:
        click.echo(f"{counted(tally.records, 'record')}, {tally.refused} would be refused", err=True)
    if tally.refused:
        sys.exit(EXIT_REFUSED)


def _profile(settings: Settings, zone: str | None, name: str | None) -> "Prepared":
    """The profile whose rules hold."""
    from gateway.importer.profile import prepare
    from gateway.rulebook import rulebook

    zones = check_zone(settings, zone)
    if zone is not None and name is not None:
        raise click.UsageError("give one of --zone and --profile")
    if name is None:
        key = zone or default_zone(settings)
        names = zones[key].profiles
        if len(names) != 1:
            which = "several integration profiles" if names else "no integration profile"
            raise click.UsageError(f"zone {key} has {which}, so no record comes in; choose one by --profile")
        [name] = names
    elif name not in settings.profiles:
        near = nearest(name, settings.profiles)
        hint = f"did you mean {near}?" if near else f"there are {listed(settings.profiles)}"
        raise click.BadParameter(f"there is no profile {name!r}; {hint}", param_hint="--profile")
    rulebook(settings)  # names each key that cannot be used, and where it stands
    return prepare(name, settings.profiles[name], settings.merge_methods)


def _checked(record: FileRecord, profile: "Prepared") -> Checked:
    from gateway.importer.decide import examine
    from gateway.marc import rules

    examined = examine(record.raw, profile)
    found = list(examined.findings)
    if examined.record is not None:
        numbered = bool(examined.oclc_numbers)
        told = {(finding.code, finding.field, finding.occurrence) for finding in found}
        rest = rules.findings(record.raw, Record.parse(record.raw), profile.settings.refuse, numbered=numbered)
        found += [one for one in rest if (one.code, one.field, one.occurrence) not in told]
    return Checked(record, examined.title, examined.oclc_numbers, examined.obstacle, found)


def _silent(_: Checked) -> None:
    """Nothing: it is told at the end."""


def _tell_lines(checked: Checked) -> None:
    from gateway.marc.rules import words

    record = checked.record
    title = checked.title or ", ".join(checked.oclc_numbers)
    for finding in checked.findings:
        offset = "" if finding.offset is None else str(finding.offset)
        cells = (
            *(record.file, str(record.number), title, finding.code, finding.severity.value, finding.field),
            *(str(finding.occurrence or ""), offset, words(finding)),
        )
        click.echo("\t".join(shown(printable(cell)) for cell in cells))


def _tell_json(checked: Checked) -> None:
    import msgspec

    from gateway.marc.rules import words

    echo_json(
        {
            "file": checked.record.file,
            "record": checked.record.number,
            "title": checked.title,
            "oclc_numbers": checked.oclc_numbers,
            "refused": checked.reason is not None,
            "reason": checked.reason,
            "findings": [msgspec.structs.asdict(finding) | {"words": words(finding)} for finding in checked.findings],
        }
    )


def _tell_summary(tally: Tally, *, as_json: bool) -> None:
    from gateway.marc.rules import words

    rows = []
    for example in tally.by_count():
        record, finding = example.first.record, example.finding
        if as_json:
            echo_json(
                {
                    "code": finding.code,
                    "severity": finding.severity,
                    "count": example.count,
                    "file": record.file,
                    "record": record.number,
                    "field": finding.field,
                    "occurrence": finding.occurrence,
                    "words": words(finding),
                }
            )
        else:
            rows.append((str(example.count), finding.severity.value, finding.code, record.name, words(finding)))
    if rows:
        echo_table(("Count", "Severity", "Code", "First in", "There"), rows)
