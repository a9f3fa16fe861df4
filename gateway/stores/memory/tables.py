"""Nouns of one kind in memory, by their key and by other words of theirs. Each change notes what undoes it."""

from collections.abc import Callable, Collection, Mapping
from heapq import nsmallest
from typing import Generic

from gateway.stores.base import T

Undoing = list[Callable[[], object]]
"""What undoes the changes made so far, to be called from the last to the first."""


def change(undoing: Undoing, mapping: dict[str, T], key: str, value: T | None) -> T | None:
    """Put it there, or take away what is there; returns what was."""
    before = mapping.pop(key, None)
    if value is not None:
        mapping[key] = value
    undoing.append(lambda: _restore(mapping, key, before))
    return before


def _restore(mapping: dict[str, T], key: str, before: T | None) -> None:
    mapping.pop(key, None)
    if before is not None:
        mapping[key] = before


class Table(Generic[T]):
    """A table with an index for each name in `by`."""

    def __init__(self, undoing: Undoing, key: Callable[[T], str], by: Mapping[str, Callable[[T], str]]) -> None:
        self._undoing = undoing
        self._key = key
        self._by = by
        self._of: dict[str, T] = {}
        self._indexes: dict[str, dict[str, dict[str, T]]] = {name: {} for name in by}
        """By name, word and key."""

    def get(self, key: str) -> T | None:
        """The one of this key."""
        return self._of.get(key)

    def where(self, name: str, word: str) -> list[T]:
        """Those that have this word, by rising key."""
        return [noun for _, noun in sorted(self._indexes[name].get(word, {}).items())]

    def page(self, after: str, limit: int) -> list[T]:
        """Those behind this key, by rising key."""
        return [self._of[key] for key in nsmallest(limit, (key for key in self._of if key > after))]

    def put(self, noun: T) -> None:
        """Keep it, instead of an earlier one of its key."""
        key = self._key(noun)
        self.remove(key)
        change(self._undoing, self._of, key, noun)
        for name, word_of in self._by.items():
            change(self._undoing, self._indexes[name].setdefault(word_of(noun), {}), key, noun)

    def remove(self, key: str) -> bool:
        """Forget it; whether there was one."""
        noun = change(self._undoing, self._of, key, None)
        if noun is None:
            return False
        for name, word_of in self._by.items():
            change(self._undoing, self._indexes[name][word_of(noun)], key, None)
        return True

    def remove_where(self, name: str, words: Collection[str]) -> None:
        """Forget those that have one of these words."""
        for word in words:
            for noun in self.where(name, word):
                self.remove(self._key(noun))

    def __bool__(self) -> bool:
        return bool(self._of)
