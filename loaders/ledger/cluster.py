"""Rolls the partitions of a ledger up on a Dask cluster: each on the worker that is free, the sums on this machine.

Dask is imported only once a cluster is used (`pip install "phudien[cluster]"`).
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import ClusterError, mark
from loaders.ledger.cluster_connection import (
    check_address,
    check_files,
    check_versions,
    connected,
    count_workers,
    first_line,
    wait_for_workers,
)
from loaders.ledger.plan import Partition, RollupPlan
from loaders.ledger.rollup import PartialRollup

if TYPE_CHECKING:
    from loaders.ledger.checkpoint import Checkpoint
    from loaders.ledger.cluster_worker import PartResult
    from loaders.ledger.importing import Runner

CONNECT_S: Final = 10.0
"""How long a scheduler may take to answer."""

PATIENCE_S: Final = 120.0
"""How long a cluster may be without any worker before we give up: long enough for a machine to start anew."""

_RETRIES: Final = 2
"""How often a partition is tried again after an error, such as a hiccup of the shared folder."""

_LOOK_S: Final = 2.0

Task = Callable[[Partition, str], "PartResult"]


def run_on(address: str, *, task: Task | None = None) -> Runner:
    """Return what rolls the partitions of an import up on a cluster; see `roll_up_on_cluster`."""

    def run(
        partitions: Sequence[Partition], plan: RollupPlan, checkpoint: Checkpoint
    ) -> Iterator[tuple[Partition, PartialRollup]]:
        by_number = {partition.number: partition for partition in partitions}
        for found in roll_up_on_cluster(address, partitions, plan, task=task):
            keys = checkpoint.keys(found.number)
            aside = keys.with_suffix(".aside")
            aside.write_bytes(found.keys)
            aside.replace(keys)
            yield by_number[found.number], found.rollup

    return run


def roll_up_on_cluster(
    address: str,
    partitions: Sequence[Partition],
    plan: RollupPlan,
    *,
    task: Task | None = None,
    connect_s: float = CONNECT_S,
    patience_s: float = PATIENCE_S,
) -> Iterator[PartResult]:
    """
    Yield what the workers of a cluster find in partitions, each as soon as it is there, in any order.

    The sum (`rollup.combine`) equals that of one machine. A partition whose worker is lost goes to another one; one
    that fails for itself is tried again `_RETRIES` times, and one that kills its workers as often as the scheduler
    allows (``distributed.scheduler.allowed-failures``, 3); the others are rolled up all the same.

    Parameters
    ----------
    address
        The scheduler, such as ``tcp://192.168.1.20:8786``.
    partitions
        Those still to be rolled up; every worker must see their files under the same path.
    task
        What a worker does with a partition and the name of the plan it holds; `cluster_worker.roll_up_part`.
    connect_s, patience_s
        Seconds that the scheduler may take to answer, and that the cluster may be without workers.

    Raises
    ------
    ClusterError
        If the cluster cannot be used: Dask is missing here, no answer, no workers, other versions, files that a worker
        cannot read. If it is lost on the way; if partitions failed, after all others were yielded.
    """
    address = check_address(address)
    if not partitions:
        return
    with connected(address, connect_s) as client:
        workers = wait_for_workers(client, address, connect_s)
        check_versions(client, address)
        check_files(client, partitions)
        with _plan_on_workers(client, plan) as name:
            yield from _Run(client, address, patience_s, workers).results(partitions, name, task)


@contextmanager
def _plan_on_workers(client: Any, plan: RollupPlan) -> Iterator[str]:
    """Give every worker the plan, those that join later too, and give the name by which tasks find it there."""
    from loaders.ledger.cluster_worker import PLUGIN_PREFIX, PlanPlugin, forsaken_plans

    for forsaken in client.run_on_scheduler(forsaken_plans):
        client.unregister_worker_plugin(forsaken)
    name = f"{PLUGIN_PREFIX}{client.id}"
    client.register_plugin(PlanPlugin(plan), name=name)
    try:
        yield name
    finally:
        if client.status == "running":
            client.unregister_worker_plugin(name)


class _Run:
    """One run of partitions over the workers."""

    def __init__(self, client: Any, address: str, patience_s: float, workers: int) -> None:
        self._client = client
        self._address = address
        self._patience_s = patience_s
        self._workers = workers
        self._done: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def results(self, partitions: Sequence[Partition], name: str, task: Task | None) -> Iterator[PartResult]:
        """Yield the results as they come; raise at the end if partitions failed."""
        if task is None:
            from loaders.ledger.cluster_worker import roll_up_part as task
        keys = [f"{name}-{partition.number}" for partition in partitions]
        futures = self._client.map(task, partitions, [name] * len(partitions), key=keys, retries=_RETRIES, pure=False)
        waiting = dict(zip(keys, partitions, strict=True))
        failed: list[tuple[Partition, BaseException]] = []
        for future in futures:
            future.add_done_callback(self._done.put)
        del futures, future
        while waiting:
            done = self._next(len(partitions) - len(waiting), len(partitions))
            partition = waiting.pop(done.key)
            if done.status == "error":
                failed.append((partition, done.exception()))
            else:
                yield self._result(done, len(partitions) - len(waiting) - 1, len(partitions))
            done.release()
        if failed:
            raise _failure(failed)

    def _result(self, future: Any, done: int, total: int) -> PartResult:
        """Return the result of a future; where the scheduler is lost, futures are cancelled."""
        from distributed import CancelledError

        try:
            result: PartResult = future.result()
        except (CancelledError, OSError) as error:
            raise self._lost(done, total) from error
        return result

    def _next(self, done: int, total: int) -> Any:
        """Return the next future that has ended; raise where there is nobody left to end one."""
        last_seen = time.monotonic()
        while True:
            try:
                return self._done.get(timeout=_LOOK_S)
            except queue.Empty:
                if self._client.status != "running":
                    raise self._lost(done, total) from None
                if self._has_workers():
                    last_seen = time.monotonic()
                elif time.monotonic() - last_seen > self._patience_s:
                    raise ClusterError(
                        "cluster.workers-lost",
                        mark(
                            "The cluster at {address} has lost its {workers} workers; {done} of {total} parts of the "
                            "ledger are done. Start workers and give the command again: it goes on from there."
                        ),
                        address=self._address,
                        workers=self._workers,
                        done=done,
                        total=total,
                    ) from None

    def _has_workers(self) -> bool:
        try:
            return count_workers(self._client) > 0
        except OSError:  # the scheduler is about to be lost; the client will say so
            return False

    def _lost(self, done: int, total: int) -> ClusterError:
        return ClusterError(
            "cluster.scheduler-lost",
            mark(
                "The scheduler at {address} does not answer any more; {done} of {total} parts of the ledger are "
                "done. Start it and its workers, and give the command again: it goes on from there."
            ),
            address=self._address,
            done=done,
            total=total,
        )


def _failure(failed: Sequence[tuple[Partition, BaseException]]) -> ClusterError:
    """Return the error that tells of partitions that failed, by the first of them."""
    from distributed import KilledWorker

    partition, error = min(failed, key=lambda found: found[0].number)
    values: dict[str, Any] = {
        "count": len(failed),
        "file": partition.file,
        "first": partition.line_of(partition.first_row),
        "last": partition.line_of(partition.first_row + partition.rows - 1),
        "groups": _row_groups(partition),
    }
    if isinstance(error, KilledWorker):
        return ClusterError(
            "ledger.part-kills",
            mark(
                "{count} parts of the ledger could not be rolled up; the others are kept. The first is "
                '"{file}", rows {first} to {last} (row groups {groups}): {workers} workers died while they had it, so '
                "it is not tried again. Most often they lack memory: give them more (--memory-limit), or fewer "
                "threads (--nthreads 1), and give the command again."
            ),
            workers=error.allowed_failures + 1,
            **values,
        )
    return ClusterError(
        "ledger.part-failed",
        mark(
            '{count} parts of the ledger could not be rolled up; the others are kept. The first is "{file}", rows '
            "{first} to {last} (row groups {groups}), tried {times} times: {reason}. Export this file again, and give "
            "the command again: it goes on with what is missing."
        ),
        times=_RETRIES + 1,
        reason=first_line(error),
        **values,
    )


def _row_groups(partition: Partition) -> str:
    """Return the row groups of the file that a partition touches, counted from 0; a dash where it has no list."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        found = pq.ParquetFile(partition.path).metadata
    except (OSError, pa.ArrowException):
        return "-"
    touched, start = [], 0
    for number in range(found.num_row_groups):
        end = start + found.row_group(number).num_rows
        if start < partition.first_row + partition.rows and end > partition.first_row:
            touched.append(number)
        start = end
    return "-" if not touched else f"{touched[0]}–{touched[-1]}" if len(touched) > 1 else str(touched[0])
