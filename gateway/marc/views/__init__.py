"""A record as people read it: as data for a page or a terminal to lay out.

Every view shows all that the record holds, damaged fields too; none changes it, and none knows a layout.
"""

from gateway.marc.views.mnemonics import MNEMONICS as MNEMONICS
from gateway.marc.views.mnemonics import mnemonic as mnemonic
