"""docs/ci.md: from nothing to a passing test, as somebody would who types what stands there."""

import re
from pathlib import Path

import pytest

from tests.test_docs import ROOT, console, free_port, run, written

TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def test_the_example_for_python_passes(pytester: pytest.Pytester) -> None:
    files = dict(re.findall(r"```python title=(\S+)\n(.*?)```", TEXT, re.DOTALL))
    assert list(files) == ["exporter.py", "test_exporter.py"]
    for name, source in files.items():
        pytester.path.joinpath(name).write_text(source, encoding="utf-8")
    done = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2")
    done.assert_outcomes(passed=3)


def test_the_commands_for_other_languages_run(tmp_path: Path) -> None:
    """Those of the sections behind the one for Python, on free ports."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    http, connexion = str(free_port()), str(free_port())
    _, _, behind = TEXT.partition("\n## In any other language\n")
    *blocks, when_one_fails = console(behind)
    *typed, delete = [command for block in blocks for command in block]
    assert "DELETE" in delete.typed
    script = ["set -e", "trap 'kill $(jobs -p) 2> kill || true' EXIT"]
    for command in (*typed, *when_one_fails, delete):
        script.append(command.checked if re.match(r"curl|gateway (?!serve)", command.typed) else command.typed)
    mapped = [line.replace("8550", http).replace("5500", connexion) for line in script]
    done = run(mapped, tmp_path, GATEWAY_HTTP__PORT=http, GATEWAY_HOSTS__I_SHARE_XYZ__CONNEXION=connexion)
    assert '"outcome":"logon_failed"' in done.stdout
    assert "MMS ID: 9910000000015867" in done.stdout


def test_the_example_for_javascript_asks_what_the_others_ask() -> None:
    """No JavaScript runs here; its requests are those of the commands."""
    (source,) = written(TEXT, "javascript")
    asked = set(re.findall(r'ask\("(\w+)", [`"]([^`"]*)[`"]', source))
    assert asked == {
        ("POST", "/zones"),
        ("PUT", "/zones/${key}/script"),
        ("GET", "/submissions?zone=${key}"),
        ("DELETE", "/zones/${key}"),
    }
