"""Tasks of the watch process: an error is logged and the work begun anew; a cancelled one is over."""

import asyncio

from structlog.testing import capture_logs

from ivr.watch.kept_task import keep_running


def test_work_that_fails_is_begun_anew_and_said() -> None:
    runs: list[int] = []

    async def work() -> None:
        runs.append(len(runs))
        if len(runs) < 3:
            raise ValueError("broken")

    async def test() -> None:
        await keep_running("counting", work, pause=0)

    with capture_logs() as logs:
        asyncio.run(asyncio.wait_for(test(), 60))
    assert runs == [0, 1, 2]
    assert [(entry["event"], entry["task"], entry["log_level"]) for entry in logs] == [
        ("watch.task_failed", "counting", "error"),
        ("watch.task_failed", "counting", "error"),
    ]


def test_a_cancelled_task_is_over_and_its_end_is_done() -> None:
    ended: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append(True)

    async def test() -> None:
        task = keep_running("waiting", work)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()

    asyncio.run(asyncio.wait_for(test(), 60))
    assert ended == [True]
