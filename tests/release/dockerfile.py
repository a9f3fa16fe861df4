"""Does what a Dockerfile says, in its order, in a folder: no daemon, no base image, but this system and this Python.

Paths of the image are paths below the folder; owners are left out. Knows the instructions that deploy/Dockerfile has,
and fails on any other.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

STEP_SECONDS: Final = 600
"""For one RUN: the longest one takes every dependency from an index."""
FROM_ROOT: Final = re.compile(r"(?<![\w./*$})\]-])/(?=[a-z])")
"""Where an absolute path begins within a command or a value."""
OWNERS: Final = re.compile(r"--(owner|group)=\d+ ")
NOT_RUN: Final = ("LABEL", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD")
"""What does nothing to the image's files; kept as it is written."""
PYTHON: Final = Path(sys.executable).parent
SYSTEM_PATH: Final = "/usr/local/bin:/usr/bin:/bin"
"""What $PATH is in the base image, near enough."""


class Instruction(NamedTuple):
    """A line of the file, with those that continue it."""

    name: str
    rest: str


@dataclass
class Image:
    """What a stage has come to."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    working_folder: Path = Path("/")
    written: dict[str, str] = field(default_factory=dict)
    """What `NOT_RUN` says, by instruction."""

    def below(self, text: str) -> str:
        """The same text with its absolute paths below the folder."""
        return FROM_ROOT.sub(f"{self.root}/", text)

    def exec_form(self, name: str) -> list[str]:
        """The command of an instruction that has to be a list, as it is run without a shell."""
        command = self.written[name]
        words: list[str] = json.loads(command[command.index("[") :])
        return words


def instructions(text: str) -> list[Instruction]:
    """All of a Dockerfile, without comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [Instruction(*line.split(None, 1)) for line in whole.splitlines() if line.strip()]


def build(dockerfile: Path, context: Path, folder: Path) -> Image:
    """Run all steps below `folder`, which is new; the last stage is the image."""
    sent = folder / "context"
    send(context, sent)
    root = folder / "root"
    stages: dict[str, Path] = {}
    image = Image(root)
    name = ""
    for instruction in instructions(dockerfile.read_text(encoding="utf-8")):
        if instruction.name == "FROM":
            if root.exists():
                # The same place for each stage, since what is installed knows where it lies.
                stages[name] = root.rename(folder / f"stage-{name}")
            root.mkdir()
            image, name = Image(root), instruction.rest.partition(" AS ")[2]
        else:
            take(instruction, image, sent, stages)
    return image


def send(context: Path, sent: Path) -> None:
    """Copy what `.dockerignore` lets through: it leaves all out but what it names."""
    first, *patterns = [
        line for line in (context / ".dockerignore").read_text().splitlines() if line[:1] not in ("", "#")
    ]
    assert first == "*"
    left_out = [pattern.removeprefix("**/") for pattern in patterns if not pattern.startswith("!")]
    for name in (pattern[1:] for pattern in patterns if pattern.startswith("!")):
        copy(context / name, sent / name, *left_out)


def copy(source: Path, target: Path, *left_out: str) -> None:
    """A file, or what a folder has in it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignored = shutil.ignore_patterns(*left_out)
        shutil.copytree(source, target, symlinks=True, ignore=ignored, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def take(instruction: Instruction, image: Image, sent: Path, stages: dict[str, Path]) -> None:
    """One step."""
    rest = instruction.rest
    match instruction.name:
        case "RUN":
            command = OWNERS.sub("", image.below(rest))
            environ = os.environ | {"PATH": f"{PYTHON}{os.pathsep}{os.environ['PATH']}"} | image.environ
            subprocess.run(
                ["sh", "-c", command], cwd=image.working_folder, env=environ, check=True, timeout=STEP_SECONDS
            )
        case "COPY":
            *sources, target = shlex.split(rest)
            origin = sent
            if sources[0].startswith("--from="):
                origin = stages[sources.pop(0).removeprefix("--from=")]
            into = image.working_folder / image.below(target)
            for source in sources:
                copy(origin / source.lstrip("/"), into / source if target.endswith("/") else into)
        case "WORKDIR":
            image.working_folder = Path(image.below(rest))
            image.working_folder.mkdir(parents=True, exist_ok=True)
        case "ENV":
            for name, value in settings(rest):
                image.environ[name] = image.below(value).replace("$PATH", SYSTEM_PATH)
        case name:
            assert name in NOT_RUN, name
            image.written[name] = rest


def settings(rest: str) -> Iterator[tuple[str, str]]:
    """The pairs of ENV or LABEL."""
    for pair in shlex.split(rest):
        name, _, value = pair.partition("=")
        yield name, value
