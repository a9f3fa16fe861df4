"""What stands in deploy/ for others to copy, read as their tools read it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from tests.release.installed import ROOT

DEPLOY: Final = ROOT / "deploy"
DOCKERFILE: Final = DEPLOY / "Dockerfile"
SETTINGS: Final = DEPLOY / "container.toml"
ZONES: Final = DEPLOY / "zones.toml"
COMPOSE: Final = DEPLOY / "compose.yaml"
GITHUB: Final = DEPLOY / "github-actions.yml"
GITLAB: Final = DEPLOY / "gitlab-ci.yml"


def read(file: Path) -> Any:  # Any: what YAML gives
    """A file's content."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def github_job() -> Any:
    """The one job of the example for GitHub Actions."""
    (job,) = read(GITHUB)["jobs"].values()
    return job


def gitlab_job() -> Any:
    """That for GitLab CI."""
    (job,) = read(GITLAB).values()
    return job


def example_commands(file: Path) -> list[str]:
    """What an example types itself, but for the reader's own tests."""
    if file == GITHUB:
        typed = [step["run"] for step in github_job()["steps"] if "run" in step]
    else:
        typed = [*gitlab_job()["before_script"], *gitlab_job()["script"], *gitlab_job()["after_script"]]
    return [command for command in typed if command != "make test"]


def interpolated(environment: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """Compose's `environment` with its variables filled in, those that have to be set."""
    return {name: re.sub(r"\$\{(\w+):\?[^}]+\}", lambda at: given[at[1]], value) for name, value in environment.items()}


def variables(text: str) -> Iterator[str]:
    """Names of all that are filled in, however."""
    return (match[1] for match in re.finditer(r"\$\{?(\w+)", text))
