"""The command about organisations' own commune lists: ``phudien communes reconcile``."""

from __future__ import annotations

import argparse
from pathlib import Path

from coverage import answers
from coverage.commands import DONE, content_of, print_json, user_of, write_file
from coverage.commune_lists import CommuneLists
from coverage.workspace import Workspace
from geodata.errors import WorkspaceError, mark
from geodata.language import Language
from geodata.reconciliation_reasons import MATCHED, REASON_NAMES, STATUS_NAMES
from geodata.reconciliation_table import balance_of
from loaders.store.batches import DRAFT

_STATE_SENTENCES = {
    "draft": mark("Kept as draft {batch}; it does not count yet. Add --accept to take it."),
    "accepted": mark("Batch {batch} is accepted and counts."),
}


def reconcile_communes(options: argparse.Namespace, language: Language) -> int:
    """Hold an own commune list against the official one; take it, and write the result, where that is asked for."""
    content = content_of(options.file)
    _check_output(options.output)
    lists = CommuneLists(Workspace(options.workspace))
    user = user_of(options)
    proposal = lists.propose(content, options.file.name, user=user, organisation=options.organisation, day=options.day)
    batch = proposal.stored.batch
    is_taken = options.accept and batch.state == DRAFT
    kept = lists.accept(batch.id, user=user) if is_taken else lists.find(batch.id)
    if options.output:
        make = lists.csv if options.output.suffix.lower() == ".csv" else lists.workbook
        write_file(options.output, make(kept, language), language, is_quiet=options.json)
    if options.json:
        print_json(answers.of_reconciliation(kept, proposal.reading.issues, language))
        return DONE
    for sentence in balance_of(kept.result, language):
        print(sentence)
    for (status, reason), count in kept.result.reason_counts.items():
        if status != MATCHED:
            print(
                f"  {language.say(STATUS_NAMES[status])}, {language.say(REASON_NAMES[reason])}: {language.count(count)}"
            )
    for issue in proposal.reading.issues:
        print(f"  [{language.say(issue.severity)}] {issue.message(language)}")
    print(language.say(_STATE_SENTENCES[kept.stored.batch.state], batch=str(batch.id)))
    return DONE


def _check_output(output: Path | None) -> None:
    if output is not None and output.suffix.lower() not in (".xlsx", ".csv"):
        raise WorkspaceError("call.output-kind", mark('"{file}" must end in .xlsx or .csv.'), file=str(output))
