"""A database that Citus spreads by zone over several servers: the statements that make it so.

To be run once by the database's owner, when `gateway serve` has made the tables. All gateways then connect to the same
coordinator: the advisory locks by which imports wait for each other are its own.
"""

from gateway.stores.postgres.migrations import TABLES


def prepare_citus() -> str:
    """The statements, a line each. Each zone then lies on one server, with all that an import of it touches."""
    first, *others = TABLES
    lines = [f"SELECT create_distributed_table('{first}', 'zone');"]
    lines += [f"SELECT create_distributed_table('{table}', 'zone', colocate_with => '{first}');" for table in others]
    return "\n".join(lines) + "\n"
