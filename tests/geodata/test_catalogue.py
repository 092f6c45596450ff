"""Every sentence of the code has its Vietnamese, with the same fields, and the catalogue holds no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "geodata" / "locales" / "vi" / "LC_MESSAGES" / "phudien.po"


@cache
def said() -> frozenset[str]:
    def found() -> Iterator[str]:
        for folder in ("coverage", "geodata", "loaders"):
            for _, _, message, *_ in extract_from_dir(ROOT / folder, keywords={"say": None, "mark": None}):
                yield str(message)
        with (ROOT / "app.py").open("rb") as stream:
            for _, message, *_ in extract("python", stream, keywords={"say": None, "mark": None}):
                yield str(message)

    return frozenset(found())


@cache
def translated() -> dict[str, str]:
    with CATALOGUE.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id}


def fields(text: str) -> list[str]:
    return sorted(re.findall(r"{(\w+)}", text))


def test_every_sentence_has_its_vietnamese() -> None:
    assert len(said()) > 300
    assert [text for text in said() if not translated().get(text)] == []


def test_catalogue_holds_nothing_that_no_code_says() -> None:
    assert set(translated()) - said() == set()


def test_translations_have_the_fields_of_their_sentences() -> None:
    assert [text for text, vi in translated().items() if fields(text) != fields(vi)] == []
