"""The record that the benchmark exports: a typical OCLC monograph of some 1.2 KB. Reads no file.

Each run of nine nines in it stands for the export's own number, so that each export is a new title: its OCLC number,
its ISBN and its vendor's number are no other's. A generator that only replaces the nines leaves the ISBN without its
check digit, and it is then none by which a record is found.
"""

NINES = b"999999999"
"""What a record holds where its export's own number goes."""
NUMBERS = 1_000_000_000
"""How many numbers there are."""
CHECK_DIGIT = b"?"
"""Behind the nines, where the check digit of an ISBN that begins with 978 goes."""
REVISED = b"floods and mills"
"""The part of the title that is another in each later revision of the record."""

# Tag and value.
CONTROL_FIELDS = (
    ("001", "ocn999999999"),
    ("003", "OCoLC"),
    ("005", "20240312101500.0"),
    ("008", "230914s2024    enka     b    001 0 eng d"),
)

# Tag, indicators, then subfield code and value in turn.
FIELDS = (
    ("020", "  ", "a", "978999999999?", "q", "hardcover"),
    ("035", "  ", "a", "(OCoLC)999999999"),
    ("035", "  ", "a", "(YBP)999999999"),
    ("040", "  ", "a", "YDX", "b", "eng", "e", "rda", "c", "YDX", "d", "OCLCO", "d", "OCLCF"),
    ("050", " 4", "a", "GB1201.72", "b", ".H37 2024"),
    ("100", "1 ", "a", "Hartwell, Élise,", "d", "1961-", "e", "author."),
    ("245", "10", "a", "River gauging in the northern counties.", "n", "999999999,", "p", "Levels, floods and mills /",
     "c", "Élise Hartwell."),
    ("264", " 1", "a", "Lancaster :", "b", "Weir House Press,", "c", "2024."),
    ("300", "  ", "a", "xiv, 312 pages :", "b", "illustrations, maps ;", "c", "24 cm"),
    ("336", "  ", "a", "text", "b", "txt", "2", "rdacontent"),
    ("337", "  ", "a", "unmediated", "b", "n", "2", "rdamedia"),
    ("338", "  ", "a", "volume", "b", "nc", "2", "rdacarrier"),
    ("490", "0 ", "a", "Studies in northern waters"),
    ("504", "  ", "a", "Includes bibliographical references (pages 287-301) and index."),
    ("520", "  ", "a", "How river levels have been read and written down at mills, bridges and locks since 1750."),
    ("650", " 0", "a", "Stream measurements", "z", "England, Northern", "x", "History."),
    ("650", " 0", "a", "Floods", "z", "England, Northern", "x", "History."),
    ("650", " 7", "a", "Stream measurements.", "2", "fast"),
    ("700", "1 ", "a", "Okafor, Daniel,", "e", "illustrator."),
    ("994", "  ", "a", "C0", "b", "XYZ"),
)  # fmt: skip


def template() -> bytes:
    """The record as ISO 2709 in UTF-8, its numbers still nines."""
    fields = list(CONTROL_FIELDS)
    for tag, indicators, *parts in FIELDS:
        codes, values = parts[::2], parts[1::2]
        subfields = (f"\x1f{code}{value}" for code, value in zip(codes, values, strict=True))
        fields.append((tag, indicators + "".join(subfields)))
    directory, body = b"", b""
    for tag, value in fields:
        field = value.encode() + b"\x1e"
        directory += b"%s%04d%05d" % (tag.encode(), len(field), len(body))
        body += field
    base_address = 24 + len(directory) + 1
    return b"%05dcam a22%05d i 4500%s\x1e%s\x1d" % (base_address + len(body) + 1, base_address, directory, body)


def titled(record: bytes, number: int) -> bytes:
    """The record as the title of that number."""
    digits = b"%09d" % (number % NUMBERS)
    return record.replace(NINES + CHECK_DIGIT, digits + check_digit(digits)).replace(NINES, digits)


def revised(record: bytes, revision: int) -> bytes:
    """The record as it is after so many revisions, of the same length."""
    return record.replace(REVISED, b"revision%8d" % revision)


def check_digit(digits: bytes) -> bytes:
    """Of the ISBN 978 and these nine digits (ISO 2108: weights 1 and 3 by turns, modulo 10)."""
    a, b, c, d, e, f, g, h, i = digits
    total = 38 + 3 * (a + c + e + g + i) + b + d + f + h - 19 * ord("0")
    return b"%d" % (-total % 10)
