"""Takes the pictures of the page that the documentation shows, light and dark: `make pictures`.

    python -m tests.browser.pictures [FOLDER]

The records are those of `fixtures/marc`; times and ports are set to fixed ones, so that the pictures change with the
page alone.
"""

import struct
import sys
import zlib
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Final

import httpx
from playwright.sync_api import Page, sync_playwright

from gateway.model import Logon
from tests.browser.filled import posted
from tests.browser.visiting import ARGUMENTS, BROWSERS, Connexion, browser_program, gateway, window
from tests.cli.gateways import MARC, OTHER_HOST, ROOT
from tests.server.running import PATIENCE, WRONG

FOLDER: Final = ROOT / "docs" / "images"
SIZE: Final = {"width": 1200, "height": 800}
"""CSS pixels."""
NETWORK: Final = Logon(logon_id=b"01CARLI_NETWORK", password=b"network-secret")
EXPORTS: Final = (
    *("local-fields", "cjk", "serial", "refused-no-245", "hebrew", "former-numbers", "arabic"),
    *("refused-marc8", "revised-local-fields"),
)
"""Fixtures, in the order in which they are exported to the zone xyz."""
LESSON: Final = "/lessons/local-fields"
PICTURES: Final = {
    "attempts": "/",
    "attempt": "/attempts/10",
    "record": "/zones/xyz/records/9910000000045867",
    "diff": "/zones/xyz/records/9910000000015867/diff",
    "zone": "/zones/xyz",
}
"""Name of a picture -> its page; `lesson` is another, whose path is known when it is under way."""
PNG: Final = b"\x89PNG\r\n\x1a\n"
TRUE_COLOUR: Final = 2
NOT_FILTERED: Final = b"\0"
"""Before a line."""
FIXED: Final = (
    (r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}", "2026-05-04 14:59:07 +0000"),
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "019df3a1-2c40-7a11-8d5e-3f0c9b7a6e21"),
    (r"\b0\.\d{3}\b", "0.002"),
)
"""Patterns of what differs from run to run, and what is shown in its place; beside times and what was made today."""
STILL: Final = """([real, fixed]) => {
    const day = new Date().toISOString().slice(0, 10);
    const stamp = new RegExp(`${day.replaceAll("-", "")}\\\\d{6}\\\\.\\\\d`, "g");
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let minute = 59; texts.nextNode();) {
        const text = texts.currentNode;
        if (text.parentElement.matches("time") && text.data.includes(":")) text.data = ` 14:${minute--}:07`;
        for (const [pattern, shown] of fixed) text.data = text.data.replace(new RegExp(pattern, "g"), shown);
        for (const [found, shown] of Object.entries(real)) text.data = text.data.replaceAll(found, shown);
        text.data = text.data.replaceAll(day, "2026-05-04").replaceAll(stamp, "20260504145907.1");
    }
}"""
"""Shows what is fixed in the place of what is not."""
PIXELS: Final = """async (picture) => {
    const image = new Image();
    image.src = picture;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const pixels = canvas.getImageData(0, 0, image.width, image.height).data;
    return [image.width, new Uint8Array(pixels.buffer).toBase64()];
}"""
"""Width of a picture, and its pixels in red, green, blue and alpha."""


def main(folder: Path) -> None:
    """Write all pictures to the folder."""
    program = browser_program()
    if program is None:
        raise SystemExit(f"there is no browser: none of {', '.join(BROWSERS)}")
    folder.mkdir(parents=True, exist_ok=True)
    with gateway() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        pages = PICTURES | {"lesson": _filled(Connexion(running))}
        for scheme in ("light", "dark"):
            with window(browser, running, viewport=SIZE, color_scheme=scheme) as site:
                blank = site.context.new_page()
                for name, path in pages.items():
                    tab = site.open(path)
                    tab.evaluate(STILL, [{str(running.port): "5500"}, FIXED])
                    (folder / f"{name}-{scheme}.png").write_bytes(_smaller(tab.screenshot(), blank))
        browser.close()


def _filled(connexion: Connexion) -> str:
    """Export what the pictures show; the page of a lesson that has been played."""
    for name in EXPORTS:
        connexion.exports(name)
    connexion.exports("monograph", WRONG)
    connexion.sends((MARC / "serial.mrc").read_bytes(), NETWORK, OTHER_HOST)
    connexion.says(b"GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
    with httpx.Client(base_url=connexion.gateway.running.http or "", timeout=PATIENCE) as client:
        staged = posted(client, LESSON, f"{LESSON}/scene")
        return posted(client, staged.path, f"{LESSON}/export").path


def _smaller(picture: bytes, blank: Page) -> bytes:
    """The same PNG in a quarter less: lines of text are packed better as they are than as differences.

    Source: PNG (third edition), 5, 9 and 11. `blank`: a tab in which it can be taken apart.
    """
    width, pixels = blank.evaluate(PIXELS, f"data:image/png;base64,{b64encode(picture).decode()}")
    colours = bytearray(b64decode(pixels))
    del colours[3::4]
    line = 3 * width
    lines = [NOT_FILTERED + colours[at : at + line] for at in range(0, len(colours), line)]
    head = struct.pack(">IIBBBBB", width, len(lines), 8, TRUE_COLOUR, 0, 0, 0)
    packed = zlib.compress(b"".join(lines), zlib.Z_BEST_COMPRESSION)
    return PNG + b"".join(_chunk(*one) for one in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
