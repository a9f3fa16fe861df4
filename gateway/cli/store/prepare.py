"""`gateway store prepare`: lets Citus spread a PostgreSQL store by zone over several servers."""

import click

from gateway.cli.options import Options
from gateway.cli.store.places import location, make, shown_url
from gateway.errors import StoreError
from gateway.stores import module_of, scheme_of


@click.command()
@click.argument("url", metavar="[URL]", required=False)
@click.option("--citus", is_flag=True, required=True, help="For Citus.")
@click.option("--print", "only_print", is_flag=True, help="Only print the statements; no database is asked.")
@click.pass_obj
def prepare(options: Options, url: str | None, citus: bool, only_print: bool) -> None:
    """Let Citus spread a PostgreSQL store by zone over several servers.

    That of the settings, or the one at URL, which is the coordinator's. Makes the tables if they are not there, and
    distributes them, so that all of a zone lies on one server. Tables that are distributed already stay as they are.
    Stop the gateways first where the store holds much: they would wait until it is copied.
    """
    import trio

    settings = options.settings()
    where = url or settings.store.url
    if scheme_of(where) != "postgresql":
        if not only_print:
            raise StoreError(f"{shown_url(where)} is no PostgreSQL store; Citus is an extension of PostgreSQL alone")
        where = "postgresql:"
    module_of(scheme_of(where))  # names what is not installed
    from gateway.stores.postgres.citus import check_extension, distribute, prepare_citus

    if only_print:
        click.echo(prepare_citus(), nl=False)
        return
    check_extension(location(where))
    trio.run(make, where)
    distributed = distribute(location(where))
    for table in distributed:
        click.echo(f"{table}: distributed by zone")
    if not distributed:
        click.echo(f"the tables of {shown_url(where)} are distributed already; nothing was to be done")
