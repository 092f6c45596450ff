"""The commands that bring public boundaries: ``phudien boundaries sources`` and ``phudien boundaries fetch``."""

from __future__ import annotations

import argparse
import io
import json
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from coverage.commands import DONE, print_json, unreadable
from coverage.workspace import Workspace
from geodata.errors import PhuDienError, mark
from geodata.language import Language
from loaders import boundary_checksums, boundary_download
from loaders.boundary_checksums import FIRST_USE, GIVEN, RECORDED, SHIPPED, Checksum
from loaders.boundary_download import Downloaded
from loaders.boundary_sources import COMMUNES, BoundarySource, find_source, load_boundary_sources
from loaders.boundary_unpacking import boundary_file_of

_SECONDS_BETWEEN_LINES: Final = 0.2

_CHECKSUM_SENTENCES: Final = {
    GIVEN: mark("SHA-256 {sha256}, as you gave it."),
    SHIPPED: mark("SHA-256 {sha256}, as expected."),
    RECORDED: mark("SHA-256 {sha256}, as at the first download."),
    FIRST_USE: mark(
        "SHA-256 {sha256}. None is known for this source: this one is recorded, and from now on the file must have it."
    ),
}

_NOT_PINNED: Final = mark("Checksum not pinned: recorded at the first download and checked from then on")
_DISTRICTS_ONLY: Final = mark(
    "It shows districts: to compare with in a GIS, not to be added as boundaries of communes."
)


def add_parsers(
    actions: Any, common: argparse.ArgumentParser, language: Language, *, run_line: Callable[[Sequence[str]], int]
) -> None:
    """
    Add ``fetch`` and ``sources`` to the actions of ``phudien boundaries``.

    Parameters
    ----------
    run_line
        Runs another command as if it were typed: ``boundaries add`` for what was fetched.
    """
    say = language.say
    fetching = actions.add_parser(
        "fetch", parents=[common], help=say("Download a public boundary source; with --add, add it at once.")
    )
    fetching.add_argument("source", metavar="SOURCE", help=say("one of those that phudien boundaries sources lists"))
    fetching.add_argument("--add", action="store_true", help=say("add it as boundaries when it is there"))
    fetching.add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help=say("a copy carried over from another machine, in place of the download"),
    )
    fetching.add_argument(
        "--sha256", metavar="DIGITS", help=say("checksum that the file must have, in place of the one known here")
    )
    fetching.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help=say("folder for it (default: downloads in the workspace)")
    )
    fetching.add_argument("--user", help=say("who imports (default: the login name)"))
    fetching.add_argument("--json", action="store_true", help=say("answer as JSON"))
    fetching.set_defaults(run=fetch_boundaries, run_line=run_line)
    listing = actions.add_parser("sources", parents=[common], help=say("List the public sources of boundaries."))
    listing.add_argument("--json", action="store_true", help=say("answer as JSON"))
    listing.set_defaults(run=list_sources)


def list_sources(options: argparse.Namespace, language: Language) -> int:
    """List the sources that can be fetched."""
    sources = load_boundary_sources()
    if options.json:
        print_json({"sources": [_source_answer(source) for source in sources]})
        return DONE
    for source in sources:
        print(f"{source.id}: {source.title(language)}")
        print(f"  {source.publisher}")
        print("  " + language.say("Licence: {licence}, {url}", licence=source.licence, url=source.licence_url))
        print(f"  {source.url}")
        known = mark("Checksum: {sha256}") if source.sha256 else _NOT_PINNED
        print("  " + language.say(known, sha256=source.sha256))
        if source.level != COMMUNES:
            print("  " + language.say(_DISTRICTS_ONLY))
    return DONE


def fetch_boundaries(options: argparse.Namespace, language: Language) -> int:
    """Download a source, or take a copy of its file; say what to do next, or add it."""
    source = find_source(options.source)
    if options.add and source.level != COMMUNES:
        raise PhuDienError(
            "call.boundary-source-districts",
            mark('"{source}" shows districts, which cannot be added as boundaries of communes. Call it without --add.'),
            source=source.id,
        )
    workspace = Workspace(options.workspace)
    folder = options.output or workspace.home / "downloads"
    expected = boundary_checksums.expected_checksum(source, workspace.home, options.sha256)
    if options.file:
        got = _carried_over(source, options.file, expected)
    else:
        if not options.json:
            print(language.say("Downloading {url}", url=source.url))
        show = None if options.json else _progress_printer(language)
        got = boundary_download.download(
            source, folder, expected=expected, proxy_url=workspace.settings.proxy_url, progress=show
        )
    boundary_file = boundary_file_of(source, got.path, folder)
    if not source.sha256 and expected.origin in (FIRST_USE, GIVEN):
        boundary_checksums.record_checksum(source, workspace.home, got.sha256, day=workspace.clock().date())
    adding = _add_call(source, boundary_file, options)
    if options.json:
        return _answer_fetched(source, got, expected, boundary_file, adding, options)
    _print_fetched(source, got, expected, language)
    if options.add:
        return int(options.run_line(adding))
    if source.level != COMMUNES:
        print(language.say(_DISTRICTS_ONLY))
    else:
        print(language.say("To add it: {command}", command=shlex.join(["phudien", *adding])))
    return DONE


def _carried_over(source: BoundarySource, file: Path, expected: Checksum) -> Downloaded:
    try:
        sha256 = boundary_checksums.checksum_of(file)
    except OSError as error:
        raise unreadable(file, error) from error
    if expected.sha256 not in ("", sha256):
        raise boundary_checksums.refuse_other_file(source, expected, sha256)
    return Downloaded(file, file.stat().st_size, sha256, resumed_from=0, was_present=True)


def _add_call(source: BoundarySource, boundary_file: Path, options: argparse.Namespace) -> list[str]:
    """Return the call that adds what was fetched, in the workspace and language of this one."""
    call = ["boundaries", "add", str(boundary_file), "--as-of", source.day.isoformat()]
    for name in ("workspace", "lang", "user"):
        if value := getattr(options, name):
            call += [f"--{name}", str(value)]
    return call + ["--json"] * options.json


def _answer_fetched(
    source: BoundarySource,
    got: Downloaded,
    expected: Checksum,
    boundary_file: Path,
    adding: list[str],
    options: argparse.Namespace,
) -> int:
    code, added = DONE, None
    if options.add:
        with redirect_stdout(io.StringIO()) as answer:
            code = options.run_line(adding)
        added = json.loads(answer.getvalue())
    print_json(
        {
            "source": source.id,
            "file": str(got.path),
            "boundary_file": str(boundary_file),
            "bytes": got.size_bytes,
            "sha256": got.sha256,
            "checksum": expected.origin,
            "resumed_from": got.resumed_from,
            "was_present": got.was_present,
            "licence": source.licence,
            "publisher": source.publisher,
            "added": added,
        }
    )
    return code


def _print_fetched(source: BoundarySource, got: Downloaded, expected: Checksum, language: Language) -> None:
    say = language.say
    size = language.decimal(Decimal(got.size_bytes) / 1_000_000, decimals=1)
    if got.was_present:
        print(say("It is here already: {file}, {size} MB.", file=str(got.path), size=size))
    else:
        print(say("Downloaded: {file}, {size} MB.", file=str(got.path), size=size))
    print(say(_CHECKSUM_SENTENCES[expected.origin], sha256=got.sha256))
    print(say("Licence: {licence}, {url}", licence=source.licence, url=source.licence_url))
    print(say("Name the source wherever you show it: {publisher}", publisher=source.publisher))


def _progress_printer(language: Language) -> Callable[[int, int], None]:
    shown_at = 0.0

    def show(done: int, total: int) -> None:
        nonlocal shown_at
        now, is_last = time.monotonic(), done == total
        if now - shown_at < _SECONDS_BETWEEN_LINES and not is_last:
            return
        shown_at = now
        megabytes = [language.decimal(Decimal(count) / 1_000_000, decimals=1) for count in (done, total)]
        if total:
            line = language.say("{done} of {total} MB", done=megabytes[0], total=megabytes[1])
        else:
            line = language.say("{done} MB", done=megabytes[0])
        print(f"\r{line}   ", end="\n" if is_last else "", file=sys.stderr, flush=True)

    return show


def _source_answer(source: BoundarySource) -> dict[str, Any]:
    return {
        "id": source.id,
        "title_vi": source.title_vi,
        "title_en": source.title_en,
        "publisher": source.publisher,
        "page": source.page,
        "url": source.url,
        "bytes": source.size_bytes or None,
        "sha256": source.sha256 or None,
        "licence": source.licence,
        "licence_url": source.licence_url,
        "level": source.level,
        "day": source.day.isoformat(),
    }
