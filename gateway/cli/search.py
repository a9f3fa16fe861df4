"""`gateway search`: the records of a zone that words find, or a query in PQF or CQL. It changes nothing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import ROWS, counted, echo_json
from gateway.cli.reading import check_zone, read_store
from gateway.cli.records.listing import echo_rows, row
from gateway.errors import BadQuery, NotFound
from gateway.stores.base import PAGE_ROWS

if TYPE_CHECKING:
    from gateway.desk.records import RecordShown
    from gateway.search.cql import Asked
    from gateway.search.pqf import MakeTerm
    from gateway.search.query import Term
    from gateway.stores.base import Store

ORDERS: Final = ("relevance", "written")


@click.command()
@click.argument("zone", metavar="ZONE")
@click.argument("words", metavar="QUERY…", nargs=-1, required=True)
@click.option("--pqf", is_flag=True, help="QUERY is in PQF, as yaz-client takes it; it is asked as of Alma.")
@click.option("--cql", is_flag=True, help="QUERY is in CQL, as SRU takes it: alma.title = rivers sortBy alma.title.")
@click.option("--order", type=click.Choice(ORDERS), default=ORDERS[0], help=f"What comes first.  [{ORDERS[0]}]")
@click.option("--limit", metavar="N", type=click.IntRange(0), default=ROWS, help=f"How many; 0 = all.  [{ROWS}]")
@click.option("--count", "only_count", is_flag=True, help="Say only how many there are.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def search(
    options: Options,
    zone: str,
    words: Sequence[str],
    pqf: bool,
    cql: bool,
    order: str,
    limit: int,
    only_count: bool,
    as_json: bool,
) -> None:
    """Find records of ZONE, as clients do that search it.

    QUERY is words: title:rivers author:"le guin" subject: isbn: issn: oclc: mms: year:1990-1999 lang:eng format:book
    keytitle: system: standard: suppressed:true, or a word that stands anywhere; "several words", rive* and ( ) as well
    as and, or, not. Put it into '…', so that the shell leaves it as it is.
    """
    settings = options.settings()
    check_zone(settings, zone, named="ZONE")
    if pqf and cql:
        raise click.UsageError("QUERY is in one of PQF and CQL; give --pqf or --cql")
    asked = _asked(" ".join(words), pqf=pqf, cql=cql)
    rows: list[tuple[str, ...]] = []

    def take(record: "RecordShown") -> None:
        if as_json:
            echo_json(record)
        else:
            rows.append(row(record))

    async def find(store: "Store") -> tuple[int, int]:
        from gateway.desk import searching
        from gateway.search.query import Order

        found = await store.find_records(zone, asked.query, order=Order(order))
        most = limit or searching.LISTED
        if asked.by and not only_count:
            every = found.result.numbers()
            numbers = (await store.sort_records(zone, every, found.epoch, asked.by))[:most]
        else:
            numbers = [] if only_count else found.result.numbers(0, most)
        for start in range(0, len(numbers), PAGE_ROWS):
            for record in await searching.rows(store, zone, found, numbers[start : start + PAGE_ROWS]):
                take(record)
        return found.result.total, len(numbers)

    try:
        total, listed = read_store(settings, find)
    except BadQuery as error:
        raise _unusable(error) from error
    except NotFound as error:  # the zone was emptied meanwhile
        raise click.ClickException(str(error)) from error
    if only_count:
        click.echo(str(total))
        return
    if rows:
        echo_rows(rows)
    _tell(total, listed, limit)


def _asked(text: str, *, pqf: bool, cql: bool) -> "Asked":
    from gateway.search import cql as language
    from gateway.search import pqf as notation
    from gateway.search import words

    try:
        if cql:
            return language.parse(text)
        return language.Asked(notation.parse(text, _as_alma()) if pqf else words.parse(text))
    except BadQuery as error:
        raise _unusable(error) from error


def _as_alma() -> "MakeTerm":
    """What attributes mean is what they mean to Alma's Z39.50 server here."""
    from gateway.frontends.z3950.alma import Alma
    from gateway.frontends.z3950.apdus.rpn import Attribute
    from gateway.frontends.z3950.asked import Refused, attributes_of, checked
    from gateway.frontends.z3950.bib1 import DIAGNOSTICS
    from gateway.frontends.z3950.rules import Services

    alma = Alma("", {}, Services())

    def term(attributes: Mapping[int, int], text: str) -> "Term":
        try:
            of = attributes_of([Attribute(*one) for one in attributes.items()], None)
            return checked(alma.term(of, text))
        except Refused as refused:
            condition, about = refused.diagnostic.condition, refused.diagnostic.additional
            why = f"{DIAGNOSTICS[condition]}: {about}" if about else DIAGNOSTICS[condition]
            raise BadQuery(f"{text}: {why} (bib-1 {condition})") from refused

    return term


def _unusable(error: BadQuery) -> click.UsageError:
    return click.BadParameter(str(error), param_hint="QUERY")


def _tell(total: int, listed: int, limit: int) -> None:
    """How many there are, beside the listing."""
    from gateway.desk.searching import LISTED

    if not total:
        click.echo("no records", err=True)
    elif listed == total:
        click.echo(counted(total, "record"), err=True)
    elif limit and listed < LISTED:
        click.echo(f"the first {listed:,} of {total:,} records; --limit 0 lists all", err=True)
    else:
        click.echo(f"the first {listed:,} of {total:,} records", err=True)
