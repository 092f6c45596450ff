"""The connection to a Dask cluster, and whether it can be used: it answers, has workers, our versions and the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from geodata.errors import ClusterError, mark
from loaders.ledger.plan import Partition

_ADDRESS: Final = re.compile(r"(?:(tcp|tls)://)?(\[[0-9A-Fa-f:.]+\]|[\w.-]+):(\d{1,5})")


def check_address(address: str) -> str:
    """
    Return the address of a scheduler with its protocol.

    Raises
    ------
    ClusterError
        If it is none.
    """
    match = _ADDRESS.fullmatch(address.strip())
    if match is None or not 0 < int(match[3]) < 65_536:
        raise ClusterError(
            "cluster.address",
            mark(
                '"{address}" is no address of a Dask scheduler. Write it as the scheduler shows it when it starts, '
                "such as tcp://192.168.1.20:8786 or tls://192.168.1.20:8786."
            ),
            address=address,
        )
    return f"{match[1] or 'tcp'}://{match[2]}:{match[3]}"


@contextmanager
def connected(address: str, seconds: float) -> Iterator[Any]:
    """Give a client of the scheduler at an address; refuse one that does not answer within some seconds."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ClusterError(
            "cluster.extra-missing",
            mark(
                "A cluster needs Dask, which is not installed here ({reason}). Install it here and on every machine "
                'of the cluster: pip install "phudien[cluster]". Or leave out --cluster (cluster_address in '
                "settings.toml): this machine alone comes to the same result."
            ),
            reason=str(error),
        ) from error
    if address.startswith("tls://"):
        _check_certificate()
    try:
        client = Client(address, timeout=seconds, set_as_default=False, name="phudien")
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(
            "cluster.unreachable",
            mark(
                "No Dask scheduler answers at {address} within {seconds} s ({reason}). Check there that “dask "
                "scheduler” is running and shows this address, that the firewall lets its port through, and, with "
                "tls://, that both sides have their certificates."
            ),
            address=address,
            seconds=round(seconds),
            reason=first_line(error),
        ) from error
    try:
        yield client
    finally:
        client.close()


def _check_certificate() -> None:
    """Refuse a connection by TLS without the certificate that Dask's settings name: a client would wait for long."""
    from distributed import Security

    try:
        is_there = Security().get_connection_args("client").get("ssl_context") is not None
        found = "–"
    except OSError as error:  # a file that is missing, or is no certificate
        is_there, found = False, first_line(error)
    if not is_there:
        raise ClusterError(
            "cluster.certificate",
            mark(
                "A tls:// address needs a certificate on this machine too; found: {found}. Name its files by the "
                "environment variables DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
                "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
            ),
            found=found,
        )


def wait_for_workers(client: Any, address: str, seconds: float) -> int:
    """Return how many workers a cluster has; refuse one that has none."""
    from distributed import TimeoutError as NoAnswer

    try:
        client.wait_for_workers(1, timeout=seconds)
    except (NoAnswer, TimeoutError) as error:
        raise ClusterError(
            "cluster.no-workers",
            mark(
                "The scheduler at {address} has no workers. Start at least one, on any machine that sees the ledger: "
                "dask worker {address}"
            ),
            address=address,
        ) from error
    return count_workers(client)


def count_workers(client: Any) -> int:
    """Return how many workers a cluster has now."""
    return len(client.scheduler_info(n_workers=-1)["workers"])


def check_versions(client: Any, address: str) -> None:
    """Refuse a cluster with other versions: its hashes and names could differ, and with them the result."""
    from loaders.ledger.cluster_worker import versions

    expected = _own_versions()
    found: dict[str, Any] = client.run(versions, on_error="return")
    try:
        found[address] = client.run_on_scheduler(versions)
    except Exception as error:  # noqa: BLE001 -- whatever the other machine has instead of our modules
        found[address] = error
    for where, there in sorted(found.items()):
        if isinstance(there, BaseException):
            raise ClusterError(
                "cluster.not-installed",
                mark(
                    "The machine at {where} cannot load this program ({reason}). Install the same version there: "
                    'pip install "phudien[cluster]", for the scheduler too.'
                ),
                where=where,
                reason=first_line(there),
            )
        for package, wanted in expected.items():
            if there.get(package) != wanted:
                raise ClusterError(
                    "cluster.version",
                    mark(
                        "The machine at {where} has {package} {found}, this one has {expected}. With other versions "
                        "the figures could differ. Install the same ones everywhere, from the same lock file."
                    ),
                    where=where,
                    package=package,
                    found=there.get(package, "-"),
                    expected=wanted,
                )


def _own_versions() -> dict[str, str]:
    from loaders.ledger.cluster_worker import versions

    return versions()


def check_files(client: Any, partitions: Sequence[Partition]) -> None:
    """Refuse a ledger that a worker cannot read, before anything is begun."""
    from loaders.ledger.cluster_worker import unreadable

    for worker, bad in sorted(client.run(unreadable, _files_of(partitions), on_error="ignore").items()):
        if bad:
            path, reason = bad[0]
            raise ClusterError(
                "cluster.file-unreachable",
                mark(
                    'The worker at {worker} cannot read {count} files of the ledger as they are here, such as "{file}" '
                    "({reason}). Put the ledger, as Parquet, into a shared folder that every machine sees under the "
                    "same path, and give that path; on Windows such as \\\\server\\ledgers, on Linux such as "
                    "/mnt/ledgers."
                ),
                worker=worker,
                count=len(bad),
                file=path,
                reason=reason,
            )


def _files_of(partitions: Sequence[Partition]) -> list[tuple[str, int]]:
    """Return the files of partitions with their sizes in bytes."""
    return [(path, Path(path).stat().st_size) for path in dict.fromkeys(part.path for part in partitions)]


def first_line(error: BaseException) -> str:
    """Return what an error says in one line, with its kind where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
