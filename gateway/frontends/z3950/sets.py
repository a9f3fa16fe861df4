"""The result sets of one session: so many, and no more; the one that was used least lately goes for a further one."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.frontends.z3950.apdus.sets import (
    DeleteFunction,
    DeleteResultSetRequest,
    DeleteResultSetResponse,
    DeleteStatus,
    SetStatus,
)
from gateway.frontends.z3950.asked import Refused
from gateway.frontends.z3950.rules import Database
from gateway.search.ranking import Result

SETS: Final = 100
"""Result sets of a session: a client that names each of its searches anew has its last hundred."""
SESSION_RECORDS: Final = 200_000
"""Records in all result sets of a session, some 2 MB: twenty sets of the greatest size."""
NAMES_REMEMBERED: Final = 1_000
"""Names of sets that had to go, so that a client is told so, and not that there never was one."""
NAME_CHARACTERS: Final = 200
"""Longest name of a result set."""


class Sorted(NamedTuple):
    """What was found, in an order that a client has chosen."""

    total: int
    all: Sequence[int]

    def numbers(self, first: int, most: int) -> Sequence[int]:
        """So many from a place on."""
        return self.all[first : first + most]


class ResultSet(NamedTuple):
    """What a search has found."""

    database: Database
    result: Result | Sorted
    epoch: int
    """Of the zone's index: until it is over, numbers mean what they mean now."""
    size: int
    """How many can be shown: the first ones."""

    def numbers(self, first: int, most: int) -> Sequence[int]:
        """So many records from a place on, counted from 0, by the numbers that the index has for them."""
        return self.result.numbers(first, min(most, self.size - first))


class ResultSets:
    """By name."""

    def __init__(self, most: int = SETS, records: int = SESSION_RECORDS) -> None:
        self._most = most
        self._room = records
        self._sets: OrderedDict[str, ResultSet] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()

    @property
    def names(self) -> list[str]:
        """Of all there are."""
        return [*self._sets]

    def find(self, name: str) -> ResultSet:
        """The set of this name. Raises `Refused`."""
        found = self._sets.get(name)
        if found is None:
            raise Refused(27 if name in self._gone else 30, name)
        self._sets.move_to_end(name)
        return found

    def check(self, name: str, *, replace: bool) -> None:
        """Whether a set may have this name. Raises `Refused`."""
        if len(name) > NAME_CHARACTERS:
            raise Refused(128, name[:NAME_CHARACTERS])
        if name in self._sets and not replace:
            raise Refused(21, name)

    def put(self, name: str, result_set: ResultSet) -> None:
        """Have the set be this one."""
        self.remove(name)
        self._gone.pop(name, None)
        self._sets[name] = result_set
        self._room -= result_set.size
        while len(self._sets) > self._most or (self._room < 0 and len(self._sets) > 1):
            oldest = next(iter(self._sets))
            self.remove(oldest)
            self._gone[oldest] = None
            if len(self._gone) > NAMES_REMEMBERED:
                self._gone.popitem(last=False)

    def remove(self, name: str) -> bool:
        """Forget a set; whether there was one."""
        found = self._sets.pop(name, None)
        if found is None:
            return False
        self._room += found.size
        return True


def deleted(request: DeleteResultSetRequest, sets: ResultSets) -> DeleteResultSetResponse:
    """Forget result sets; the answer."""
    if request.function is DeleteFunction.ALL:
        for name in sets.names:
            sets.remove(name)
        return DeleteResultSetResponse(DeleteStatus.SUCCESS, reference_id=request.reference_id)
    statuses = tuple(
        SetStatus(name, DeleteStatus.SUCCESS if sets.remove(name) else DeleteStatus.DID_NOT_EXIST)
        for name in request.names
    )
    worst = max((one.status for one in statuses), default=DeleteStatus.SUCCESS)
    status = DeleteStatus.NOT_ALL_OF_LIST if worst and len(statuses) > 1 else worst
    return DeleteResultSetResponse(status, statuses, reference_id=request.reference_id)
