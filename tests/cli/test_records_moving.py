"""`gateway records export` and `import`: records out of zones into files, and into zones out of files."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gateway.cli.records import incoming
from gateway.desk.incoming import WINDOW_BYTES
from gateway.marc.forms import FORMS, ISO_2709
from gateway.marc.record import Field, Record
from gateway.marc.splitting import split_records
from tests.stores.sqlite_file import schema

from .gateways import MARC, Gateway, environment, process, run, serving, words

FORMATS = [ISO_2709, *FORMS]
FIRST, SECOND, THIRD = (f"991000000{number:03}5867" for number in (1, 2, 3))
GOOD = (MARC / "cjk.mrc", MARC / "former-numbers.mrc", MARC / "hebrew.mrc")
CORPORA = ("uva_2000_utf8", "blacklight_30_utf8", "yaz_nonlatin_utf8", "traject_misc_utf8")


@pytest.fixture
def options(store: str) -> tuple[str, str]:
    """What makes a command use a store that is not there yet."""
    return "--set", f"store.url={store}"


def exported(*arguments: str | Path) -> list[bytes]:
    """The records that are exported, in ISO 2709."""
    result = run("records", "export", "-o", "-", *arguments)
    assert result.exit_code == 0
    return split_records(result.stdout_bytes)


def unnumbered(raw: bytes) -> bytes:
    """A record without its 001 and 005."""
    record = Record.parse(raw)
    return Record(record.leader, [field for field in record.fields if field.tag not in ("001", "005")]).serialize()


def imported(*arguments: str | Path, exit_code: int = 0) -> list[str]:
    """What is said of an import, the records that were not filed first."""
    result = run("records", "import", *arguments)
    assert result.exit_code == exit_code, words(result)
    return [*result.stdout.splitlines(), *result.stderr.splitlines()]


def submissions(*options: str) -> list[dict]:
    """All submissions, oldest first."""
    listing = run("submissions", "list", "--json", "--limit", "0", *options).stdout
    return [json.loads(line) for line in reversed(listing.splitlines())]


class TestExport:
    @pytest.fixture
    def filled(self, options) -> tuple[str, str]:
        """A store with three records of the zone xyz and one of the network."""
        run("records", "import", *GOOD, *options)
        run("records", "import", MARC / "cjk.mrc", "--zone", "network", *options)
        return options

    @pytest.mark.parametrize("form", FORMATS)
    def test_in_each_form(self, filled, form):
        result = run("records", "export", "--format", form, *filled)
        assert (result.exit_code, result.stderr) == (0, "3 records of zone xyz\n")
        if form == ISO_2709:
            assert len(split_records(result.stdout_bytes)) == 3
        else:
            records = [*FORMS[form].read([result.stdout_bytes])]
            assert [record.control_value("001") for record in records] == [FIRST, SECOND, THIRD]

    @pytest.mark.parametrize("form", FORMATS)
    def test_in_the_form_that_the_file_s_name_promises(self, filled, folder: Path, form):
        assert run("records", "export", "-o", f"zone.{form}", *filled).exit_code == 0
        by_option = run("records", "export", "--format", form, *filled).stdout_bytes
        assert (folder / f"zone.{form}").read_bytes() == by_option

    def test_of_an_empty_zone_is_a_file_without_records(self, filled, folder: Path):
        result = run("records", "export", "--zone", "sandbox-abc", "-o", "empty.xml", *filled)
        assert (result.exit_code, result.stderr) == (0, "0 records of zone sandbox-abc\n")
        assert len(ElementTree.parse(folder / "empty.xml").getroot()) == 0

    def test_of_all_zones_is_a_file_each(self, filled, folder: Path):
        result = run("records", "export", "--all", "-o", "new/out", "--format", "jsonl", *filled)
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr.splitlines() == [
            f"3 records of zone xyz in {Path('new/out/xyz.jsonl')}",
            f"1 record of zone network in {Path('new/out/network.jsonl')}",
            f"0 records of zone sandbox-abc in {Path('new/out/sandbox-abc.jsonl')}",
            f"0 records of zone network-sandbox in {Path('new/out/network-sandbox.jsonl')}",
        ]
        assert sorted(path.name for path in (folder / "new" / "out").iterdir()) == [
            *("network-sandbox.jsonl", "network.jsonl", "sandbox-abc.jsonl", "xyz.jsonl"),
        ]
        assert (folder / "new" / "out" / "xyz.jsonl").read_bytes().count(b"\n") == 3

    def test_of_all_zones_is_of_those_too_that_the_settings_have_no_more(self, filled, store, folder: Path):
        for table in ("record", "identifier"):
            schema(Path(store.removeprefix("sqlite:")), f"UPDATE {table} SET zone = 'a/b' WHERE zone = 'network'")
        result = run("records", "export", "--all", "-o", "out", *filled)
        assert result.stderr.splitlines()[-1] == f"1 record of zone a/b in {Path('out/a%2Fb.mrc')}"
        assert len(split_records((folder / "out" / "a%2Fb.mrc").read_bytes())) == 1

    def test_says_how_many_in_json(self, filled):
        result = run("records", "export", "--all", "-o", "out", "--json", *filled)
        first, *_ = [json.loads(line) for line in result.stderr.splitlines()]
        file = str(Path("out/xyz.mrc"))
        assert first == {"zone": "xyz", "records": 3, "left_out": 0, "objections": 0, "file": file}

    def test_says_in_json_too_what_was_left_out_or_is_not_allowed(self, filled, store):
        schema(Path(store.removeprefix("sqlite:")), f"UPDATE record SET marc = X'3030' WHERE mms_id = '{SECOND}'")
        result = run("records", "export", "-o", "zone.xml", "--json", *filled)
        assert result.exit_code == 1
        assert json.loads(result.stderr.splitlines()[-1]) == {
            "zone": "xyz",
            "records": 2,
            "left_out": 1,
            "objections": 0,
        }

    def test_of_a_record_that_cannot_be_read_leaves_it_out_and_says_so(self, filled, store):
        schema(Path(store.removeprefix("sqlite:")), f"UPDATE record SET marc = X'3030' WHERE mms_id = '{SECOND}'")
        result = run("records", "export", "-o", "zone.mrk", *filled)
        assert result.exit_code == 1
        assert result.stderr.splitlines() == [
            f"{SECOND} of zone xyz is left out, it cannot be read: "
            "recordLength at byte 0: 2 bytes are too few for a record",
            "2 records of zone xyz",
        ]
        assert Path("zone.mrk").read_text("utf-8").count("=LDR") == 2
        assert run("records", "export", "-o", "zone.mrc", *filled).exit_code == 0  # as it is kept

    def test_says_what_the_schema_of_marcxml_does_not_allow(self, options, folder: Path):
        odd = Record.parse(GOOD[0].read_bytes()).adding(Field("949", b"1L\x1faHQ18"))
        (folder / "odd.mrc").write_bytes(odd.serialize())
        imported("odd.mrc", GOOD[1], *options)
        result = run("records", "export", "-o", "zone.xml", *options)
        assert (result.exit_code, result.stderr.splitlines()) == (
            0,
            [
                "2 records of zone xyz",
                "1 of them hold what the form's own schema does not allow; it is written all the same "
                f"(the first: {FIRST}, an indicator of field 949)",
            ],
        )
        assert 'ind2="L"' in (folder / "zone.xml").read_text("utf-8")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--all", "--zone", "xyz", "-o", "out"), "give one of --zone and --all"),
            (("--all",), "--all writes a file for each zone: give -o FOLDER"),
            (("--all", "-o", "-"), "--all writes a file for each zone: give -o FOLDER"),
            (("-o", "."), ". is a folder; give the name of a file, or --all"),
            (("--all", "-o", "taken"), "the folder taken cannot be made: File exists"),
            (("--zone", "xyy"), "there is no zone 'xyy'; did you mean xyz?"),
        ],
    )
    def test_what_cannot_be_done(self, filled, folder: Path, arguments, said):
        (folder / "taken").write_text("")
        result = run("records", "export", *arguments, *filled)
        assert result.exit_code == 2
        assert said in result.stderr


class TestTarget:
    """Where an export is written to."""

    @pytest.fixture
    def filled(self, options) -> tuple[str, str]:
        """A store with three records."""
        imported(*GOOD, *options)
        return options

    @pytest.mark.parametrize(
        ("file", "why"), [("nowhere/zone.mrc", "No such file or directory"), ("taken/zone.mrc", "Not a directory")]
    )
    def test_that_cannot_be_written_is_named(self, filled, folder: Path, file, why):
        (folder / "taken").write_text("")
        result = run("records", "export", "-o", file, *filled)
        assert result.exit_code == 2
        assert f"Error: {Path(file)} cannot be written: {why}" in result.stderr

    def test_that_is_full_keeps_what_was_there(self, filled, folder: Path):
        """A process that may write no file of more than 100 kB, and has more to write."""
        pytest.importorskip("resource")
        (folder / "many.mrc").write_bytes(GOOD[0].read_bytes() * 200)
        imported("many.mrc", "--as-is", *filled)
        (folder / "zone.mrc").write_text("before")
        limited = (
            "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); from gateway.cli import main; main()"
        )
        typed = [sys.executable, "-c", limited, "records", "export", "-o", "zone.mrc", *filled]
        ended = subprocess.run(typed, capture_output=True, text=True, env=environment())
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "Error: zone.mrc cannot be written: File too large" in ended.stderr
        assert (folder / "zone.mrc").read_text() == "before"
        assert not [*folder.glob("*.part")]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
    def test_that_is_a_pipe_stays_one(self, filled, folder: Path):
        os.mkfifo(folder / "pipe")
        with process("records", "export", "-o", "pipe", *filled) as started:
            content = (folder / "pipe").read_bytes()
            assert started.wait() == 0
        assert len(split_records(content)) == 3
        assert (folder / "pipe").is_fifo()

    @pytest.mark.skipif(os.name == "nt", reason="making links may need rights there")
    def test_that_is_a_link_stays_one(self, filled, folder: Path):
        (folder / "there").mkdir()
        (folder / "zone.mrc").symlink_to("there/zone.mrc")
        assert run("records", "export", "-o", "zone.mrc", *filled).exit_code == 0
        assert (folder / "zone.mrc").is_symlink()
        assert len(split_records((folder / "there" / "zone.mrc").read_bytes())) == 3

    @pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="the system has no device that is always full")
    def test_standard_output_that_is_full_is_named(self, filled):
        with (
            Path("/dev/full").open("wb") as full,
            process("records", "export", *filled, stdout=full.fileno()) as started,
        ):
            assert started.stderr is not None
            assert b"Error: standard output cannot be written: No space left on device" in started.stderr.read()
            assert started.wait() == 2

    def test_reader_who_has_gone_is_no_error_to_tell(self, filled):
        with process("records", "export", *filled) as started:
            assert started.stdout is not None
            assert started.stderr is not None
            started.stdout.close()
            assert started.stderr.read() == b""
            assert started.wait() == 1


class TestImport:
    def test_by_the_zone_s_profile(self, options):
        assert imported(*GOOD, MARC / "cjk.mrc", *options) == [
            "4 records into zone xyz: 3 created, 0 merged, 1 unchanged, 0 refused"
        ]
        assert [one["mms_id"] for one in submissions(*options)] == [FIRST, SECOND, THIRD, FIRST]
        assert {one["peer"] for one in submissions(*options)} == {"import"}
        [cjk, *_] = exported(*options)
        assert [field.text for field in Record.parse(cjk).get("001")] == [FIRST]

    def test_is_what_an_export_would_have_come_to(self, options, tmp_path: Path):
        files = sorted(MARC.glob("*.mrc"))
        with serving(f"sqlite:{tmp_path / 'other.db'}") as gateway:
            run("send", *gateway.options, *files)
            theirs = exported(*gateway.options)
            outcomes = [(one["outcome"], one["reason"], one["mms_id"]) for one in submissions(*gateway.options)]
        run("records", "import", *files, *options)
        ours = [(one["outcome"], one["reason"], one["mms_id"]) for one in submissions(*options)]
        kept = [outcome for outcome in outcomes if outcome[0] not in ("malformed", "foreign")]
        assert [one for one in ours if one[1] != "structure"] == [one for one in kept if one[1] != "structure"]
        assert [*map(unnumbered, exported(*options))] == [*map(unnumbered, theirs)]

    def test_beside_a_running_gateway(self, gateway: Gateway):
        run("send", *gateway.options, GOOD[0])
        assert imported(GOOD[1], *gateway.options) == [
            "1 record into zone xyz: 1 created, 0 merged, 0 unchanged, 0 refused"
        ]
        result = run("send", *gateway.options, GOOD[2])
        assert f"MMS ID: {THIRD}" in result.stdout

    def test_makes_the_store(self, options, store):
        assert not Path(store.removeprefix("sqlite:")).exists()
        imported(GOOD[0], "--as-is", *options)
        with serving(store) as gateway:
            assert f"MMS ID: {SECOND}" in run("send", *gateway.options, GOOD[1]).stdout

    def test_names_each_record_that_is_not_filed_and_why(self, options, folder: Path):
        names = ("cjk", "broken-directory-length", "refused-no-245", "hebrew", "refused-marc8")
        (folder / "some.mrc").write_bytes(b"".join((MARC / f"{name}.mrc").read_bytes() for name in names))
        *refused, summary = imported("some.mrc", *options, exit_code=1)
        assert summary == "5 records into zone xyz: 2 created, 0 merged, 0 unchanged, 3 refused"
        assert [line.partition(": refused: ")[0].partition(" (")[0] for line in refused] == [
            *("some.mrc record 2", "some.mrc record 3", "some.mrc record 5"),
        ]
        assert "no title field (245)" in refused[1]
        assert "MARC-8" in refused[2]

    def test_in_json(self, options, folder: Path):
        (folder / "some.mrc").write_bytes(GOOD[0].read_bytes() + (MARC / "refused-no-245.mrc").read_bytes())
        result = run("records", "import", "some.mrc", "--json", *options)
        assert result.exit_code == 1
        first, second = [json.loads(line) for line in result.stdout.splitlines()]
        assert list(first) == [
            *("file", "record", "outcome", "reason", "mms_id", "held_by", "oclc_numbers", "title", "says"),
        ]
        assert (first["file"], first["record"], first["outcome"], first["reason"]) == ("some.mrc", 1, "created", None)
        assert (first["mms_id"], first["oclc_numbers"], first["says"]) == (FIRST, ["1999000033"], "")
        assert (second["record"], second["outcome"], second["reason"]) == (2, "refused", "required")
        assert second["says"]
        assert json.loads(result.stderr) == {
            "zone": "xyz",
            "records": 2,
            "created": 1,
            "merged": 0,
            "unchanged": 0,
            "refused": 1,
        }

    def test_into_another_zone(self, options):
        [said] = imported(GOOD[0], "--zone", "network", *options)
        assert said.startswith("1 record into zone network: 1 created")
        assert [one["mms_id"] for one in submissions(*options)] == ["9910000000015816"]

    def test_through_the_network_zone_where_the_profile_says_so(self, options):
        network = ("--set", "profiles.carli-iz.use_network_zone=true")
        files = (GOOD[0], MARC / "broken-directory-length.mrc", GOOD[1])
        *_, said = imported(*files, *options, *network, exit_code=1)
        assert said == "3 records into zone xyz: 2 created, 0 merged, 0 unchanged, 1 refused"
        [first, second] = [Record.parse(raw) for raw in exported(*options)]
        assert [value for field in first.get("035") for value in field.values("a")][-1].endswith("9910000000015816")
        assert run("store", "check", *options).exit_code == 0
        assert (first.control_value("001"), second.control_value("001")) == (FIRST, SECOND)

    def test_as_is_matches_nothing(self, options):
        for _ in range(2):
            assert imported(*GOOD, "--as-is", *options) == [
                "3 records into zone xyz: 3 created, 0 merged, 0 unchanged, 0 refused"
            ]
        assert len(exported(*options)) == 6
        assert submissions(*options) == []

    def test_from_standard_input(self, options):
        content = b"".join(file.read_bytes() for file in GOOD)
        result = run("records", "import", "-", *options, given=content)
        assert (result.exit_code, result.stderr) == (
            0,
            "3 records into zone xyz: 3 created, 0 merged, 0 unchanged, 0 refused\n",
        )

    @pytest.mark.parametrize("content", [b"", b"\r\n"])
    def test_of_a_file_without_records(self, options, folder: Path, content):
        (folder / "empty.mrc").write_bytes(content)
        assert imported("empty.mrc", *options) == [
            "0 records into zone xyz: 0 created, 0 merged, 0 unchanged, 0 refused"
        ]

    @pytest.mark.parametrize("form", FORMATS)
    def test_knows_the_form_by_what_the_file_begins_with(self, options, folder: Path, form):
        imported(*GOOD, *options)
        run("records", "export", "--format", form, "-o", "zone.txt", *options)
        [said] = imported("zone.txt", "--zone", "sandbox-abc", *options)
        assert said == "3 records into zone sandbox-abc: 3 created, 0 merged, 0 unchanged, 0 refused"

    def test_takes_the_form_that_is_chosen(self, options, folder: Path):
        (folder / "zone.mrc").write_bytes(GOOD[0].read_bytes())
        [said, _] = imported("zone.mrc", "--format", "mrk", *options, exit_code=1)
        assert said == "zone.mrc record 1: refused: line 1: a line begins with =, a tag and two spaces"

    def test_names_what_is_no_record_by_its_line(self, options, folder: Path):
        record = FORMS["mrk"].write(Record.parse(GOOD[0].read_bytes()))
        (folder / "zone.mrk").write_bytes(record + b"=LDR  short\n\n" + record)
        [said, summary] = imported("zone.mrk", *options, exit_code=1)
        lines = record.count(b"\n")
        assert said == f"zone.mrk record 2: refused: line {lines + 1}: the Leader has 5 characters; it needs 24"
        assert summary == "3 records into zone xyz: 1 created, 0 merged, 1 unchanged, 1 refused"
        assert len(submissions(*options)) == 2

    def test_names_what_is_too_long_for_iso_2709(self, options, folder: Path):
        long = '{"leader":"00000nam a2200000 i 4500","fields":[{"001":"' + "x" * 10_000 + '"}]}'
        (folder / "zone.jsonl").write_text(long)
        [said, _] = imported("zone.jsonl", *options, exit_code=1)
        assert said == "zone.jsonl record 1: refused: field 001 would be 10,001 bytes; MARC 21 allows 9,999"

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("page.txt",), "page.txt shows none of the forms mrc, mrk, xml, jsonl; choose by --format"),
            (("utf16.mrk",), "utf16.mrk is text in UTF-16; save it as UTF-8"),
            ((".",), ". cannot be read: Is a directory"),
            (("nowhere.mrc",), "does not exist"),
            ((str(GOOD[0]), "--zone", "xyy"), "there is no zone 'xyy'; did you mean xyz?"),
            (
                (str(GOOD[0]), "--set", "zones.xyz.profiles=[]"),
                "zone xyz has no integration profile, so no record comes in; --as-is needs none",
            ),
            (
                (str(GOOD[0]), "--set", 'zones.xyz.profiles=["carli-iz", "carli-nz"]'),
                "zone xyz has several integration profiles, so no record comes in; --as-is needs none",
            ),
        ],
    )
    def test_what_cannot_be_done(self, options, store, folder: Path, arguments, said):
        (folder / "utf16.mrk").write_text("=LDR  00000nam a2200000 i 4500", "utf-16")
        (folder / "page.txt").write_text("Dear colleagues")
        result = run("records", "import", *arguments, *options)
        assert result.exit_code == 2
        assert said in result.stderr
        assert not Path(store.removeprefix("sqlite:")).exists()

    def test_nothing_is_filed_where_one_of_the_files_cannot_be_told(self, options, store, folder: Path):
        (folder / "page.txt").write_text("Dear colleagues")
        assert run("records", "import", GOOD[0], "page.txt", *options).exit_code == 2
        assert not Path(store.removeprefix("sqlite:")).exists()

    def test_into_a_memory_store(self):
        result = run("records", "import", GOOD[0], "--set", "store.url=memory:")
        assert words(result).startswith("a memory: store is reached by nobody but the gateway that serves it")

    def test_as_is_into_a_zone_without_a_profile(self, options):
        [said] = imported(GOOD[0], "--as-is", "--set", "zones.xyz.profiles=[]", *options)
        assert said.startswith("1 record into zone xyz: 1 created")


class TestThereAndBack:
    """What is exported and imported again is byte for byte as it was, but for 001 and 005."""

    @pytest.mark.long
    @pytest.mark.parametrize("way", [(), ("--as-is",)], ids=["by profile", "as is"])
    @pytest.mark.parametrize("form", FORMATS)
    @pytest.mark.parametrize("corpus", CORPORA)
    def test_real_records(self, conformance: Path, options, corpus, form, way):
        imported(conformance / "marc" / f"{corpus}.mrc", *options)
        run("records", "export", "-o", f"zone.{form}", *options)
        [said] = imported(f"zone.{form}", "--zone", "sandbox-abc", *way, *options)
        before, after = exported(*options), exported("--zone", "sandbox-abc", *options)
        assert re.search(rf": {len(before):,} created, 0 merged, 0 unchanged, 0 refused$", said)
        assert [*map(unnumbered, after)] == [*map(unnumbered, before)]
        assert run("store", "check", *options).exit_code == 0

    @pytest.mark.parametrize("form", FORMATS)
    def test_fixtures(self, options, form):
        run("records", "import", *sorted(MARC.glob("*.mrc")), *options)
        run("records", "export", "-o", f"zone.{form}", *options)
        imported(f"zone.{form}", "--zone", "sandbox-abc", *options)
        before, after = exported(*options), exported("--zone", "sandbox-abc", *options)
        assert len(before) > 10
        assert [*map(unnumbered, after)] == [*map(unnumbered, before)]

    def test_all_zones_seed_another_store(self, options, tmp_path: Path):
        imported(*GOOD, *options)
        imported(GOOD[0], "--zone", "network", *options)
        run("records", "export", "--all", "-o", "out", *options)
        other = ("--set", f"store.url=sqlite:{tmp_path / 'other.db'}")
        for zone in ("xyz", "network", "sandbox-abc", "network-sandbox"):
            imported(f"out/{zone}.mrc", "--zone", zone, "--as-is", *other)
        for zone in ("xyz", "network"):
            assert [*map(unnumbered, exported("--zone", zone, *other))] == [
                *map(unnumbered, exported("--zone", zone, *options)),
            ]


class TestFilesThatAreLongerThanMemoryShouldBe:
    """ISO 2709 is cut into records by windows as if the whole file were at hand."""

    RECORDS = tuple(file.read_bytes() for file in sorted(MARC.glob("*.mrc")) if "truncated" not in file.name)

    def read(self, file: Path) -> list[bytes | None]:
        return [one.raw for one in incoming.read(str(file), "mrc", lambda _: None)]

    def test_whole_and_damaged_records(self, folder: Path):
        content = b"\r\n".join(self.RECORDS * 60)
        assert len(content) > 2 * WINDOW_BYTES
        (folder / "long.mrc").write_bytes(content)
        assert self.read(folder / "long.mrc") == split_records(content)

    def test_a_stretch_without_an_end_is_no_more_than_a_window(self, folder: Path):
        junk = b"x" * (2 * WINDOW_BYTES)
        (folder / "long.mrc").write_bytes(GOOD[0].read_bytes() + junk + GOOD[1].read_bytes())
        found = self.read(folder / "long.mrc")
        assert b"".join(raw or b"" for raw in found) == (folder / "long.mrc").read_bytes()
        assert max(len(raw or b"") for raw in found) <= WINDOW_BYTES + incoming.PIECE_BYTES

    @pytest.mark.parametrize("form", FORMATS)
    def test_no_more_is_read_than_is_soon_needed(self, folder: Path, form):
        record = Record.parse((MARC / "local-fields.mrc").read_bytes())
        one = record.serialize() if form == ISO_2709 else FORMS[form].write(record)
        many = 3 * WINDOW_BYTES // len(one)
        with (folder / "long").open("wb") as file:
            file.write(FORMS[form].head if form in FORMS else b"")
            file.writelines([one] * many)
            file.write(FORMS[form].foot if form in FORMS else b"")
        told = 0

        def tell(size: int) -> None:
            nonlocal told
            told += size

        ahead = [told - found.number * len(one) for found in incoming.read(str(folder / "long"), form, tell)]
        assert len(ahead) == many
        assert max(ahead) <= WINDOW_BYTES + incoming.PIECE_BYTES
