"""A plan that waits for a group, or is in one."""

from dataclasses import dataclass
from typing import Generic

import trio

from gateway.stores.base import Plan, T


@dataclass(eq=False, slots=True)
class Job(Generic[T]):
    """Whose task waits until it is answered."""

    plan: Plan[T]
    task: trio.lowlevel.Task
    deadline: float
    result: T | None = None
    error: BaseException | None = None
    """What the plan raised, or why it could not be committed."""
    answered: bool = False
    alone: bool = False
    """It is to be run in a group of its own, because one in which it was could not be committed."""
    tries: int = 0
    """How often it was run alone."""
