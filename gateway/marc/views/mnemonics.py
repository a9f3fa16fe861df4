"""A record in mnemonic form, as MARCMaker and MarcEdit show it."""

from typing import Final

from gateway.marc.record import Record

MNEMONICS: Final = str.maketrans(
    {"\\": "{bsol}", "$": "{dollar}", "{": "{lcub}", "}": "{rcub}"}
    | {chr(code): f"{{{code:02X}}}" for code in (*range(0x20), 0x7F)}
    | {"\x1b": "{esc}"}
)
"""Characters that mean something in mnemonic form, and those that would break a line, by MARCMaker's names."""


def mnemonic(record: Record, errors: str = "replace") -> str:
    r"""The record in mnemonic form (MarcEdit's .mrk): `\` is a blank, `$` begins a subfield.

    It is read back as it was (`marc.forms.mrk`), but that missing indicators are blanks, and bytes that are not UTF-8
    are shown as the replacement character, or become what `errors` makes of them. Text before the first subfield
    delimiter stands directly behind the indicators.
    """
    lines = [f"=LDR  {_blanks(record.leader.decode('ascii', errors).translate(MNEMONICS))}"]
    for field in record.fields:
        text = field.body.decode("utf-8", errors)
        if field.control:
            lines.append(f"={field.tag}  {_blanks(text.translate(MNEMONICS))}")
            continue
        head, *subfields = text.split("\x1f")
        indicators = _blanks(head[:2].ljust(2).translate(MNEMONICS))
        texts = (head[2:].translate(MNEMONICS), *[subfield.translate(MNEMONICS) for subfield in subfields])
        lines.append(f"={field.tag}  {indicators}{'$'.join(texts)}")
    return "\n".join(lines)


def _blanks(text: str) -> str:
    return text.replace(" ", "\\")
