"""What stands where in the Leader, 006, 007 and 008, under the labels that Connexion has for it.

Source: OCLC Bibliographic Formats and Standards, "Fixed Field", 006 and 007; MARC 21, Leader, 006, 007 and 008.
"""

from typing import Final, NamedTuple


class Element(NamedTuple):
    """A place in a control field, or in the Leader."""

    label: str
    start: int
    """Position, from 0."""
    end: int
    """The first position behind it."""
    name: str


def _elements(table: str) -> tuple[Element, ...]:
    """Lines of `label start-end name`, an underscore for a blank in a label."""
    made = []
    for line in filter(str.strip, table.splitlines()):
        label, places, name = line.split(maxsplit=2)
        start, _, last = places.partition("-")
        made.append(Element(label.replace("_", " "), int(start), int(last or start) + 1, name))
    return tuple(made)


FORMATS: Final = {
    **dict.fromkeys("ath", "BKS"),
    **dict.fromkeys("gkorn", "VIS"),
    **dict.fromkeys("pb", "MIX"),
    **dict.fromkeys("ef", "MAP"),
    **dict.fromkeys("cd", "SCO"),
    **dict.fromkeys("ij", "REC"),
    "m": "COM",
}
"""Leader/06, or 006/00 -> workform; h, n and b are obsolete."""
SERIAL_LEVELS: Final = frozenset("bis")
"""Leader/07 with which text is a continuing resource."""


LEADER: Final = _elements("""
    Rec_stat 5  Record status
    Type     6  Type of record
    BLvl     7  Bibliographic level
    Ctrl     8  Type of control
    ELvl     17 Encoding level
    Desc     18 Descriptive cataloging form
""")
REPLACED: Final = Element("Replaced", 0, 16, "Date and time of latest transaction")
"""All of the 005."""
COMMON_008: Final = _elements("""
    Entered 0-5   Date entered on file
    DtSt    6     Type of date/Publication status
    Dates   7-14  Date 1 and Date 2
    Ctry    15-17 Place of publication, production, or execution
    Lang    35-37 Language
    MRec    38    Modified record
    Srce    39    Cataloging source
""")
_MUSIC: Final = _elements("""
    Comp 18-19 Form of composition
    FMus 20    Format of music
    Part 21    Music parts
    Audn 22    Target audience
    Form 23    Form of item
    AccM 24-29 Accompanying matter
    LTxt 30-31 Literary text for sound recordings
    TrAr 33    Transposition and arrangement
""")
MATERIALS: Final[dict[str, tuple[Element, ...]]] = {
    "BKS": _elements("""
        Ills 18-21 Illustrations
        Audn 22    Target audience
        Form 23    Form of item
        Cont 24-27 Nature of contents
        GPub 28    Government publication
        Conf 29    Conference publication
        Fest 30    Festschrift
        Indx 31    Index
        LitF 33    Literary form
        Biog 34    Biography
    """),
    "SER": _elements("""
        Freq 18    Frequency
        Regl 19    Regularity
        SrTp 21    Type of continuing resource
        Orig 22    Form of original item
        Form 23    Form of item
        EntW 24    Nature of entire work
        Cont 25-27 Nature of contents
        GPub 28    Government publication
        Conf 29    Conference publication
        Alph 33    Original alphabet or script of title
        S/L  34    Entry convention
    """),
    "VIS": _elements("""
        Time 18-20 Running time
        Audn 22    Target audience
        GPub 28    Government publication
        Form 29    Form of item
        TMat 33    Type of visual material
        Tech 34    Technique
    """),
    "MIX": _elements("Form 23 Form of item"),
    "MAP": _elements("""
        Relf 18-21 Relief
        Proj 22-23 Projection
        CrTp 25    Type of cartographic material
        GPub 28    Government publication
        Form 29    Form of item
        Indx 31    Index
        SpFm 33-34 Special format characteristics
    """),
    "SCO": _MUSIC,
    "REC": _MUSIC,
    "COM": _elements("""
        Audn 22 Target audience
        Form 23 Form of item
        File 26 Type of computer file
        GPub 28 Government publication
    """),
}
"""Workform -> positions 18-34 of its 008; in a 006 each stands 17 positions earlier."""
SHIFT_006: Final = 17
TYPE_006: Final = Element("T006", 0, 1, "Form of material")

ROWS: Final[dict[str, tuple[str, ...]]] = {
    "BKS": (
        "Type ELvl Srce Audn Ctrl Lang",
        "BLvl Form Conf Biog MRec Ctry",
        "Cont GPub LitF Indx",
        "Desc Ills Fest DtSt Dates",
    ),
    "SER": (
        "Type ELvl Srce GPub Ctrl Lang",
        "BLvl Form Conf Freq MRec Ctry",
        "S/L Orig EntW Regl Alph",
        "Desc SrTp Cont DtSt Dates",
    ),
    "VIS": ("Type ELvl Srce Audn Ctrl Lang", "BLvl Form GPub Time MRec Ctry", "Desc TMat Tech DtSt Dates"),
    "MIX": ("Type ELvl Srce Ctrl Lang", "BLvl Form MRec Ctry", "Desc DtSt Dates"),
    "MAP": ("Type ELvl Srce Relf Ctrl Lang", "BLvl Form GPub SpFm MRec Ctry", "CrTp Indx Proj DtSt Dates", "Desc"),
    "SCO": (
        "Type ELvl Srce Audn Ctrl Lang",
        "BLvl Form Comp AccM MRec Ctry",
        "Part TrAr",
        "Desc FMus LTxt DtSt Dates",
    ),
    "REC": (
        "Type ELvl Srce Audn Ctrl Lang",
        "BLvl Form Comp AccM MRec Ctry",
        "Part TrAr",
        "Desc FMus LTxt DtSt Dates",
    ),
    "COM": ("Type ELvl Srce Audn Ctrl Lang", "BLvl Form GPub MRec Ctry", "Desc File DtSt Dates"),
    "": ("Type ELvl Srce Ctrl Lang", "BLvl MRec Ctry", "Desc DtSt Dates"),
}
"""Workform -> the labels of its rows."""

_PHYSICAL: Final = {
    "a": """
        d 3 Color
        e 4 Physical medium
        f 5 Type of reproduction
        g 6 Production/reproduction details
        h 7 Positive/negative aspect
    """,
    "c": """
        d 3   Color
        e 4   Dimensions
        f 5   Sound
        g 6-8 Image bit depth
        h 9   File formats
        i 10  Quality assurance targets
        j 11  Antecedent/source
        k 12  Level of compression
        l 13  Reformatting quality
    """,
    "d": """
        d 3 Color
        e 4 Physical medium
        f 5 Type of reproduction
    """,
    "f": """
        d 3-4 Class of braille writing
        e 5   Level of contraction
        f 6-8 Braille music format
        g 9   Special physical characteristics
    """,
    "g": """
        d 3 Color
        e 4 Base of emulsion
        f 5 Sound on medium or separate
        g 6 Medium for sound
        h 7 Dimensions
        i 8 Secondary support material
    """,
    "h": """
        d 3   Positive/negative aspect
        e 4   Dimensions
        f 5   Reduction ratio range
        g 6-8 Reduction ratio
        h 9   Color
        i 10  Emulsion on film
        j 11  Generation
        k 12  Base of film
    """,
    "k": """
        d 3 Color
        e 4 Primary support material
        f 5 Secondary support material
    """,
    "m": """
        d 3     Color
        e 4     Motion picture presentation format
        f 5     Sound on medium or separate
        g 6     Medium for sound
        h 7     Dimensions
        i 8     Configuration of playback channels
        j 9     Production elements
        k 10    Positive/negative aspect
        l 11    Generation
        m 12    Base of film
        n 13    Refined categories of color
        o 14    Kind of color stock or print
        p 15    Deterioration stage
        q 16    Completeness
        r 17-22 Film inspection date
    """,
    "o": "",
    "q": "",
    "r": """
        d 3    Altitude of sensor
        e 4    Attitude of sensor
        f 5    Cloud cover
        g 6    Platform construction type
        h 7    Platform use category
        i 8    Sensor type
        j 9-10 Data type
    """,
    "s": """
        d 3  Speed
        e 4  Configuration of playback channels
        f 5  Groove width/groove pitch
        g 6  Dimensions
        h 7  Tape width
        i 8  Tape configuration
        j 9  Kind of disc, cylinder, or tape
        k 10 Kind of material
        l 11 Kind of cutting
        m 12 Special playback characteristics
        n 13 Capture and storage technique
    """,
    "t": "",
    "v": """
        d 3 Color
        e 4 Videorecording format
        f 5 Sound on medium or separate
        g 6 Medium for sound
        h 7 Dimensions
        i 8 Configuration of playback channels
    """,
    "z": "",
}
_ANY_PHYSICAL: Final = """
    a 0 Category of material
    b 1 Specific material designation
"""
PHYSICAL: Final = {kind: _elements(_ANY_PHYSICAL + table) for kind, table in _PHYSICAL.items()}
"""007/00 -> the elements of that 007. Their labels are the subfield codes under which Connexion shows a 007."""
