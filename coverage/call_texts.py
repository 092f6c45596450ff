"""The texts that argparse writes of itself, in the user's language: headings of the help, and wrong calls."""

from __future__ import annotations

import argparse
import re
from functools import partial
from typing import Any, Final, NoReturn

from geodata.errors import mark
from geodata.language import Language

_WRONG_CALLS: Final = (
    (r"the following arguments are required: (?P<names>.+)", mark("The call lacks: {names}.")),
    (r"unrecognized arguments: (?P<names>.+)", mark("Unknown in this call: {names}.")),
    (r"argument (?P<name>.+?): expected one argument", mark("{name} needs a value.")),
    (r"argument (?P<name>.+?): expected at least one argument", mark("{name} needs at least one value.")),
    (
        r"argument (?P<name>.+?): invalid choice: (?P<found>.+) \(choose from (?P<allowed>.+)\)",
        mark("{name}: there is no {found}. Allowed: {allowed}."),
    ),
    (r"argument (?P<name>.+?): invalid .+ value: (?P<found>.+)", mark("{name}: {found} cannot be read.")),
    (
        r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)",
        mark("{name} and {other} cannot be given together."),
    ),
    (
        r"ambiguous option: (?P<name>.+?) could match (?P<allowed>.+)",
        mark("{name} may mean several options: {allowed}. Write it in full."),
    ),
)
"""What argparse says of a wrong call, and our sentence for it."""


class CallParser(argparse.ArgumentParser):
    """
    A parser whose help and errors are written in one language; so are those of its commands.

    Parameters
    ----------
    language
        The user's language; the rest is as `argparse.ArgumentParser` takes it.
    """

    def __init__(self, *, language: Language, **options: Any) -> None:
        super().__init__(formatter_class=_formatter_of(language), **options)
        self._language = language
        # The options of parents have joined these groups by their English titles: only now may the titles change.
        self._positionals.title = language.say("positional arguments")
        self._optionals.title = language.say("options")
        for action in self._actions:
            if isinstance(action, argparse._HelpAction):
                action.help = language.say("show this help and exit")

    def add_subparsers(self, **options: Any) -> Any:
        """Add commands; their parsers write in the same language."""
        options.setdefault("parser_class", partial(CallParser, language=self._language))
        return super().add_subparsers(**options)

    def error(self, message: str) -> NoReturn:
        """Print how the command is called and what is wrong with this call, and exit with code 2."""
        self.exit(2, f"{self.format_usage()}{self.prog}: {_wrong_call(message, self._language)}\n")


def _wrong_call(message: str, language: Language) -> str:
    for pattern, template in _WRONG_CALLS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return language.say(template, **found.groupdict())
    return message


def _formatter_of(language: Language) -> type[argparse.HelpFormatter]:
    class Formatter(argparse.HelpFormatter):
        """Writes help in one language."""

        def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
            super().add_usage(usage, actions, groups, language.say("usage: ") if prefix is None else prefix)

    return Formatter
