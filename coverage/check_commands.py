"""The commands about consistency checks: ``phudien check``, ``check published`` and the rest."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from coverage.commands import DATA_PROBLEMS, DONE, print_json
from coverage.published_answers import check_typed
from coverage.published_ranges import COUNT_UNITS
from geodata.language import LANGUAGE_CODES, Language


def add_check_commands(check: argparse.ArgumentParser, language: Language) -> None:
    """Add the actions of ``phudien check``."""
    actions = check.add_subparsers(dest="action", required=True, metavar="ACTION")
    _add_published(actions, language)


def _action(actions: Any, name: str, run: Any, text: str, language: Language) -> argparse.ArgumentParser:
    """Add an action; what is given before its name holds unless it is given after it too."""
    found: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
    found.add_argument(
        "--workspace",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS,
        help=language.say("folder of the workspace (default: $PHUDIEN_HOME, else the user's data folder)"),
    )
    found.add_argument(
        "--lang",
        choices=LANGUAGE_CODES,
        default=argparse.SUPPRESS,
        help=language.say("language of messages and files (default: vi)"),
    )
    found.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=language.say("answer as JSON"))
    found.set_defaults(run=run)
    return found


def _add_published(actions: Any, language: Language) -> None:
    say = language.say
    text = say("Check a published percentage against the rounded counts beside it.")
    published = _action(actions, "published", check_published, text, language)
    published.add_argument("--part", required=True, metavar="NUMBER", help=say("the part as printed, such as 14.9"))
    published.add_argument("--whole", required=True, metavar="NUMBER", help=say("the whole as printed, such as 18.43"))
    published.add_argument("--unit", choices=COUNT_UNITS, default="count", help=say("unit of both (default: count)"))
    published.add_argument("--percent", required=True, metavar="NUMBER", help=say("the percentage as printed"))


def check_published(options: argparse.Namespace, language: Language) -> int:
    """Say which percentages rounded counts allow; exit code 1 where the published one is not among them."""
    found = check_typed(options.part, options.whole, options.percent, options.unit)
    if getattr(options, "json", False):
        print_json(found.answer())
    else:
        for sentence in found.sentences(language):
            print(sentence)
    return DONE if found.result.fits else DATA_PROBLEMS
