"""Whatever is in a file: it is read, or what is wrong with it is told; nothing else is raised."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.circulation import rules
from gateway.circulation.entries import FIELDS, Entry
from gateway.circulation.files import File, read
from gateway.errors import Unusable
from gateway.model import Holding

NAMES = st.sampled_from(["a.csv", "a.toml", "upload"])
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["LOAN", "Loan", "in_place", "1", "2026-12-31", "0001-01-01T00:00:00+23:00", "9999-12-31", "|", '"']
    ),
)
HOLDING = Holding(zone="xyz", id="1", mms_id="2", library="M", location="s")


def reads(name: str, content: bytes) -> File | None:
    """The file; None where it was told why it is none."""
    try:
        return read(name, content, "xyz")
    except Unusable:
        return None


@given(NAMES, st.binary(max_size=200))
def test_of_any_bytes(name: str, content: bytes) -> None:
    reads(name, content)


@given(st.lists(st.dictionaries(st.sampled_from([*FIELDS]), CELLS), max_size=4))
def test_of_any_cells(rows: list[dict[str, str]]) -> None:
    lines = [",".join('"' + row.get(field, "").replace('"', '""') + '"' for field in FIELDS) for row in rows]
    found = reads("a.csv", "\n".join([",".join(FIELDS), *lines]).encode())
    for line in found.lines if found else ():
        assert line.entry != Entry()
        rules.item_faults(line.entry.item(HOLDING))


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "odd"]), st.sampled_from(["1", "1.5", "true", "[1]", "{a = 1}", "12:00:00", '"x"'])
    )
)
def test_of_any_toml(fields: dict[str, str]) -> None:
    reads("a.toml", "\n".join(["[[items]]", *(f"{name} = {value}" for name, value in fields.items())]).encode())
    reads("a.toml", "\n".join(["[[libraries]]", *(f"{name} = {value}" for name, value in fields.items())]).encode())


@given(
    st.sampled_from(["items", "libraries"]),
    st.sampled_from(["1", "[]", "[1]", "{}", "[{}]", '[{code = "a", name = "b", locations = [[]]}]']),
)
def test_of_any_table(key: str, value: str) -> None:
    reads("a.toml", f"{key} = {value}".encode())
