"""Sort: a result set in another order. Source: Z39.50-1995, 3.2.7."""

from array import array
from typing import Final

from gateway.frontends.z3950.apdus.sort import (
    MissingValue,
    SortAttributes,
    SortKeySpec,
    SortRelation,
    SortRequest,
)
from gateway.frontends.z3950.asked import Refused, attributes_of
from gateway.frontends.z3950.rules import Rules
from gateway.frontends.z3950.sets import ResultSets, Sorted
from gateway.search.ranking import Sorting, SortKey
from gateway.stores.base import Store

KEYS: Final = 8
"""Most sort keys of a request: twice as many as there are."""
DESCENDING: Final = {SortRelation.ASCENDING: False, SortRelation.DESCENDING: True}


async def sort(request: SortRequest, sets: ResultSets, rules: Rules, store: Store) -> None:
    """Put the sorted set among `sets`. Raises `Refused`, `NotFound`."""
    if not rules.services.sort:
        raise Refused(207)
    if len(request.input_sets) != 1:
        raise Refused(230, 1) if request.input_sets else Refused(208)
    if len(request.keys) > KEYS:
        raise Refused(211, KEYS)
    by = [_sorting(one, rules) for one in request.keys]
    sets.check(request.sorted_set, replace=True)
    one = sets.find(request.input_sets[0])
    numbers = await store.sort_records(one.database.zone, one.numbers(0, one.size), one.epoch, by)
    sets.put(request.sorted_set, one._replace(result=Sorted(one.result.total, array("Q", numbers))))


def _sorting(spec: SortKeySpec, rules: Rules) -> Sorting:
    if spec.relation not in DESCENDING:
        raise Refused(214, spec.relation)
    if spec.missing not in (None, MissingValue.NULL):
        raise Refused(213)
    return Sorting(_key(spec, rules), DESCENDING[spec.relation])


def _key(spec: SortKeySpec, rules: Rules) -> SortKey:
    match spec.element:
        case SortAttributes(attribute_set, attributes):
            return rules.sort_key(attributes_of(attributes, attribute_set))
        case str(name) if name.casefold() in [*SortKey]:
            return SortKey(name.casefold())
        case _:
            raise Refused(207)
