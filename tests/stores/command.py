"""A command in a process of its own: makes records in a store beside its gateway, and prints the ordinals it drew.

python -m tests.stores.command URL TIMES
"""

import sys

import trio

from gateway.stores import open_store
from tests.stores.nouns import PATIENCE, creating


async def main(url: str, times: int) -> None:
    """Make so many records, one transaction after the other."""
    async with open_store(url, purpose="change") as store:
        for number in range(times):
            print(await store.transact("xyz", creating(f"command {number}"), seconds=PATIENCE))


if __name__ == "__main__":
    trio.run(main, sys.argv[1], int(sys.argv[2]))
