"""The pictures of the page in the documentation: each there, light and dark, and small."""

import struct

import pytest

from tests.browser.pictures import FOLDER, PICTURES, PNG, SIZE

MOST_BYTES = 150_000
"""A page that shows two is quickly there."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", [*PICTURES, "lesson"])
def test_picture(name, scheme):
    picture = (FOLDER / f"{name}-{scheme}.png").read_bytes()
    assert picture.startswith(PNG)
    assert struct.unpack(">II", picture[16:24]) == (SIZE["width"], SIZE["height"])
    assert len(picture) <= MOST_BYTES


def test_there_are_no_others():
    assert len([*FOLDER.iterdir()]) == 2 * len([*PICTURES, "lesson"])
