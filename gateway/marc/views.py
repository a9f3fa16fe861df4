"""A record as people read it. Every view shows all that the record holds, damaged fields too; none changes it."""

from typing import Final

from gateway.marc.record import Record

MNEMONICS: Final = str.maketrans({"\\": "{bsol}", "$": "{dollar}", "{": "{lcub}", "}": "{rcub}"})
"""Characters that mean something in mnemonic form, by MARCMaker's names."""


def mnemonic(record: Record) -> str:
    r"""The record in mnemonic form (MarcEdit's .mrk): `\` is a blank, `$` begins a subfield.

    Missing indicators are blanks; text before the first subfield delimiter stands directly behind them. Bytes that
    are not UTF-8 are shown as the replacement character.
    """
    lines = [f"=LDR  {_blanks(record.leader.decode('ascii', 'replace'))}"]
    for field in record.fields:
        if field.control:
            lines.append(f"={field.tag}  {_blanks(field.text)}")
        else:
            indicators, stray = field.head
            subfields = "".join(f"${code}{value.translate(MNEMONICS)}" for code, value in field.subfields())
            lines.append(f"={field.tag}  {_blanks(indicators)}{stray.translate(MNEMONICS)}{subfields}")
    return "\n".join(lines)


def _blanks(text: str) -> str:
    return text.replace(" ", "\\")
