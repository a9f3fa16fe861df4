"""`gateway script`: what it gives a zone or a host of a running gateway, what it shows, and what it says of a file."""

import json
import re
import socket
from pathlib import Path

import msgspec
import pytest
from click.testing import Result

from gateway.cli import main
from gateway.cli.script_file import find_lines
from gateway.model import ConnectionStep, ReplyStep

from .gateways import HOST, OTHER_HOST, ROOT, Gateway, run, words
from .test_tail import NOBODY, asked, export, export_titled, web

__all__ = ["web"]

SCRIPT = """\
[[steps]]
reply = "locked"

[[steps]]
late_seconds = 0.01
times = 2
"""


def given(web: Gateway, *arguments: str | Path, text: str = SCRIPT) -> Result:
    """`gateway script` with that text on standard input."""
    return run("script", "--url", web.running.http, *arguments, given=text.encode())


def written(folder: Path, text: str) -> str:
    """A file of this text."""
    (folder / "steps.toml").write_text(text, encoding="utf-8")
    return "steps.toml"


def rows(result: Result) -> list[list[str]]:
    """Step, used and left, and what it does."""
    return [line.strip().split(maxsplit=3) for line in result.stdout.splitlines()[1:]]


class TestOfAZone:
    def test_is_given_shown_and_used(self, web: Gateway, folder: Path) -> None:
        done = asked(web, "script", "xyz", written(folder, SCRIPT))
        assert done.exit_code == 0
        assert [line.rstrip() for line in done.stdout.splitlines()] == [
            "Step  Used  Left  What it does",
            "1     0     1     answered as locked, nothing filed",
            "2     0     2     answered as the gateway decides, 0.01 s late (2 times)",
        ]
        for _ in range(2):
            export(web)
        assert [row[:3] for row in rows(asked(web, "script", "xyz"))] == [["1", "1", "0"], ["2", "1", "1"]]

    def test_what_it_answered_is_told_as_its_answer(self, web: Gateway) -> None:
        given(web, "xyz", "-")
        export(web)
        assert "  xyz  refused: locked (script)  " in asked(web, "wait", "--after", "0").stdout
        assert "  refused: locked (script)" in run("submissions", "list", *web.options).stdout

    def test_in_json_is_one_object_a_step(self, web: Gateway) -> None:
        given(web, "xyz", "-")
        first, second = map(json.loads, asked(web, "script", "xyz", "--json").stdout.splitlines())
        assert first == {
            "number": 1,
            "words": "answered as locked, nothing filed",
            "used": 0,
            "left": 1,
            "step": {"reply": "locked"},
        }
        assert second["step"] == {"late_seconds": 0.01, "times": 2}

    def test_none(self, web: Gateway) -> None:
        shown = asked(web, "script", "xyz")
        assert (shown.exit_code, shown.stdout) == (0, "xyz has no script\n")
        assert asked(web, "script", "xyz", "--json").stdout == ""

    def test_can_be_json(self, web: Gateway) -> None:
        done = given(web, "xyz", "-", text=' {"steps": [{"reply": "busy"}]}')
        assert rows(done) == [["1", "0", "1", "answered as busy, nothing filed"]]

    def test_a_name_that_is_a_path_is_none(self, web: Gateway) -> None:
        for zone in ("nowhere", "../hosts", "a b?c"):
            refused = asked(web, "script", zone)
            assert (refused.exit_code, refused.stdout) == (1, "")
            assert refused.stderr.startswith("gateway: ")


class TestUsedUp:
    def test_exits_1_until_all_of_it_was_used(self, web: Gateway) -> None:
        given(web, "xyz", "-")
        for left in ("3 exports", "2 exports", "1 export"):
            waiting = asked(web, "script", "xyz", "--used-up")
            assert waiting.exit_code == 1
            assert waiting.stderr == f"gateway: the script of xyz is not used up: {left} did not come\n"
            export(web)
        done = asked(web, "script", "xyz", "--used-up")
        assert (done.exit_code, done.stderr) == (0, "")

    def test_is_not_so_of_a_zone_that_has_none(self, web: Gateway) -> None:
        none = asked(web, "script", "xyz", "--used-up")
        assert (none.exit_code, none.stdout) == (1, "xyz has no script\n")


class TestClear:
    def test_ends_it_and_says_what_was_not_used(self, web: Gateway) -> None:
        given(web, "xyz", "-")
        export(web)
        ended = asked(web, "script", "xyz", "--clear")
        assert ended.exit_code == 0
        assert [row[2] for row in rows(ended)] == ["0", "2"]
        assert ended.stderr == "gateway: the script of xyz is not used up: 2 exports did not come\n"
        assert asked(web, "script", "xyz").stdout == "xyz has no script\n"

    def test_can_ask_in_one_whether_it_was_used_up(self, web: Gateway) -> None:
        for exports, exits in (0, 1), (1, 0):
            given(web, "xyz", "-", text="[[steps]]")
            for _ in range(exports):
                export(web)
            assert asked(web, "script", "xyz", "--clear", "--used-up").exit_code == exits

    def test_nothing(self, web: Gateway) -> None:
        assert asked(web, "script", "xyz", "--clear").exit_code == 0


class TestOfAHost:
    def test_is_given_shown_used_and_ended(self, web: Gateway) -> None:
        done = given(web, "--host", HOST, "-", text='[[steps]]\ndo = "close"\n[[steps]]\ndo = "accept"\ntimes = 2')
        assert rows(done) == [["1", "0", "1", "closed at once"], ["2", "0", "2", "served as ever (2 times)"]]
        with socket.create_connection((web.address, web.port)) as client:
            assert client.recv(1) == b""
        export_titled(web, 1, "A title", NOBODY)
        ended = asked(web, "script", "--host", HOST, "--clear", "--used-up")
        assert [row[1:3] for row in rows(ended)] == [["1", "0"], ["1", "1"]]
        assert ended.stderr == f"gateway: the script of {HOST} is not used up: 1 connection did not come\n"
        assert ended.exit_code == 1

    def test_is_used_up_where_it_refuses_without_an_end(self, web: Gateway) -> None:
        given(web, "--host", HOST, "-", text='[[steps]]\ndo = "refuse"')
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((web.address, web.port))
        done = asked(web, "script", "--host", HOST, "--clear", "--used-up")
        assert (done.exit_code, done.stderr) == (0, "")

    def test_that_is_not_there(self, web: Gateway) -> None:
        refused = asked(web, "script", "--host", "i-share-xy")
        assert refused.exit_code == 1
        assert "did you mean i-share-xyz?" in refused.stderr


class TestFaults:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ('[[steps]]\nreply = "lockd"', "steps.1.reply (steps.toml, line 2): there is no reply 'lockd'"),
            (f"{SCRIPT}cut = -1", "steps.2.cut (steps.toml, line 7): must be 0 or more"),
            (
                f"{SCRIPT}values.hitt = '1'",
                "steps.2.values (steps.toml, line 7): there is no 'hitt'; did you mean hit?",
            ),
            ('[[steps]]\nsend = "garbage"', "steps.1.garbage (steps.toml, line 1): is to be given"),
            (
                "[[steps]]\nlate_second = 1",
                "steps.1.late_second (steps.toml, line 2): is no field of such a step; did you",
            ),
            ('[[steps]]\nlate_seconds = "1"', 'steps.1.late_seconds (steps.toml, line 2): is "1", must be a number'),
            ("[[steps]]\ntimes = 1.5", "steps.1.times (steps.toml, line 2): is 1.5, must be a whole number"),
            ("[[steps]]\nnul = 0", "steps.1.nul (steps.toml, line 2): is 0, must be true or false"),
            ("[[steps]]\ntext = 1", "steps.1.text (steps.toml, line 2): is 1, must be text"),
            ("[[steps]]\nvalues = 1", "steps.1.values (steps.toml, line 2): is 1, must be a table of texts"),
            (
                '[[steps]]\nthen = "sing"',
                'steps.1.then (steps.toml, line 2): is "sing", must be one of wait, close, reset, stop_reading',
            ),
            ("steps = [{times = 0}]", "steps.1.times (steps.toml): must be from 1"),
            ("steps = 3", "steps (steps.toml): are tables; write [[steps]] above each"),
            ("", "steps (steps.toml): are missing; write [[steps]] above each"),
            ('[[step]]\nreply = "locked"', "step (steps.toml): is no part of a script; write [[steps]]"),
            ("[[steps]\n", "steps.toml, line 1, column 8: is not TOML: Expected ']]'"),
            ('{"steps": ', "steps.toml: is not JSON: "),
        ],
    )
    def test_name_step_field_and_line(self, web: Gateway, folder: Path, text: str, says: str) -> None:
        refused = asked(web, "script", "xyz", written(folder, text))
        assert refused.exit_code != 0
        assert says in words(refused)
        assert asked(web, "script", "xyz").stdout == "xyz has no script\n"

    def test_are_told_all_at_once(self, web: Gateway, folder: Path) -> None:
        text = '[[steps]]\nreply = "lockd"\n[[steps]]\ncut = -1\n[[steps]]\ntimes = 0'
        said = words(asked(web, "script", "xyz", written(folder, text)))
        assert {line.partition(" ")[0] for line in said.splitlines()} == {
            "steps.1.reply",
            "steps.2.cut",
            "steps.3.times",
        }

    def test_of_a_zone_s_steps_for_a_host(self, web: Gateway) -> None:
        said = words(given(web, "--host", HOST, "-"))
        assert "steps.1.reply (standard input, line 2): is no field of such a step; there are do, late_seconds" in said

    def test_exit_with_2(
        self, web: Gateway, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = written(folder, "[[steps]]\ntimes = 0")
        monkeypatch.setattr("sys.argv", ["gateway", "script", "xyz", file, "--url", web.running.http])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert capsys.readouterr().err.startswith("gateway: steps.1.times (steps.toml, line 2): ")

    def test_of_a_file_that_cannot_be_read(self, web: Gateway, folder: Path) -> None:
        gone = asked(web, "script", "xyz", "gone.toml")
        assert gone.exit_code == 2
        assert "gone.toml cannot be read: No such file" in gone.stderr
        (folder / "latin.toml").write_bytes(b'[[steps]]\ntext = "\xe9"')
        assert "is not UTF-8 text" in asked(web, "script", "xyz", "latin.toml").stderr

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ((), "whose script?"),
            (("xyz", "-", "more"), "'more' too many"),
            (("--host", HOST, "-", "more"), "'more' too many"),
            (("xyz", "-", "--clear"), "leave out FILE"),
            (("xyz", "-", "--used-up"), "leave out FILE"),
        ],
    )
    def test_of_the_command_line(self, web: Gateway, arguments: tuple[str, ...], says: str) -> None:
        refused = asked(web, "script", *arguments)
        assert refused.exit_code == 2
        assert says in refused.stderr


def test_lines_are_those_of_steps_and_their_fields() -> None:
    text = f'# reply = "locked"\n{SCRIPT}values.hit = "1"\n  [[ steps ]]\n\ttext = """\ntext = 1\n"""'
    assert find_lines(text) == {
        "steps.1": 2,
        "steps.1.reply": 3,
        "steps.2": 5,
        "steps.2.late_seconds": 6,
        "steps.2.times": 7,
        "steps.2.values": 8,
        "steps.3": 9,
        "steps.3.text": 10,
    }


class TestDocument:
    PAGE = (ROOT / "docs" / "scripts.md").read_text("utf-8")

    def scripts(self) -> list[str]:
        return re.findall(r"```toml\n(.*?)```", self.PAGE, re.DOTALL)

    def test_scripts_that_it_shows_can_be_given(self, web: Gateway) -> None:
        assert len(self.scripts()) > 8
        for text in self.scripts():
            whose = ("--host", OTHER_HOST) if "do = " in text else ("xyz",)
            done = given(web, *whose, "-", text=text)
            assert done.exit_code == 0, words(done)
        assert sum("do = " in text for text in self.scripts()) == 1

    @pytest.mark.parametrize(
        ("heading", "kind"), [("The steps of a zone", ReplyStep), ("The steps of a host", ConnectionStep)]
    )
    def test_tells_of_every_field_and_what_holds_without_it(self, heading: str, kind: type[msgspec.Struct]) -> None:
        table = self.PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
        told = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE))
        assert [*told] == [*kind.__struct_fields__]
        for field in msgspec.structs.fields(kind):
            if field.default not in (None, "") and field.default is not msgspec.NODEFAULT:
                default = f"{field.default:g}" if isinstance(field.default, float) else json.dumps(field.default)
                assert told[field.name] == f"`{default}`"

    def test_words_of_the_log_are_those_that_are_logged(self) -> None:
        for event in re.findall(r"`((?:script|connexion)\.\w+)`", self.PAGE):
            assert any(f'"{event}"' in file.read_text("utf-8") for file in (ROOT / "gateway").rglob("*.py")), event
