"""Decimal lengths before values that begin with a digit, as every Alma logon ID does: which reading is taken.

What a wrong reading costs is more than a record: it takes a password for a logon ID or for a part of a record, and
these are kept and shown.
"""

import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.frontends.connexion import wire
from gateway.frontends.connexion.vectors import events
from gateway.model import Logon

from .transcript import END, LOGON, TWO, cut, hear

MARC = Path(__file__).resolve().parents[2] / "fixtures" / "marc"
BROWSER = b"A1101CARLI_XYZP10xyz-secret"
"""Read as 110 bytes, the logon ID ends within a record's directory: on digits, with which a record could begin."""
PASSWORD = b"xyz-secret"
LOGON_ID = b"01CARLI_XYZ"
ENDS_ELSEWHERE = (
    "broken-length-not-digits",
    "broken-length-below-24",
    "broken-length-short",
    "broken-length-long",
    "broken-truncated",
)
"""Records that do not end where they say."""


def marc(*, but: tuple[str, ...] = ()) -> list[str]:
    return sorted(path.stem for path in MARC.glob("*.mrc") if path.stem not in but)


def stored(name: str) -> bytes:
    return (MARC / f"{name}.mrc").read_bytes()


def heard(sent: bytes) -> Iterator[wire.Event | wire.Malformed]:
    connection = wire.Connection()
    connection.receive(sent)
    yield from events(connection)
    connection.receive(END)
    yield from events(connection)


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize(
    ("sent", "logon"),
    [
        (b"A1101CARLI_XYZP6secret", LOGON),
        (b"P6secretA1101CARLI_XYZ", "logon P=secret A=01CARLI_XYZ"),
        (b"A1101CARLI_XYZP14ALEXANDRIA2026", "logon A=01CARLI_XYZ P=ALEXANDRIA2026"),
        (b"P14ALEXANDRIA2026A1101CARLI_XYZ", "logon P=ALEXANDRIA2026 A=01CARLI_XYZ"),
        (b"P13UC-secret-123A1101CARLI_XYZ", "logon P=UC-secret-123 A=01CARLI_XYZ"),
        (b"U11100-123-456A1101CARLI_XYZP10xyz-secret", "logon U=100-123-456 A=01CARLI_XYZ P=xyz-secret"),
        (b"A1101CARLI_XYZP812345678", "logon A=01CARLI_XYZ P=12345678"),
        (b"A1101CARLI_XYZP101234567890", "logon A=01CARLI_XYZ P=1234567890"),
        (b"A1101CARLI_XYZP11", "logon A=01CARLI_XYZ P=1"),
        (b"A1101CARLI_XYZP0", "logon A=01CARLI_XYZ P="),
        (b"A11P11U11", "logon A=1 P=1 U=1"),
    ],
)
def test_value_that_begins_with_a_digit(sent, logon, step):
    assert hear(wire.Connection(), *cut(sent + TWO, step)) == [logon, "record two"]


@pytest.mark.parametrize(
    ("sent", "logon"),
    [
        (b"P12U8xxxxxxxxA4ABxy", "logon P=2 U=xxxxxxxx A=ABxy"),
        (b"P14ALEXANDRIA2026", "logon P=ALEXANDRIA2026"),
        (b"P13A10xxxxxxxxxx", "logon P=A10xxxxxxxxxx"),
        (b"P12A22xxxxxxxxxU10xxxxxxxxxx", "logon P=A22xxxxxxxxx U=xxxxxxxxxx"),
    ],
    ids=["one-form-of-lengths", "one-form-and-fewer-items", "fewer-items", "shorter-lengths"],
)
def test_of_readings_with_one_end_is_taken_the_one_with(sent, logon):
    assert hear(wire.Connection(), sent + TWO) == [logon, "record two"]


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize(
    ("inner", "heard"),
    [
        (60, ["logon P=00100cam a22", "record 60"]),
        (95, ["logon P=2", "record 100"]),
    ],
)
def test_of_two_plausible_readings_the_one_that_ends_first_is_taken(inner, heard, step):
    """The base address of the one record is the length of the other, which begins 12 bytes later."""
    outer = b"00100cam a22%05d i 452200025" % inner + b"x" * 42 + b"\x1d" + b"x" * 27 + b"\x1d"
    assert hear(wire.Connection(), *cut(b"P12" + outer, step))[:2] == heard


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize(("last", "says"), [(b"\x1d", "record 200"), (b"x", "record 200 unterminated")])
def test_implausible_reading_ranks_behind_a_plausible_one_also_if_that_is_damaged(last, says, step):
    """Read as 110 bytes, the logon ID ends before what could be a record of 40 bytes, without a leader."""
    raw = b"00200cam a2200025 i 4500\x1e" + b"x" * 62 + b"00040abc" + b"x" * 104 + last
    assert hear(wire.Connection(), *cut(BROWSER + raw, step)) == ["logon A=01CARLI_XYZ P=xyz-secret", says]


@pytest.mark.parametrize("step", [7, 100_000])
@pytest.mark.parametrize("name", marc(but=ENDS_ELSEWHERE))
def test_record_sent_in_browser_form_comes_out_with_its_logon(name, step):
    """Also one that is refused later, for whatever is wrong with it."""
    connection = wire.Connection()
    received = []
    for chunk in cut(BROWSER + stored(name), step):
        connection.receive(chunk)
        received += events(connection)
    logon = Logon(logon_id=LOGON_ID, password=PASSWORD, tags="AP", lengths="browser")
    assert received == [wire.Record(stored(name), logon)]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("broken-length-long", "incomplete 1789 of 1889"),
        ("broken-truncated", "incomplete 1754 of 1789"),
    ],
)
def test_record_in_browser_form_that_ends_before_its_declared_length_is_incomplete(name, says):
    connection = wire.Connection()
    assert hear(connection, BROWSER + stored(name)) == []
    assert hear(connection, END) == [says, "closed"]


@pytest.mark.parametrize("size", range(len(BROWSER) + 24, len(BROWSER) + 1762, 89))
def test_connection_in_browser_form_that_ends_within_its_record_is_incomplete(size):
    connection = wire.Connection()
    assert hear(connection, (BROWSER + stored("monograph"))[:size]) == []
    assert hear(connection, END) == [f"incomplete {size} of 1789", "closed"]


@pytest.mark.parametrize("name", [name for name in marc() if name.startswith("broken-")])
def test_password_before_a_broken_record_is_taken_for_nothing_else(name):
    assert strays(BROWSER + stored(name), PASSWORD) == []


@pytest.mark.parametrize("password", [b"xyz-secret", b"12345678", b"12345678AB", b"ALEXANDRIA2026", b"AH12345678"])
@pytest.mark.parametrize("items", ["AP", "PA", "P"])
def test_password_is_taken_for_nothing_else_wherever_the_connection_ends(password, items):
    parts = {"A": b"A11" + LOGON_ID, "P": b"P%d" % len(password) + password}
    sent = b"".join(parts[tag] for tag in items) + TWO
    assert [sent[:size] for size in range(len(sent) + 1) if strays(sent[:size], password)] == []


def strays(sent: bytes, password: bytes) -> list[bytes]:
    """What is kept of these bytes, other than the password, with the password in it."""
    kept: list[bytes] = []
    for event in heard(sent):
        if isinstance(event, wire.Record | wire.Malformed):
            kept.append(event.raw)
        if isinstance(event, wire.Record | wire.Malformed | wire.Foreign) and event.logon is not None:
            kept += [event.logon.logon_id or b"", event.logon.user_id or b""]
    return [value for value in kept if password in value]


def test_at_most_one_random_password_in_a_thousand_is_misread():
    """Measured: 0 of these 3,000, and 0 of 200,000 made in the same way. The spec allows one in ten thousand."""
    chance = random.Random(5500)
    records = [stored(name) for name in marc() if not name.startswith("broken-") and name != "longest"]
    letters_and_digits = string.ascii_letters + string.digits
    firsts = ["U", "A", "P", string.digits, letters_and_digits]
    misread = []
    for number in range(3_000):
        first = chance.choice(chance.choice(firsts))
        password = (first + "".join(chance.choices(letters_and_digits, k=chance.randint(5, 19)))).encode()
        raw = records[number % len(records)]
        logon = Logon(logon_id=LOGON_ID, password=password, tags="AP", lengths="browser")
        if [*heard(wire.compose(logon, raw, "browser"))] != [wire.Record(raw, logon), wire.Closed()]:
            misread.append(password)
    assert len(misread) <= 3, misread
