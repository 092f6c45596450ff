"""The commands for boundary layers: ``phudien boundaries check``, ``add`` and ``list``."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pandas as pd

from coverage import answers
from coverage.boundary_layers import AUTOMATIC, LEAVE_OUT, BoundaryChoices, BoundaryProposal
from coverage.boundary_texts import SHOWN_FEATURES, decimal, quality_sentences, recognition_sentences, unmatched_text
from coverage.commands import DATA_PROBLEMS, DONE, content_of, print_json, report_error, user_of, write_file
from coverage.workspace import Workspace
from geodata.boundaries import STEPS, CheckedLayer
from geodata.boundary_features import REASONS, Feature
from geodata.errors import BoundaryError, FileError, PhuDienError, mark
from geodata.language import Language
from geodata.units import Units
from loaders.reports.csv_file import csv_of, unguarded

_FEATURE, _COMMUNE = "feature", "commune_code"
_LEAVE_OUT_MARK: Final = "-"
_UNMATCHED_COLUMNS: Final = (_FEATURE, _COMMUNE, "label", "reason", "suggestions")


def add_parsers(
    actions: Any, common: argparse.ArgumentParser, language: Language, *, read_day: Callable[[str], date]
) -> None:
    """Add ``check``, ``add`` and ``list`` to the actions of ``phudien boundaries``."""
    say = language.say
    adding = actions.add_parser(
        "add", parents=[common], help=say("Add real boundaries: GeoJSON, GeoPackage, zipped shapefile, GeoParquet.")
    )
    checking = actions.add_parser(
        "check",
        parents=[common],
        help=say("Check a boundary file: what is recognised, and its quality; store nothing."),
    )
    for command in (adding, checking):
        command.add_argument("file", type=Path, metavar="FILE")
        command.add_argument("--as-of", type=read_day, metavar="DATE", help=say("day whose boundaries the file shows"))
        command.add_argument(
            "--crs", metavar="EPSG:CODE", help=say("its coordinate system, such as EPSG:9210 (VN-2000 / TM-3 105-45)")
        )
        command.add_argument(
            "--sliver-m",
            type=float,
            metavar="METRES",
            help=say("width up to which overlaps and gaps are closed (default: 10 m, or the workspace's setting)"),
        )
        command.add_argument(
            "--map",
            type=Path,
            metavar="FILE.csv",
            help=say("communes assigned by hand: columns feature, commune_code; - leaves a feature out"),
        )
        command.add_argument("--json", action="store_true", help=say("answer as JSON"))
    adding.add_argument("--user", help=say("who imports (default: the login name)"))
    adding.set_defaults(run=add_boundaries)
    checking.add_argument(
        "--unmatched",
        type=Path,
        metavar="OUT.csv",
        help=say("write the features that were not recognised, to be filled in for --map"),
    )
    checking.set_defaults(run=check_boundaries)
    listing = actions.add_parser("list", parents=[common], help=say("List the layers."))
    listing.add_argument("--json", action="store_true", help=say("answer as JSON"))
    listing.set_defaults(run=list_boundaries)


def add_boundaries(options: argparse.Namespace, language: Language) -> int:
    """Check a boundary file and add it."""
    content = content_of(options.file)
    workspace = Workspace(options.workspace)
    try:
        proposal = _check(workspace, content, options, language)
        batch_id = workspace.boundaries.keep(proposal, user=user_of(options), progress=_progress(options, language))
    except (FileError, BoundaryError) as error:
        return report_error(error, options, language)
    if options.json:
        print_json(answers.of_boundaries(proposal, batch_id))
        return DONE
    layer = proposal.layer
    print(
        language.say(
            "Added: {found} communes of the list of {day}. Features not recognised: {unmatched}.",
            found=len(layer.communes),
            day=language.day(layer.units.list_date),
            unmatched=unmatched_text(layer, language),
        )
    )
    _print_findings(proposal, language)
    return DONE


def check_boundaries(options: argparse.Namespace, language: Language) -> int:
    """Tell what a boundary file holds and how good it is; 1 where something in it needs a decision."""
    content = content_of(options.file)
    workspace = Workspace(options.workspace)
    try:
        proposal = _check(workspace, content, options, language, may_be_unknown=True)
    except (FileError, BoundaryError) as error:
        return report_error(error, options, language)
    layer = proposal.layer
    if options.unmatched:
        table = unmatched_table(layer.recognition.unknown, layer.units, language)
        write_file(options.unmatched, table, language, is_quiet=options.json)
    needs_decision = bool(layer.recognition.unknown or layer.quality.open_flaws or layer.quality.doubled)
    if options.json:
        print_json(answers.of_boundaries(proposal, None))
    else:
        _print_findings(proposal, language)
    return DATA_PROBLEMS if needs_decision else DONE


def list_boundaries(options: argparse.Namespace, language: Language) -> int:
    """List the layers that count."""
    workspace = Workspace(options.workspace)
    found = workspace.boundary_layers()
    if options.json:
        print_json(answers.of_layers(found, workspace.units))
        return DONE
    for record in found:
        print(
            language.say(
                "{file}: {units} communes of the list of {day}, added by {user}",
                file=record.file_name,
                units=record.units_matched,
                day=language.day(date.fromisoformat(record.unit_list_date)),
                user=record.created_by,
            )
        )
    print(
        language.say(
            "Shipped with the product: approximate boundaries of {units} communes", units=len(workspace.units.communes)
        )
    )
    return DONE


def _check(
    workspace: Workspace,
    content: bytes,
    options: argparse.Namespace,
    language: Language,
    *,
    may_be_unknown: bool = False,
) -> BoundaryProposal:
    choices = BoundaryChoices(
        valid_on=options.as_of,
        crs=options.crs,
        sliver_m=options.sliver_m,
        by_hand=read_assignments(content_of(options.map), options.map.name) if options.map else {},
    )
    return workspace.boundaries.check(
        content,
        options.file.name,
        choices,
        may_be_unknown=may_be_unknown,
        progress=_progress(options, language),
    )


def _progress(options: argparse.Namespace, language: Language) -> Callable[[str], None]:
    def show(step: str) -> None:
        if not options.json and sys.stderr.isatty():
            print(f"{language.say(STEPS[step])} …", file=sys.stderr, flush=True)

    return show


def _print_findings(proposal: BoundaryProposal, language: Language) -> None:
    layer = proposal.layer
    for sentence in recognition_sentences(layer, language):
        print(sentence)
    if proposal.encoding:
        print(language.say("Its texts were in {encoding}; they were converted.", encoding=proposal.encoding))
    if proposal.file_layer:
        print(language.say('Of its layers, "{layer}" was read.', layer=proposal.file_layer))
    for sentence in quality_sentences(layer.quality, layer.units, language):
        print(sentence)
    _print_unknown(layer, language)
    print(language.say("Checked in {seconds} s.", seconds=decimal(proposal.seconds, language, 1)))


def _print_unknown(layer: CheckedLayer, language: Language) -> None:
    unknown = layer.recognition.unknown
    for feature in unknown[:SHOWN_FEATURES]:
        print("  " + unknown_text(feature, layer.units, language))
    if len(unknown) > SHOWN_FEATURES:
        print(
            "  "
            + language.say(
                "… and {n} more features that were not recognised. All of them: phudien boundaries check FILE "
                "--unmatched OUT.csv.",
                n=language.count(len(unknown) - SHOWN_FEATURES),
            )
        )


def unknown_text(feature: Feature, units: Units, language: Language) -> str:
    """Return one feature that was not recognised, why, and what it may be."""
    names = units.by_code["full_name"]
    near = ", ".join(f"{names[code]} ({code})" for code in feature.suggestions)
    return language.say(
        "{label}: {reason}. May be: {near}.",
        label=feature.label,
        reason=language.say(REASONS[feature.reason]),
        near=near or "–",
    )


# ---- assignments by hand as tables


def unmatched_table(features: Sequence[Feature], units: Units, language: Language) -> bytes:
    """Return the features that were not recognised as .csv, to be filled in and given back by ``--map``."""
    names = units.by_code["full_name"]
    rows = []
    for feature in features:
        near = "; ".join(f"{code} {names[code]}" for code in feature.suggestions)
        rows.append([feature.feature, "", feature.label, language.say(REASONS[feature.reason]), near])
    return csv_of(pd.DataFrame(rows, columns=list(_UNMATCHED_COLUMNS)))


def read_assignments(content: bytes, file_name: str) -> dict[str, str]:
    """
    Return the communes that a table assigns to features; rows without a commune say nothing.

    Raises
    ------
    PhuDienError
        If it is no CSV with the columns ``feature`` and ``commune_code``, in UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_a_table(file_name) from error
    first_line = text.splitlines()[0] if text else ""
    rows = csv.DictReader(StringIO(text), delimiter=";" if first_line.count(";") > first_line.count(",") else ",")
    if not {_FEATURE, _COMMUNE} <= set(rows.fieldnames or ()):
        raise _not_a_table(file_name)
    found = {unguarded(str(row[_FEATURE])): unguarded((row[_COMMUNE] or "").strip()) for row in rows}
    return {feature: _assigned_code(code) for feature, code in found.items() if code}


def _assigned_code(text: str) -> str:
    return LEAVE_OUT if text == _LEAVE_OUT_MARK else AUTOMATIC if text.lower() == AUTOMATIC else text


def _not_a_table(file_name: str) -> PhuDienError:
    return PhuDienError(
        "call.map-unreadable",
        mark(
            '"{file}" is no table of assignments: a CSV file in UTF-8 with the columns feature and commune_code is '
            "needed. phudien boundaries check FILE --unmatched OUT.csv writes one to fill in."
        ),
        file=file_name,
    )
