"""What zones publish for harvesters: how records look, which are of a set, and when that is worked out.

Knows no protocol: OAI-PMH's is a front end. Nothing here answers anybody but through the store.
"""

from gateway.publishing.profiles import ZonePublishing
from gateway.publishing.publisher import Publisher

__all__ = ["Publisher", "ZonePublishing"]
