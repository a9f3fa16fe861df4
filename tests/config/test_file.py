"""A settings file that cannot be read, and the line on which one that can has a key."""

from pathlib import Path

import pytest

from tests.config.files import LIBRARY, PASSWORD, problems


class TestUnreadableFile:
    def test_that_does_not_exist(self) -> None:
        (line,) = problems(file=Path("missing.toml"))
        assert line == "missing.toml: there is no such file; `gateway config example` prints one to begin with"

    def test_that_is_a_folder(self, tmp_path: Path) -> None:
        (line,) = problems(file=tmp_path)
        # Windows answers "Permission denied" for a folder.
        assert line.startswith(f"{tmp_path}: ")

    def test_in_another_encoding(self) -> None:
        Path("gateway.toml").write_bytes('[log]\nlevel = "d\xe9bug"\n'.encode("latin-1"))
        assert problems() == ["gateway.toml: is not UTF-8 text; save it as UTF-8"]

    @pytest.mark.parametrize(
        ("text", "place", "words"),
        [
            ("[log]\nlevel = debug\n", "gateway.toml, line 2, column 9", "text stands in quotes"),
            ('[store]\nurl = "sqlite:C:\\data"\n', "gateway.toml, line 2, column 19", "Windows path in single quotes"),
            ("[log]\n[limits]\n[log]\n", "gateway.toml, line 3, column 5", "the table stands there already"),
            ("[log]\nlevel = 'info'\nlevel = 'info'\n", "gateway.toml, line 3", "the key stands there already"),
            (f"{LIBRARY}password", "gateway.toml", "Expected '='"),
            (f'{LIBRARY}password_env = "{PASSWORD}', "gateway.toml", "is not TOML"),
            (f"[zones.main]\npassword = {PASSWORD}", "gateway.toml, line 2", "text stands in quotes"),
            ("[limits]\nconnections = " + "9" * 5000, "gateway.toml", "is not TOML"),
            ("names = " + "[" * 5000, "gateway.toml", "is not TOML"),
        ],
    )
    def test_that_is_not_toml(self, text: str, place: str, words: str) -> None:
        (line,) = problems(text)
        assert line.startswith(place)
        assert words in line


class TestPlaces:
    """A text search finds the line."""

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("limits.connections = 0", 1),
            ("\n[ limits ]\n\n  connections=0", 4),
            ('["limits"]\n"connections" = 0', 2),
            ("limits = { idle_seconds = 5, connections = 0 }", 1),
            ("[limits]\n# connections = 5\nconnections = 0", 3),
            ("[log]\n[limits] # with a comment\nconnections = 0", 3),
            ("[log]\nlevel = '''\nconnections = 1'''\n[limits]\nconnections = 0", 5),
            ('[store]\nurl = """memory:"""\n[limits]\nconnections = 0', 4),
            ("# \u2028 ends no line in TOML\r\n[limits]\r\nconnections = 0", 3),
        ],
    )
    def test_of_a_key(self, text: str, line: int) -> None:
        found = [problem for problem in problems(text) if problem.startswith("limits.connections ")]
        assert found == [
            f"limits.connections (gateway.toml, line {line}): must be a whole number from 1 to 1,000,000,000, is 0"
        ]
