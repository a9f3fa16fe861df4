"""What a record was, what changed, and the way back: `gateway records history`, `diff`, `revert` and `flag`."""

import json
import os
import re
from pathlib import Path

import pytest

from gateway.errors import StoreError
from gateway.marc.record import Field, Record

from .gateways import MARC, Gateway, on_terminal, process, run, serving, words

MMS = "9910000000015867"
OVERLAY = "Overlay all fields but local"


def send(gateway: Gateway, *files: Path, options: tuple[str, ...] = ()) -> None:
    assert run("send", *gateway.options, *options, *files).exit_code == 0


@pytest.fixture
def later(folder: Path) -> Path:
    """The record of `local-fields.mrc` without its 590s and its 300, and with another subject."""
    first = Record.parse((MARC / "local-fields.mrc").read_bytes())
    kept = [field for field in first.fields if field.tag not in ("300", "590")]
    file = folder / "later.mrc"
    file.write_bytes(Record(first.leader, kept).adding(Field("650", b" 0\x1faLighthouses.")).serialize())
    return file


@pytest.fixture
def overlaid(gateway: Gateway, later: Path) -> Gateway:
    """A gateway whose one record has a second version."""
    send(gateway, MARC / "local-fields.mrc", later)
    return gateway


def lines(*arguments: str) -> list[str]:
    result = run("records", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def undated(*arguments: str) -> list[str]:
    """The same without times of import: the heading's, and the fields that are made anew."""
    dated = re.compile(r", \d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
    return [dated.sub("", line) for line in lines(*arguments) if "=005" not in line]


def history(gateway: Gateway, *options: str) -> list[dict]:
    return [json.loads(line) for line in lines("history", MMS, "--json", *options, *gateway.options)]


def test_history_newest_first(overlaid: Gateway):
    heading, second, first = lines("history", MMS, *overlaid.options)
    assert re.split("  +", heading.strip()) == ["Version", "Time", "Came about", "From", "Submission", "Flags"]
    assert re.match(rf"2  +\S+ \S+  +Replaced by {OVERLAY}  +OCoLC 20260302142344\.0  +[0-9a-f-]{{36}} *$", second)
    assert re.match(r"1  +\S+ \S+  +Added  +OCoLC 20260302142344\.0  +[0-9a-f-]{36} *$", first)


def test_history_in_json(overlaid: Gateway):
    [second, first] = history(overlaid)
    assert list(second) == [
        *("zone", "mms_id", "version", "at", "title", "oclc_numbers", "originating_system", "originating_version"),
        *("submission", "made_by", "flags", "linked_to", "management_tag", "how"),
    ]
    assert (first["version"], first["made_by"], first["how"]) == (1, "create", "Added")
    assert (second["version"], second["made_by"]) == (2, "overlay-all-fields-but-local")
    attempts = run("submissions", "list", "--json", *overlaid.options).stdout.splitlines()
    assert [second["submission"], first["submission"]] == [json.loads(attempt)["id"] for attempt in attempts]


def test_history_of_a_linked_record(store):
    with serving(store, "profiles.carli-iz.use_network_zone=true") as gateway:
        send(gateway, MARC / "cjk.mrc")
        [version] = history(gateway)
    assert version["how"] == "Linked to the Network Zone record 9910000000015816"
    assert version["linked_to"] == "9910000000015816"


def test_diff_of_the_newest_and_the_one_before(overlaid: Gateway):
    assert undated("diff", MMS, *overlaid.options) == [
        "--- version 1: Added",
        f"+++ version 2: Replaced by {OVERLAY}",
        f"- =300  \\\\$a88 pages ;$c20 cm  (is not protected by {OVERLAY})",
        f"- =590  \\\\$aLibrary's copy 2 lacks the exercises.  (is not protected by {OVERLAY})",
        f"- =590  \\\\$aGift of the Friends of the Harbor Library.  (is not protected by {OVERLAY})",
        f"+ =650  \\0$aLighthouses.  (comes in by {OVERLAY})",
    ]


def test_diff_with_all_fields_is_the_record(overlaid: Gateway):
    shown = undated("diff", MMS, "--all", *overlaid.options)
    assert shown[2:4] == ["  =LDR  00000cam\\a2200000\\i\\4500", f"  =001  {MMS}"]
    after = [line[2:].partition("  (")[0] for line in shown[3:] if line[0] != "-"]
    record = lines("show", MMS, "--format", "mrk", *overlaid.options)[1:]
    assert after == [line for line in record if "=005" not in line]


@pytest.mark.parametrize(
    ("numbers", "compared"),
    [((), ("2", "3")), (("2",), ("1", "2")), (("3", "1"), ("3", "1")), (("2", "2"), ("2", "2"))],
)
def test_diff_of_versions_of_ones_choice(overlaid: Gateway, numbers, compared):
    run("records", "revert", MMS, "1", *overlaid.options)
    before, after, *_ = undated("diff", MMS, *numbers, *overlaid.options)
    assert (before.split(":")[0], after.split(":")[0]) == (f"--- version {compared[0]}", f"+++ version {compared[1]}")


def test_diff_of_versions_that_are_not_neighbours_gives_no_reasons(overlaid: Gateway):
    run("records", "revert", MMS, "1", *overlaid.options)
    run("records", "revert", MMS, "2", *overlaid.options)
    assert "- =300  \\\\$a88 pages ;$c20 cm" in lines("diff", MMS, "1", "4", *overlaid.options)


def test_diff_in_json(overlaid: Gateway):
    found = [json.loads(line) for line in lines("diff", MMS, "--json", *overlaid.options)]
    assert found[-1] == {
        "from": 1,
        "to": 2,
        "change": "added",
        "tag": "650",
        "mrk": "=650  \\0$aLighthouses.",
        "why": f"comes in by {OVERLAY}",
    }
    assert {one["change"] for one in found} == {"removed", "added"}
    whole = [json.loads(line) for line in lines("diff", MMS, "--json", "--all", *overlaid.options)]
    assert [one["tag"] for one in whole][:2] == ["LDR", "001"]


def test_diff_is_coloured_on_a_terminal(overlaid: Gateway):
    with on_terminal("records", "diff", MMS, *overlaid.options) as (started, terminal):
        said = b""
        while b"Lighthouses" not in said:
            said += os.read(terminal, 65_536)
        assert started.wait(30) == 0
    assert b"\x1b[31m- =300  \\\\$a88 pages" in said
    assert b"\x1b[32m+ =650  \\0$aLighthouses." in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("history", "991"), "no record has the MMS ID 991"),
        (("history", MMS, "--zone", "network"), f"no record has the MMS ID {MMS}"),
        (("diff", "991"), "no record has the MMS ID 991"),
        (("diff", MMS, "3"), f"{MMS} has no version 3; its newest is 2"),
        (("diff", MMS, "1", "3"), f"{MMS} has no version 3; its newest is 2"),
        (("diff", MMS, "1"), f"{MMS} has no version before the first; there is nothing to compare"),
        (("revert", "991", "1"), "no record has the MMS ID 991"),
        (("revert", MMS, "3"), f"{MMS} has no version 3; its newest is 2"),
        (("flag", "991", "--clear"), "no record has the MMS ID 991"),
        (("flag", MMS, "--locked", "--zone", "network"), f"no record has the MMS ID {MMS}"),
    ],
)
def test_what_is_not_there(overlaid: Gateway, arguments, said):
    result = run("records", *arguments, *overlaid.options)
    assert (result.exit_code, result.stderr) == (1, f"Error: {said}\n")


@pytest.mark.parametrize("command", [("history",), ("diff",), ("revert", "1"), ("flag", "--locked")])
def test_an_mms_id_that_several_zones_hold(store, later: Path, command):
    """Of two zones with one suffix."""
    name, *more = command
    with serving(store, "zones.network.mms_suffix=5867") as gateway:
        for zone in ("xyz", "network"):
            send(gateway, MARC / "local-fields.mrc", later, options=("--zone", zone))
        result = run("records", name, MMS, *more, *gateway.options)
        assert result.exit_code == 2
        assert f"several zones hold a record {MMS}; choose by --zone: xyz, network" in result.stderr
        assert run("records", name, MMS, *more, "--zone", "network", *gateway.options).exit_code == 0


def test_revert(overlaid: Gateway):
    assert lines("revert", MMS, "1", *overlaid.options) == [
        f"{MMS} of zone xyz is now at version 3, with the fields of version 1"
    ]
    third, *_ = history(overlaid)
    assert (third["version"], third["how"], third["submission"]) == (3, "Reverted to version 1", "")
    assert "=300  \\\\$a88 pages ;$c20 cm" in lines("show", MMS, *overlaid.options)
    back = undated("diff", MMS, *overlaid.options)
    assert back[1] == "+++ version 3: Reverted to version 1"
    assert "+ =300  \\\\$a88 pages ;$c20 cm  (is in version 1)" in back
    assert "- =650  \\0$aLighthouses.  (is not in version 1)" in back


def test_revert_to_the_newest_changes_nothing(overlaid: Gateway):
    assert lines("revert", MMS, "2", *overlaid.options) == [f"{MMS} of zone xyz is at version 2; nothing was changed"]
    assert len(history(overlaid)) == 2


def test_an_export_after_a_revert_overlays_again(overlaid: Gateway, later: Path):
    run("records", "revert", MMS, "1", *overlaid.options)
    send(overlaid, later)
    assert [version["made_by"] for version in history(overlaid)] == [
        *("overlay-all-fields-but-local", "revert 1", "overlay-all-fields-but-local", "create"),
    ]


@pytest.mark.parametrize(
    ("options", "said", "flags"),
    [
        (("--locked",), "locked", ["locked"]),
        (("--cz-linked",), "linked to the Community Zone", ["cz_linked"]),
        (("--cz-linked", "--locked"), "locked, linked to the Community Zone", ["locked", "cz_linked"]),
        (("--suppressed", "--locked"), "locked, suppressed from discovery", ["locked", "suppressed"]),
        (("--clear",), "no flags", []),
    ],
)
def test_flags_are_those_that_were_given(overlaid: Gateway, options, said, flags):
    for before in ("--locked", "--cz-linked"):
        run("records", "flag", MMS, before, *overlaid.options)
    assert lines("flag", MMS, *options, *overlaid.options) == [f"{MMS} of zone xyz: {said}"]
    newest, earlier = history(overlaid)
    assert (newest["flags"], earlier["flags"]) == (flags, [])


@pytest.mark.parametrize("options", [(), ("--clear", "--suppressed"), ("--clear", "--cz-linked", "--locked")])
def test_flags_that_say_nothing_or_two_things(options):
    result = run("records", "flag", MMS, *options)
    assert result.exit_code == 2
    assert "give --locked, --cz-linked, --suppressed or several; or --clear alone" in result.stderr


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("--locked", f"Not imported: {MMS} is open in the Metadata Editor. Release it and export again."),
        ("--cz-linked", f"Not imported: {MMS} is linked to the Community Zone; Connexion cannot replace it."),
    ],
)
def test_the_next_export_to_a_running_gateway_is_refused(overlaid: Gateway, flag, why):
    for command in (("revert", MMS, "1"), ("flag", MMS, flag)):
        with process("records", *command, *overlaid.options) as started:
            assert started.wait(30) == 0
    file = MARC / "local-fields.mrc"
    refused = run("send", *overlaid.options, file)
    assert (refused.exit_code, refused.stdout) == (1, f"Import Failed\n{why}\n")
    assert len(history(overlaid)) == 3
    run("records", "flag", MMS, "--clear", *overlaid.options)
    assert run("send", *overlaid.options, file).exit_code == 0


def test_change_when_no_gateway_runs(store, later: Path):
    with serving(store) as gateway:
        send(gateway, MARC / "local-fields.mrc", later)
    assert lines("revert", MMS, "1", *gateway.options) == [
        f"{MMS} of zone xyz is now at version 3, with the fields of version 1"
    ]
    with serving(store) as again:
        assert len(history(again)) == 3


@pytest.mark.parametrize("command", [("revert", MMS, "1"), ("flag", MMS, "--locked")])
def test_a_memory_store_is_changed_by_its_gateway_alone(command):
    result = run("records", *command, "--set", "store.url=memory:")
    assert isinstance(result.exception, StoreError)
    assert words(result) == "a memory: store can be changed only by the gateway that serves it"


@pytest.mark.parametrize("command", [("history", MMS), ("diff", MMS), ("revert", MMS, "1"), ("flag", MMS, "--clear")])
def test_a_zone_that_is_none(command):
    result = run("records", *command, "--zone", "netwrk")
    assert result.exit_code == 2
    assert "there is no zone 'netwrk'; did you mean network?" in result.stderr
