"""What `make dist` has built, and the image that the Dockerfile makes."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.release.dockerfile import Image, build
from tests.release.installed import ROOT, Installed, install

DIST = "GATEWAY_DIST"
"""Environment variable: the folder with sdist and wheel."""


collect_ignore = [] if DIST in os.environ else ["test_container.py", "test_dist.py"]
"""What they do wants an index of packages: `make dist` builds sdist and wheel, and runs these tests on them."""


@pytest.fixture(scope="session")
def dist() -> Path:
    """The folder with sdist and wheel."""
    return Path(os.environ[DIST]).resolve()


@pytest.fixture(scope="session")
def sdist(dist: Path) -> Path:
    """The one source distribution."""
    (file,) = dist.glob("*.tar.gz")
    return file


@pytest.fixture(scope="session")
def wheel(dist: Path) -> Path:
    """The one wheel, which was built from the source distribution."""
    (file,) = dist.glob("*.whl")
    return file


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment that has it and its dependencies, and nothing else."""
    return install(wheel, tmp_path_factory.mktemp("installed"))


@pytest.fixture(scope="session")
def installed_for_tests(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel in an environment that has pytest beside it, and nothing else."""
    return install(wheel, tmp_path_factory.mktemp("installed-for-tests"), "pytest")


@pytest.fixture(scope="session")
def image(dist: Path) -> Iterator[Image]:
    """The container's files, which nobody may write to but in /data."""
    if sys.platform != "linux":
        pytest.skip("the container is Linux")
    folder = Path(tempfile.mkdtemp(prefix="gateway-image-"))
    try:
        made = build(ROOT / "deploy" / "Dockerfile", ROOT, folder)
        data = Path(made.below(made.written["VOLUME"]))
        forbid_writing(made.root, but=data)
        yield made
    finally:
        for inner in (path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink()):
            inner.chmod(0o755)
        shutil.rmtree(folder)


def forbid_writing(root: Path, *, but: Path) -> None:
    """A read-only root file system, with a volume."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink() and path != but:
            path.chmod(path.stat().st_mode & 0o555)
