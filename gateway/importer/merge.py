"""How an incoming record changes the stored one it matches: methods as tables, and what applies them.

The stored record is primary. Source: spec, "Merging".
"""

from bisect import bisect
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Container, Mapping
from typing import Final, NamedTuple

from gateway.marc.record import Field, Record
from gateway.marc.selector import Selector, any_fits, selector
from gateway.model import Basis, MergeMethod

LOCAL_EXTENSION: Final = "LOCAL"
"""Value of $9, in any case, of a field that no merge overlays."""

METHODS: Final[dict[str, MergeMethod]] = {
    "overlay-all-fields-but-local": MergeMethod(
        title="Overlay all fields but local", keep=("001", "9XX", "035 9#"), leave_out=("001", "9XX")
    ),
    "conditional-subject-headings": MergeMethod(
        title="Conditional subject headings",
        keep=("001", "035", "65X", "7XX", "9XX"),
        leave_out=("001", "035", "9XX"),
    ),
    "keep-only-old-value": MergeMethod(title="Keep only old value", keep=("XXX",), leave_out=("XXX",), leader="stored"),
    # A record may come to have two 245.
    "replace-245-and-035-if-exist": MergeMethod(
        title="Replace 245 and 035 if exist",
        keep=("001", "245", "035 $az(OCoLC)", "035 9X"),
        leave_out=("001",),
    ),
    # Of the fields that stay, incoming ones are added to 009, 035 of other systems, 09X, 59X, 69X and 9XX.
    "consortium-nz-overlay": MergeMethod(
        title="CONSORTIUM NZ Overlay all fields but local",
        keep=(
            *("001", "246 $5", "541", "561", "562", "563", "583", "584", "585", "500 $5", "501 $5", "506 $5", "526 $5"),
            *("540 $5", "655 $5", "700 $5", "710 $5", "711 $5", "730 $5", "740 $5"),
            *("009", "035 !$az(OCoLC)", "09X", "59X", "69X", "9XX"),
        ),
        leave_out=(
            *("001", "246 $5", "541", "561", "562", "563", "583", "584", "585", "500 $5", "501 $5", "506 $5", "526 $5"),
            *("540 $5", "655 $5", "700 $5", "710 $5", "711 $5", "730 $5", "740 $5"),
        ),
    ),
    "replace-all": MergeMethod(title="Replace all", keep=("001",), leave_out=("001",)),
}
"""By key. Alma's own, and those that consortia publish."""
BASES: Final[dict[str, Basis]] = {
    "overlay-all-fields-but-local": Basis("doc", "Minnesota State PALS"),
    "conditional-subject-headings": Basis("doc", "Ex Libris"),
    "keep-only-old-value": Basis("doc", "Ex Libris"),
    "replace-245-and-035-if-exist": Basis("doc", "Ex Libris"),
    "consortium-nz-overlay": Basis("doc", "WRLC, Merge Rules"),
    "replace-all": Basis("assumed", "every system has one"),
}
"""How each of them is known; what of it is assumed nevertheless stands in `behaviours`."""

LINK: Final = "link"
"""Key of the next."""
LINKED: Final = MergeMethod(title="Link to the Network Zone", keep=("001",), leave_out=("001",))
"""How a network zone's record replaces the institution's that is linked to it: but for local extensions, wholly
[assumed]."""


OTHER_WAYS: Final = frozenset({"create", LINK, "revert"})
"""What `BibRecord.made_by` may be beside the key of a method."""


class Merger(NamedTuple):
    """A merge method, ready to be applied."""

    key: str
    title: str
    keep: tuple[Selector, ...]
    leave_out: tuple[Selector, ...]
    stored_leader: bool

    def merge(self, stored: Record, incoming: Record) -> Record:
        """The record that results. Pure; a local extension always stays, and where a stored and an incoming field are
        both kept, identical ones stand once.
        """
        kept = Counter(filter(self.keeps, stored.fields))
        unmet = kept.copy()
        taken: list[Field] = []
        for field in incoming.fields:
            if any_fits(self.leave_out, field) or unmet.get(field) == 0:
                continue
            taken.append(field)
            if field in unmet:
                unmet[field] -= 1
        leader = stored.leader if self.stored_leader else incoming.leader
        return Record(leader, _interleave(stored, kept, taken))

    def keeps(self, field: Field) -> bool:
        """Whether a field of the stored record stays."""
        return any_fits(self.keep, field) or is_local(field)


def merger(key: str, method: MergeMethod) -> Merger:
    """The method ready to be applied. Raises `ValueError` for a selector that is none."""
    keep, leave_out = (tuple(map(selector, selectors)) for selectors in (method.keep, method.leave_out))
    return Merger(key, method.title, keep, leave_out, method.leader == "stored")


def title_of(key: str, own: Mapping[str, MergeMethod]) -> str:
    """What people call a method, whichever it is of: the built-in ones, a site's `own`, `LINKED`."""
    method = {**METHODS, LINK: LINKED, **own}.get(key)
    return method.title if method else key


def _interleave(stored: Record, kept: Container[Field], taken: list[Field]) -> list[Field]:
    """Put each of the `kept` fields that did not come in again where it stood among the `taken` ones.

    That is behind the one of its tag that it followed, else before the first of its tag or else of a higher one. So
    each side's fields of one tag stay in their order, and what comes in once more finds every field in its place.
    """
    came_in: dict[Field, deque[int]] = defaultdict(deque)
    for place, field in enumerate(taken):
        came_in[field].append(place)
    first_place = _first_places(taken)
    before: list[list[Field]] = [[] for _ in range(len(taken) + 1)]
    behind: dict[str, int] = {}
    for field in stored.fields:
        tag = field[0]
        if came_in.get(field):
            behind[tag] = max(behind.get(tag, 0), came_in[field].popleft() + 1)
        elif field in kept:
            if tag not in behind:
                behind[tag] = first_place(tag)
            before[behind[tag]].append(field)
    merged = []
    for fields, field in zip(before, taken, strict=False):
        merged += [*fields, field]
    return merged + before[-1]


def _first_places(fields: list[Field]) -> Callable[[str], int]:
    """Says where the first field of a tag stands, or else of a higher one, or else the end."""
    first: dict[str, int] = {}
    rising: list[str] = []
    for place, (tag, _) in enumerate(fields):
        if tag not in first:
            first[tag] = place
            if not rising or tag > rising[-1]:
                rising.append(tag)

    def place_of(tag: str) -> int:
        if tag in first:
            return first[tag]
        higher = bisect(rising, tag)
        return first[rising[higher]] if higher < len(rising) else len(fields)

    return place_of


def is_local(field: Field) -> bool:
    """Whether the field is a local extension ($9 LOCAL)."""
    return not field.control and any(value.upper() == LOCAL_EXTENSION for value in field.values("9"))
