"""What a query of the PostgreSQL store costs, by the server's own account."""

from typing import Any

from gateway.stores.postgres.address import Address
from gateway.stores.postgres.session import Session


def rows_read(url: str, query: str, *given: object) -> set[int]:
    """How many rows a query reads, in all the tables it goes to: planned for these values, and for any."""

    def rows_of(node: dict[str, Any]) -> int:
        discarded = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        own = (node["Actual Rows"] + discarded) * node["Actual Loops"] if "Relation Name" in node else 0
        return own + sum(map(rows_of, node.get("Plans", ())))

    session = Session(Address(url))
    try:
        session.connect()
        counts = set()
        for mode in ("force_custom_plan", "force_generic_plan"):
            session.connection.execute(f"SET plan_cache_mode = {mode}")
            explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {query}"
            row = session.connection.execute(explain, given, prepare=True).fetchone()
            assert row is not None
            counts.add(rows_of(row[0][0]["Plan"]))
        return counts
    finally:
        session.close()
