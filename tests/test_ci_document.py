"""docs/ci.md: from nothing to a passing test, as somebody would who types what stands there."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from tests.test_docs import ROOT, console, on_free_ports, patient, run
from tests.testing.suites import SAMPLE, ran

pytestmark = pytest.mark.long

TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
HTTP, CONNEXION = "GATEWAY_HTTP__PORT", "GATEWAY_HOSTS__I_SHARE_XYZ__CONNEXION"
SEARCHED = shutil.which("yaz-client") is not None
"""Whether there is the program that one of the tests wants."""
PASSED = 3 + SEARCHED
"""Tests of the example for Python that are not skipped."""
EXPORTER = """
import { readFileSync } from "node:fs";
import { connect } from "node:net";

const item = (tag, value) => Buffer.concat([Buffer.from([tag.charCodeAt(0), 0x40 + value.length]), Buffer.from(value)]);

const exported = (host, port, message) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(message));
    socket.on("error", reject);
    socket.on("data", (reply) => {
      socket.end();
      resolve(reply.toString());
    });
  });

export const sendRecord = async (host, port, logonId, password) => {
  const message = Buffer.concat([item("A", logonId), item("P", password), readFileSync("sample.mrc")]);
  const reply = await exported(host, port, message);
  return reply.startsWith("The record has been processed") ? reply : exported(host, port, message);
};
"""
"""What its reader has: an exporter that tries again."""


def files(language: str) -> dict[str, str]:
    """The blocks of a language that are a file, by its name."""
    return dict(re.findall(rf"```{language} title=(\S+)\n(.*?)```", TEXT, re.DOTALL))


def write_tests(folder: Path) -> None:
    """Have the example for Python there."""
    found = files("python")
    assert list(found) == ["exporter.py", "test_exporter.py"]
    for name, source in found.items():
        (folder / name).write_text(source, encoding="utf-8")


def commands(http: str, connexion: str) -> list[str]:
    """Those of the sections behind the one for Python, for a gateway at these ports; the zone goes at their end."""
    _, _, behind = TEXT.partition("\n## In any other language\n")
    *blocks, when_one_fails = console(behind)
    *typed, delete = [command for block in blocks for command in block]
    assert "DELETE" in delete.typed
    script = ["set -e", "trap 'kill $(jobs -p) 2> kill || true' EXIT"]
    for command in (*typed, *when_one_fails, delete):
        script.append(command.checked if re.match(r"curl|gateway (?!serve)", command.typed) else command.typed)
    return [patient(line.replace("8550", http).replace("5500", connexion)) for line in script]


@pytest.mark.parametrize("arguments", [(), ("-n", "4")], ids=["alone", "side by side"])
def test_the_example_for_python_passes(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert f"python -m pytest{' '.join(['', *arguments])}" in TEXT
    write_tests(tmp_path)
    ran(tmp_path, "-p", "no:cacheprovider", *arguments).assert_outcomes(passed=PASSED, skipped=not SEARCHED)


def test_the_commands_for_other_languages_run(tmp_path: Path) -> None:
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    ports = on_free_ports()
    done = run(commands(ports[HTTP], ports[CONNEXION]), tmp_path, **ports)
    assert '"outcome":"logon_failed"' in done.stdout
    assert "MMS ID: 9910000000015867" in done.stdout


def test_the_example_for_javascript_passes(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed: it runs the example for JavaScript")
    ports = on_free_ports()
    ((name, source),) = files("javascript").items()
    source = source.replace("8550", ports[HTTP]).replace("5500", ports[CONNEXION])
    (tmp_path / name).write_text(source, encoding="utf-8")
    (tmp_path / "exporter.mjs").write_text(EXPORTER, encoding="utf-8")
    (tmp_path / "sample.mrc").write_bytes(SAMPLE)
    script = [
        "set -e",
        "trap 'kill $(jobs -p) 2> kill || true' EXIT",
        "gateway serve > ready.json &",
        "gateway ready --wait 20",
        "node --test --test-reporter=tap",
    ]
    done = run(script, tmp_path, GATEWAY_STORE__URL="memory:", **ports)
    assert "# pass 1\n" in done.stdout


@pytest.mark.parametrize("name", files("yaml"))
def test_the_jobs_install_what_the_page_installs_and_run_what_it_runs(name: str, tmp_path: Path) -> None:
    read = yaml.safe_load(files("yaml")[name])
    job = read["jobs"]["tests"] if "jobs" in read else read["tests"]
    install, test = job.get("script") or [step["run"] for step in job["steps"] if "run" in step]
    assert re.fullmatch(r"python -m pip install pytest git\+https://\S+", install)
    write_tests(tmp_path)
    run([test], tmp_path)
    report = job.get("artifacts", {}).get("reports", {}).get("junit")
    assert report is None or 'failures="0"' in (tmp_path / report).read_text("utf-8")
