"""Pages are laid out beside the exports: few at once, and none for somebody who has gone."""

import threading

import trio
from trio.testing import wait_all_tasks_blocked

from gateway.desk.threads import LOOKING, beside

PATIENCE = 20.0


async def test_gives_what_the_work_gave() -> None:
    assert await beside(divmod, 7, 2) == (3, 1)


async def test_no_more_than_so_many_are_at_work_and_the_others_take_their_turns() -> None:
    at_work = threading.Semaphore(LOOKING)
    begun, free = threading.Semaphore(0), threading.Event()
    crowded: list[bool] = []

    def work() -> None:
        crowded.append(not at_work.acquire(blocking=False))
        begun.release()
        free.wait(PATIENCE)
        at_work.release()

    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            for _ in range(5 * LOOKING):
                nursery.start_soon(beside, work)
            for _ in range(LOOKING):
                await trio.to_thread.run_sync(begun.acquire)
            await wait_all_tasks_blocked()
            assert len(crowded) == LOOKING
            free.set()
    assert crowded == [False] * 5 * LOOKING


async def test_who_has_gone_while_he_waited_is_not_worked_for() -> None:
    free = threading.Event()
    worked: list[str] = []
    with trio.fail_after(PATIENCE):
        async with trio.open_nursery() as nursery:
            for _ in range(LOOKING):
                nursery.start_soon(beside, free.wait, PATIENCE)
            await wait_all_tasks_blocked()
            with trio.CancelScope() as gone:
                nursery.start_soon(cancelling, gone)
                await beside(worked.append, "for nobody")
            assert gone.cancelled_caught
            free.set()
    assert worked == []


async def cancelling(scope: trio.CancelScope) -> None:
    """Cancel it when all wait."""
    await wait_all_tasks_blocked()
    scope.cancel()
