"""Which column of a sheet holds what: labels matched to a template by alias, by likeness, or by hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz, process

from geodata.name_keys import plain_key
from loaders.survey.amounts import unit_words
from loaders.survey.templates import SurveyTemplate

LEAST_CONFIDENCE: Final = 0.88
"""Likeness from which a label is taken for an alias; a swapped or missing letter in 12 gives 0.92."""

LIKELY_PART: Final = 0.9
"""Confidence of a label such as "Tổng số" that stands alone and does not say of what."""

NOT_READ: Final = ""
"""Chosen by hand for a column that is to be left out."""

_UNITS: Final = "|".join(re.escape(word) for word in ("hộ dân", "hộ", "số hộ", *unit_words()))
# "(hộ)", "(MWh)", "ĐVT: hộ", "1.", "(3)", "III." say nothing about what a column holds.
_REMARK: Final = re.compile(
    rf"\((?:tổng số|tổng)\)|\((?:đvt\s*:?\s*)?(?:{_UNITS}|%|\d{{1,2}}(?:\s*=[^)]*)?)\)|,?\s*đvt\s*:?\s*(?:{_UNITS})\s*$"
    r"|^\s*(?:\(?\d{1,2}\)|\d{1,2}[.)]|[ivx]{1,4}[.)])\s*",
    re.IGNORECASE,
)
_LEAST_LETTERS: Final = 5


@dataclass(frozen=True)
class ColumnFound:
    """
    A column of the sheet that was understood.

    Parameters
    ----------
    key
        Which column of the template it is.
    index
        Its place in the sheet, counted from 0.
    label
        How the sheet heads it, the lines of its header joined.
    confidence
        1 for an alias or a choice by hand, else the likeness to the nearest alias (0 to 1).
    """

    key: str
    index: int
    label: str
    confidence: float = 1.0


@dataclass(frozen=True)
class _Aliases:
    """The aliases of a template: plain key → column, and plain words → column for likeness."""

    by_key: dict[str, str]
    words: dict[str, str]
    deciding: frozenset[str]
    parts: dict[str, str]
    fillers: frozenset[str]


@lru_cache(maxsize=16)
def _aliases(template: SurveyTemplate) -> _Aliases:
    pairs = [(alias, column.key) for column in template.columns for alias in column.names]
    return _Aliases(
        {plain_key(_bare(alias)): key for alias, key in pairs},
        {_words(alias): key for alias, key in pairs if len(plain_key(alias)) >= _LEAST_LETTERS},
        frozenset(_words(word) for word in template.deciding_words),
        {plain_key(label): key for key, labels in template.part_labels for label in labels},
        frozenset(plain_key(label) for label in template.filler_labels),
    )


def match_columns(
    labels: Sequence[tuple[str, ...]], template: SurveyTemplate, chosen: Mapping[str, str] | None = None
) -> list[ColumnFound]:
    """
    Return the columns whose labels are understood, in the order of the sheet; each key once, the surest first.

    Parameters
    ----------
    labels
        For each column the lines of its header from top to bottom, blank lines left out.
    chosen
        Columns that the engineer has chosen for this layout: `label_key` → column key or `NOT_READ`.
    """
    chosen = chosen or {}
    found: dict[str, ColumnFound] = {}
    for index, parts in enumerate(labels):
        if not parts:
            continue
        label = " – ".join(dict.fromkeys(parts))
        hand = chosen.get(label_key(label))
        key, confidence = (hand, 1.0) if hand is not None else match_label(parts, template)
        is_better = key not in found or confidence > found[key].confidence
        if key and is_better:
            found[key] = ColumnFound(key, index, label, confidence)
    return sorted(found.values(), key=lambda column: column.index)


def label_key(label: str) -> str:
    """Return how a label is remembered: spelling and spacing do not matter."""
    return plain_key(label)


def layout_of(labels: Sequence[tuple[str, ...]]) -> str:
    """Return the fingerprint of a header, equal for tables that are headed alike."""
    text = "\n".join(label_key(" ".join(parts)) for parts in labels if parts)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def match_label(parts: tuple[str, ...], template: SurveyTemplate) -> tuple[str, float]:
    """
    Return the column that a header means with its confidence, or ``("", 0.0)``.

    The whole header counts before its lower lines: "Số hộ – Tổng số" is more than "Tổng số".
    """
    aliases = _aliases(template)
    parts = tuple(part for part in parts if plain_key(part) not in aliases.fillers) or parts
    whole = _by_alias(" ".join(parts), aliases)
    if whole[0]:
        return whole
    if len(parts) > 1 and (within := _within_group(parts, template)):
        return within
    below = [" ".join(parts[start:]) for start in range(1, len(parts))]
    found = next((match for text in below if (match := _by_alias(text, aliases))[0]), ("", 0.0))
    if found[0]:
        return found
    return max((_by_likeness(text, aliases) for text in (" ".join(parts), *below)), key=lambda match: match[1])


def _by_alias(text: str, aliases: _Aliases) -> tuple[str, float]:
    key = plain_key(_bare(text))
    if key in aliases.by_key:
        return aliases.by_key[key], 1.0
    if key in aliases.parts:
        # "Tổng số" alone is most likely all households; the engineer is told what it was taken for.
        return aliases.parts[key], LIKELY_PART
    return "", 0.0


def _within_group(parts: tuple[str, ...], template: SurveyTemplate) -> tuple[str, float] | None:
    """Column of "Hộ có điện" over "Tổng số", "Thành thị" or "Nông thôn", where the upper label says which whole."""
    aliases = _aliases(template)
    part = aliases.parts.get(plain_key(_bare(parts[-1])))
    if part is None:
        return None
    whole, confidence = match_label(parts[:-1], template)
    if not whole:
        return None
    suffix = part.removeprefix("households_all")
    key = whole if not suffix else f"{whole}{suffix}"
    return (key, confidence) if key in {column.key for column in template.columns} else ("", 0.0)


def _by_likeness(text: str, aliases: _Aliases) -> tuple[str, float]:
    typed, best = _words(text), ("", 0.0)
    if len(typed) < _LEAST_LETTERS:
        return best
    for alias, score, _ in process.extract(typed, aliases.words.keys(), scorer=fuzz.ratio, limit=4):
        # "Số hộ chưa có điện" is like "Số hộ có điện" in its letters and means the opposite.
        is_same = _deciding(typed, aliases) == _deciding(alias, aliases)
        if is_same and score / 100 >= LEAST_CONFIDENCE and score / 100 > best[1]:
            best = (aliases.words[alias], round(score / 100, 2))
    return best


def _deciding(words: str, aliases: _Aliases) -> frozenset[str]:
    return frozenset(word for word in words.split() if word in aliases.deciding)


def _bare(label: str) -> str:
    return _REMARK.sub(" ", label).strip() or label


@lru_cache(maxsize=4096)
def _words(label: str) -> str:
    """Return a label in small letters without diacritics, its words kept apart."""
    return " ".join(plain_key(word) for word in re.findall(r"\w+", _bare(label).lower()))
