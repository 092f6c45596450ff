"""Download a file of a public boundary source: resumed where it was cut, checked, whole or not at all.

The one module of the product that goes to the internet, and only when `phudien boundaries fetch` is typed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from geodata.errors import FileError, PhuDienError, mark, system_reason
from loaders.boundary_checksums import Checksum, checksum_of, refuse_other_file
from loaders.boundary_sources import BoundarySource
from loaders.download_folder import Part, alone, folder_error

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes in all, 0 where the server does not say."""

_CHUNK: Final = 256 * 1024
_PASSING_STATUSES: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, and how often to ask again, each time after twice the wait."""

    connect_s: float = 10.0
    read_s: float = 60.0
    attempts: int = 4
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0


@dataclass(frozen=True)
class Downloaded:
    """A file that is there, whole and with its checksum; ``resumed_from`` bytes of it came from an earlier call."""

    path: Path
    size_bytes: int
    sha256: str
    resumed_from: int
    was_present: bool


class _Passing(Exception):  # noqa: N818 - not an error yet: the call is made again
    """Something that may be over at the next attempt; holds the error to raise if it is not."""

    def __init__(self, error: PhuDienError, wait_s: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait_s = wait_s


def download(
    source: BoundarySource,
    folder: Path,
    *,
    expected: Checksum,
    proxy_url: str | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Downloaded:
    """
    Bring a source's file into a folder, unless it is there already.

    What arrives is kept beside it as ``.part`` until it is whole and checked, so that a later call goes on where
    this one was cut; where the server's file has changed in between, that call starts over.

    Parameters
    ----------
    expected
        The checksum that the file must have; one without a value takes the file as it comes.
    proxy_url
        Proxy for both http and https; where None, the standard environment variables decide.

    Raises
    ------
    FileError
        If the server cannot be reached or refuses, the file is another one than expected (it is removed then), or
        the folder cannot take it. The file that was there before stays as it is.
    """
    path = folder / source.file_name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / f".{source.file_name}.lock"):
            if expected.sha256 and path.exists() and checksum_of(path) == expected.sha256:
                return Downloaded(path, path.stat().st_size, expected.sha256, 0, was_present=True)
            part = Part(folder / f"{source.file_name}.part", source.url)
            call = _Call(source, part, expected, _session(proxy_url), patience or Patience(), progress, wait)
            return _whole_file(call, path)
    except requests.RequestException as error:  # an OSError too, but not of the folder
        raise _unreachable(source, error) from error
    except OSError as error:
        raise folder_error(folder, system_reason(error)) from error


def _whole_file(call: _Call, path: Path) -> Downloaded:
    """Receive, check and put in place; what was resumed and turns out wrong is fetched whole once more."""
    for _ in range(2):
        call.receive()
        sha256 = checksum_of(call.part.path)
        if call.expected.sha256 in ("", sha256):
            done = Downloaded(path, call.part.size, sha256, call.part.kept, was_present=False)
            call.part.finish(path)
            return done
        is_patched = call.part.kept > 0
        call.part.discard()
        if not is_patched:
            break
    raise refuse_other_file(call.source, call.expected, sha256)


def _session(proxy_url: str | None) -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = "phudien (boundaries fetch)"
    # Ranges are counted in the bytes of the file itself, so nothing may be packed on the way.
    session.headers["Accept-Encoding"] = "identity"
    if proxy_url:
        session.proxies = {"http": proxy_url, "https": proxy_url}
        session.trust_env = False  # else HTTPS_PROXY would come before the setting
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    return session


@dataclass
class _Call:
    """One call of `download`: asks until the part is whole."""

    source: BoundarySource
    part: Part
    expected: Checksum
    session: requests.Session
    patience: Patience
    progress: Progress | None
    wait: Callable[[float], None]

    def receive(self) -> None:
        """Ask until the file is whole; any headway renews patience."""
        fruitless, furthest = 0, self.part.size
        while True:
            try:
                return self._ask()
            except _Passing as passing:
                fruitless = 1 if self.part.size > furthest else fruitless + 1
                furthest = max(furthest, self.part.size)
                if fruitless >= self.patience.attempts:
                    raise passing.error from passing
                pause = max(self.patience.first_wait_s * 2 ** (fruitless - 1), passing.wait_s)
                self.wait(min(pause, self.patience.longest_wait_s))

    def _ask(self) -> None:
        """Ask once for what is missing."""
        start, headers = self.part.size, {}
        # Without a validator only a checksum known beforehand can tell a file patched together from two.
        if start and (self.part.validator or self.expected.sha256):
            headers = {"Range": f"bytes={start}-"}
            if self.part.validator:
                headers["If-Range"] = self.part.validator
        patience = (self.patience.connect_s, self.patience.read_s)
        try:
            with self.session.get(self.source.url, headers=headers, stream=True, timeout=patience) as response:
                if headers and self._is_other_file(response, start):
                    self.part.discard()
                elif response.status_code == requests.codes.requested_range_not_satisfiable and headers:
                    return  # every byte is there: the last call was cut before it could say so
                else:
                    self._take(response)
                    return
        except (requests.exceptions.SSLError, requests.exceptions.ProxyError) as error:
            raise _unreachable(self.source, error) from error
        except (requests.ConnectionError, requests.Timeout, HTTPError) as error:
            raise _Passing(self._cut() if self.part.size else _unreachable(self.source, error)) from error
        self._ask()

    def _is_other_file(self, response: requests.Response, start: int) -> bool:
        """Return whether the answer to a range does not continue what is there, so that it must start over."""
        unit, _, said = response.headers.get("Content-Range", "").partition(" ")
        span, _, total = said.partition("/")
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            return total != str(start)
        if response.status_code != requests.codes.partial_content:
            return False  # whole again, or an error: `_take` sees to it
        etag = response.headers.get("ETag", "")
        return unit != "bytes" or span.partition("-")[0] != str(start) or etag != self.part.said.get("etag", "")

    def _take(self, response: requests.Response) -> None:
        """Write what the server sends."""
        self._refuse_answer(response)
        start = self.part.size if response.status_code == requests.codes.partial_content else 0
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if length.isdecimal() else 0
        self._refuse_size(total, missing=total - start)
        if not start:
            self.part.begin(response.headers)
        with self.part.path.open("rb+") as stream:
            stream.seek(start)
            for chunk in response.raw.stream(_CHUNK, decode_content=False):
                stream.write(chunk)
                if self.progress:
                    self.progress(stream.tell(), total)
        if total and self.part.size != total:
            raise _Passing(self._cut())

    def _refuse_answer(self, response: requests.Response) -> None:
        status = response.status_code
        if status not in (requests.codes.ok, requests.codes.partial_content):
            error = FileError(
                "boundary.download-refused",
                mark(
                    "{host} answers {status} ({reason}) for {url}. The file may have moved: look at {page}, download "
                    "it there, and use it with --file and the checksum that the publisher states with --sha256."
                ),
                host=urlsplit(response.url).hostname,
                status=str(status),
                reason=response.reason or "-",
                url=self.source.url,
                page=self.source.page,
            )
            if status not in _PASSING_STATUSES:
                raise error
            after = response.headers.get("Retry-After", "")
            raise _Passing(error, float(after) if after.isdecimal() else 0.0)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        packing = response.headers.get("Content-Encoding", "identity").lower()
        if kind == "text/html" or packing != "identity":
            raise FileError(
                "boundary.download-not-the-file",
                mark(
                    "In place of the file, {host} sent something else ({found}): a sign-in page of the network or an "
                    "office proxy often does. Sign in with a browser first, or download {url} with it and use it with "
                    "--file."
                ),
                host=urlsplit(response.url).hostname,
                found=kind if kind == "text/html" else packing,
                url=self.source.url,
            )

    def _refuse_size(self, total: int, *, missing: int) -> None:
        known = self.source.size_bytes
        if total and known and total != known and not self.expected.is_given:
            raise FileError(
                "boundary.download-size",
                mark(
                    "{url} has {found} bytes, not {expected}: it is another file than the one this version knows. "
                    "Nothing was taken. If the publisher has a new one that you trust, give its checksum with --sha256."
                ),
                url=self.source.url,
                found=total,
                expected=known,
            )
        folder = self.part.path.parent
        if missing > (free := shutil.disk_usage(folder).free):
            raise FileError(
                "boundary.download-disk-full",
                mark("{folder} has {free} MB free; the download needs {needed} MB. Make room, or name another folder."),
                folder=str(folder),
                free=free // 1_000_000,
                needed=missing // 1_000_000 + 1,
            )

    def _cut(self) -> FileError:
        return FileError(
            "boundary.download-cut",
            mark(
                "The connection to {host} broke off again and again; {done} MB are kept. Call the command again to go "
                "on from there."
            ),
            host=urlsplit(self.source.url).hostname,
            done=self.part.size // 1_000_000,
        )


# ---- what went wrong ----------------------------------------------------------------------------------------


def _unreachable(source: BoundarySource, error: Exception) -> FileError:
    host = urlsplit(source.url).hostname
    if isinstance(error, requests.exceptions.SSLError):
        return FileError(
            "boundary.download-certificate",
            mark(
                "The certificate of {host} is not accepted. Where an office proxy inspects connections, name the file "
                "with its certificate in the environment variable REQUESTS_CA_BUNDLE. Nothing was downloaded."
            ),
            host=host,
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return FileError(
            "boundary.download-proxy",
            mark(
                "The proxy lets no connection to {host} through ({reason}). Check proxy_url in settings.toml of the "
                "workspace, or HTTPS_PROXY in the environment."
            ),
            host=host,
            reason=_reason(error),
        )
    if isinstance(error, requests.Timeout | TimeoutError | ReadTimeoutError):
        return FileError(
            "boundary.download-timeout",
            mark(
                "{host} does not answer in time. Try again later; or download {url} on another machine, carry the file "
                "over, and call phudien boundaries fetch {source} --file FILE."
            ),
            host=host,
            url=source.url,
            source=source.id,
        )
    return FileError(
        "boundary.download-unreachable",
        mark(
            "{host} cannot be reached ({reason}). Without internet: download {url} on another machine, carry the file "
            "over, and call phudien boundaries fetch {source} --file FILE. Behind a proxy: set proxy_url in "
            "settings.toml of the workspace, or HTTPS_PROXY in the environment."
        ),
        host=host,
        reason=_reason(error),
        url=source.url,
        source=source.id,
    )


def _reason(error: BaseException) -> str:
    """Name the innermost cause in a few words, without addresses: a proxy's may hold a password."""
    deeper: BaseException | None = error
    while deeper is not None:
        error = deeper
        if isinstance(error, OSError) and error.strerror:
            return system_reason(error)
        hints = (getattr(error, "reason", None), getattr(error, "original_error", None), *error.args)
        deeper = next((hint for hint in hints if isinstance(hint, BaseException)), None) or error.__cause__
    return type(error).__name__
