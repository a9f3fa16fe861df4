"""Who may borrow what, and for how long: every loan, request and return, whoever asks for it.

Each call is one change of the zone's stacks: it is done whole or not at all, and of those who want one item at once
one gets it. Speaks no protocol.
"""

from gateway.circulation.lending.asked import Arrived, CheckedIn, RequestWanted
from gateway.circulation.lending.lender import Lender
from gateway.circulation.lending.policies import Policies
from gateway.circulation.lending.refusals import Refusal, Refused

__all__ = ["Arrived", "CheckedIn", "Lender", "Policies", "Refusal", "Refused", "RequestWanted"]
