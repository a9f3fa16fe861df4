"""resumptionTokens: where a list goes on, in the token itself, so that nothing is kept of a harvest.

It outlives a restart, any gateway of the same store can answer it, and it never expires. Its shape is Alma's [seen]:
`from@until@set@prefix@id`, with `all` for a date that was not given, and the last record that was shown.
"""

import re
from typing import Final, NamedTuple

from gateway.frontends.oai.wire import SYNTAX, Code, Refused, check_dates

BETWEEN: Final = "@"
"""No part can hold it."""
ALL: Final = "all"
_MMS_ID: Final = re.compile(r"[0-9]{1,32}")


class Place(NamedTuple):
    """Of a list, and where in it."""

    from_: str
    """As it was asked; empty for the beginning."""
    until: str
    set_: str
    """Empty for the whole repository, also in the token [assumed]."""
    prefix: str
    after: str = ""
    """MMS ID of the last record that was shown; empty at the beginning."""

    @property
    def token(self) -> str:
        """Says all that."""
        return BETWEEN.join((self.from_ or ALL, self.until or ALL, self.set_, self.prefix, self.after))


def read(token: str) -> Place:
    """What a token says. Raises `Refused` where it is none that was ever given."""
    parts = token.split(BETWEEN)
    if len(parts) == len(Place._fields):
        from_, until, set_, prefix, after = parts
        place = Place("" if from_ == ALL else from_, "" if until == ALL else until, set_, prefix, after)
        named = {"from": place.from_, "until": place.until, "set": set_}
        fits = all(not value or SYNTAX[name][0].fullmatch(value) for name, value in named.items())
        if fits and SYNTAX["metadataPrefix"][0].fullmatch(prefix) and _MMS_ID.fullmatch(after):
            try:
                check_dates(place.from_, place.until)
            except Refused:
                pass
            else:
                return place
    raise Refused(Code.BAD_RESUMPTION_TOKEN, "this is no resumptionToken of this repository")
