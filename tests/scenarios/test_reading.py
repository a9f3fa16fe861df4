"""A scenario that cannot be right is an error that names its line, and one that is not so fails where it is not so."""

import pytest
import trio

from tests.scenarios.blocks import Unreadable
from tests.scenarios.reading import Export, parse
from tests.scenarios.running import play

GOOD = r"""# A scenario that is so.
stored in xyz:
  originating version: 20260101090000.0
  =001  9910000000015867
  =005  20260101090000.0
  =035  \\$a(OCoLC)999000101
  =245  10$aTides at Harrow Quay.
export to i-share-xyz as 01CARLI_XYZ with xyz-secret:
  =035  \\$a(OCoLC)999000101
  =245  10$aWaves.

reply:
  The record has been processed successfully.
  MMS ID: 9910000000015867
outcome: merged
diagnosis: merged
findings:
  warn fixedFieldMissing 008
xyz holds:
  9910000000015867 version 2
  =001  9910000000015867
  =005  {time}
  =035  \\$a(OCoLC)999000101
  =245  10$aWaves.
network holds:
  nothing
sandbox-abc untouched
"""
REPLY = GOOD[GOOD.index("reply:") : GOOD.index("outcome:")]
XYZ = GOOD[GOOD.index("xyz holds:") : GOOD.index("network holds:")]
EXPORTED = "  =245  10$aWaves.\n\n"
FOUND = "version 2\n"


def edited(old: str, new: str) -> str:
    """The good scenario with one place changed."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def faults(text: str) -> list[tuple[str, list[str], list[str]]]:
    """Each step that is not so: its line, what is written and did not happen, what happened and is not written."""
    played = trio.run(play, parse(text, "a.txt"), "memory:")
    return [
        (line.place, [one for one in written if one not in happened], [one for one in happened if one not in written])
        for line, written, happened in played
        if written != happened
    ]


def test_scenario_that_is_so_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "written", "happened"),
    [
        ("successfully.", "successfully", r"b'The record has been processed successfully'", None),
        ("ID: 9910000000015867", "ID: 9910000000015867 ", r"b'MMS ID: 9910000000015867 \x00'", None),
        ("  MMS ID: 9910000000015867\n", "", r"b'The record has been processed successfully.\x00'", None),
        (REPLY, "no reply\n", "b''", None),
        ("outcome: merged", "outcome: created", "outcome: created", "outcome: merged"),
        ("outcome: merged", "outcome: not kept", "outcome: not kept", "outcome: merged"),
        ("diagnosis: merged", "diagnosis: created", "diagnosis: created", "diagnosis: merged"),
        ("diagnosis: merged", "diagnosis: merged, naming Sirens", "names Sirens", None),
        ("  warn", "  info undefinedField 901\n  warn", "info undefinedField 901", None),
        ("warn fixed", "info fixed", "info fixedFieldMissing 008", "warn fixedFieldMissing 008"),
        ("version 2", "version 3", "9910000000015867 version 3", "9910000000015867 version 2"),
        ("{time}", "20260302120001.0", "=005  20260302120001.0", "=005  20260302120000.0"),
        ("Waves.\nnetwork", "Wave.\nnetwork", "=245  10$aWave.", "=245  10$aWaves."),
        ("  =245  10$aWaves.\nnetwork", "network", None, "=245  10$aWaves."),
        (FOUND, FOUND + "  =LDR  00000nam\\a22000003i\\4500\n", "=LDR  00000nam\\a22000003i\\4500", None),
        (FOUND, FOUND + "  flags: locked\n", "flags: locked", "flags: "),
        (FOUND, FOUND + "  originating version: 1\n", "originating version: 1", "originating version: "),
        ("  nothing", "  99 version 1\n  =245  00$aTides.", "99 version 1", None),
        (XYZ, "xyz holds:\n  nothing\n", None, "9910000000015867 version 2"),
        (XYZ, "xyz untouched\n", None, "xyz is not as it was:"),
        (XYZ, "", None, "xyz is not as it was:"),
    ],
)
def test_what_is_not_so_is_told(old: str, new: str, written: str | None, happened: str | None) -> None:
    ((place, stands, was),) = faults(edited(old, new))
    assert place == "a.txt, line 8"
    assert written is None or written in stands
    assert happened is None or happened in was


def test_flag_that_is_not_named_is_told() -> None:
    stored = GOOD[: GOOD.index("reply:")].replace("stored in xyz:\n", "stored in xyz:\n  flags: locked\n")
    answer = "9910000000015867 is open in the Metadata Editor. Release it and export again."
    refused = f"{stored}reply:\n  Import Failed\n  Not imported: {answer}\noutcome: refused locked\n"
    assert faults(refused) == []
    before = stored[stored.index("  =001") : stored.index("export")]
    unflagged = f"xyz holds:\n  9910000000015867 version 1\n{before}"
    assert faults(refused + unflagged) == [("a.txt, line 9", [], ["flags: locked"])]


def test_mms_id_that_the_zone_does_not_give_is_told() -> None:
    stored = "=001  9910000000015867\n  =005  2026"
    assert faults(edited(stored, stored.replace("9910000000015867", "9910000000025867")))[0] == (
        "a.txt, line 2",
        ["=001  9910000000025867"],
        ["=001  9910000000015867"],
    )


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("# A scenario", "A scenario", "line 1: a scenario begins with a comment"),
        ("stored in xyz:", "stored at xyz:", "line 2: nothing of this name may stand here: stored at xyz:"),
        ("stored in xyz:", "stored in main:", "line 2: there is no such zone; there are xyz, network"),
        ("  orig", "  origin: here\n  orig", "line 3: is no field in mnemonic form"),
        ("  orig", "  flags: loked\n  orig", "line 2: there is no flag loked; there are locked, cz_linked, suppressed"),
        ("  orig", "  flags: locked\n  flags: cz_linked\n  orig", "line 4: has been told already"),
        ("  =001  9910000000015867\n  =005  2026", "  =005  2026", "line 2: its record has no 001"),
        ("export to", "reply:\n  Yes.\nexport to", "line 8: follows no export"),
        ("export to i-share-xyz", "export to alma", "line 8: there is no such host; there are i-share-xyz"),
        ("xyz-secret:\n", "xyz-secret:\n  form: telex\n", "line 8: there is no form telex; there are desktop"),
        (EXPORTED, "  =245 10$aWaves.\n", "line 10: is no field in mnemonic form"),
        (EXPORTED, "  =245  10Waves.\n", "line 10: is no field in mnemonic form"),
        (EXPORTED, "  =245  10$a{2 Waves}\n", "line 10: what stands in braces is no {N times x}"),
        (EXPORTED, "  =245  10$a{time}\n", "line 10: what stands in braces is no {N times x}"),
        (EXPORTED, EXPORTED + '  change: "q" to "\\xe9"\n', "line 12: what is to be changed stands there 0 times"),
        (EXPORTED, EXPORTED + '  change: "Wave"\n', "line 12: is no part of a message"),
        (EXPORTED, "  then: the client hangs up\n" + EXPORTED, "line 10: is no part of a message"),
        (REPLY, "", "line 8: what is answered is missing"),
        (REPLY, "no reply\nno reply\n", "line 13: has been told already"),
        ("outcome: merged\n", "", "line 8: the outcome is missing"),
        ("outcome: merged", "Outcome: merged", "line 15: nothing of this name may stand here"),
        ("outcome: merged\n", "outcome: merged\n  of course\n", "line 16: belongs to no line above it"),
        (
            FOUND,
            FOUND + "  =LDR  00082nam\\a2200049\\i\\4500\n",
            "line 21: both lengths in the Leader are written 00000",
        ),
        ("network holds:", "networks holds:", "line 25: there is no such zone"),
        ("network holds:", "xyz holds:", "line 25: has been told already"),
        ("  nothing\n", "", "line 25: has nothing below it"),
        ("  nothing", "  all of it", "line 26: a record begins with its MMS ID and version"),
        ("  nothing", "  99 version 1", "line 26: has no fields below it"),
        ("sandbox-abc untouched", "xyz untouched", "line 27: has been told already"),
        ("stored in", "settings:\n  limits.conections = 5\nstored in", "line 3: limits.conections"),
        ("stored in", "settings:\n  limits.connections = many\nstored in", "line 3: is not key = value"),
        ("network holds:", "settings:\n  store.url = 'memory:'\nnetwork holds:", "line 25: stands once, and first"),
    ],
)
def test_what_cannot_be_right_names_its_line(old: str, new: str, error: str) -> None:
    with pytest.raises(Unreadable) as raised:
        faults(edited(old, new))
    assert str(raised.value).startswith(f"a.txt, {error}")


def test_scenario_that_exports_nothing_is_an_error() -> None:
    with pytest.raises(Unreadable, match="nothing is exported"):
        parse(GOOD[: GOOD.index("export to")], "a.txt")


def test_parts_of_a_message_are_bytes() -> None:
    parts = '  text: "é\\xe9\\0\\"\\\\{3 times x}"\n  bytes: 00 ff\n'
    (export,) = parse(f"# Bytes.\nsend to alma:\n{parts}no reply\noutcome: not kept\n", "a.txt").steps
    assert isinstance(export, Export)
    assert export.message == b'\xc3\xa9\xe9\0"\\xxx\0\xff'


def test_what_is_changed_in_a_record_keeps_its_place() -> None:
    sent = '  =245  10$aWaves.\n  change: "Waves" to "W\\xe4ves"\n  text: "!"\n'
    (export,) = parse(f"# Bytes.\nsend to alma:\n{sent}no reply\noutcome: not kept\n", "a.txt").steps
    assert isinstance(export, Export)
    assert export.message == b"00049nam a2200037 i 4500245001100000\x1e10\x1faW\xe4ves.\x1e\x1d!"
