"""Why an entry of an own commune list is matched, extra or doubtful, and why a unit is missing: codes and sentences."""

from __future__ import annotations

import json
from typing import Any, Final

from geodata.errors import mark
from geodata.language import Language

MATCHED, MISSING, EXTRA, DOUBTFUL = "matched", "missing", "extra", "doubtful"

STATUSES: Final = (MATCHED, MISSING, EXTRA, DOUBTFUL)

STATUS_NAMES: Final = {
    MATCHED: mark("matched"),
    MISSING: mark("missing from the own list"),
    EXTRA: mark("not in the official list"),
    DOUBTFUL: mark("doubtful"),
}

STATUS_SHORT: Final = {
    MATCHED: mark("Matched"),
    MISSING: mark("Missing"),
    EXTRA: mark("Extra"),
    DOUBTFUL: mark("Doubtful"),
}

CONFIDENCES: Final = {
    "decided": 1.0,
    "code-and-name": 1.0,
    "name": 0.99,
    "spelling": 0.95,
    "code-former-name": 0.92,
    "code-close-name": 0.92,
    "code-outdated": 0.92,
    "code-other-district": 0.9,
    "code-unknown": 0.9,
    "former-name": 0.9,
    "code": 0.88,
    "name-without-district": 0.88,
    "kind-differs": 0.85,
    "merged": 0.8,
    "close-name": 0.7,
    "wrong-district": 0.6,
    "district-unknown": 0.6,
    "doubled": 0.5,
    "taken": 0.5,
    "several": 0.5,
    "divided": 0.5,
    "code-names-another": 0.5,
    "code-name-disagree": 0.4,
}
"""How strong the evidence of a reason is: an order among reasons that we assume, no probability; others are 0."""

EXTRA_REASONS: Final = frozenset({"kept-apart", "unknown", "later", "other-province"})
"""Reasons of entries that are no official unit; an entry without a unit and with another reason is doubtful."""

PART_REASONS: Final = frozenset({"merged", "divided"})
"""Reasons of entries that belong to a unit, or several, without being it."""

SENTENCES: Final = {
    # matched
    "decided": mark("Assigned by {user}: {reason}"),
    "code-and-name": mark("Code and name fit."),
    "name": mark("The name fits in its district."),
    "spelling": mark("The name fits but for diacritics or spelling."),
    "code-former-name": mark('The code fits; "{former}" is the name that it had before.'),
    "code-close-name": mark("The code fits, and the name nearly so."),
    "code-outdated": mark("The name fits; the code {code} is the one of an older list."),
    "code-other-district": mark('Code and name fit; the list writes another district: "{district}".'),
    "code-unknown": mark("The name fits in its district; the code {code} is in no official list."),
    "former-name": mark('"{former}" is the name that it had before.'),
    "code": mark("The code fits; the list writes no name."),
    "name-without-district": mark("The list writes no district, but only one commune of the area has this name."),
    "kind-differs": mark('The name fits; the list writes another type word: "{name}".'),
    # doubtful
    "merged": mark("{former} was merged into {unit} ({when}); the own list still keeps it apart."),
    "divided": mark("{former} was divided ({when}); its parts belong to {candidates}."),
    "close-name": mark("No commune there has this name; {unit} is spelled nearly so."),
    "wrong-district": mark('"{district}" has no such commune; {unit} is in another district of the province.'),
    "district-unknown": mark('"{district}" is no district of the list; the province has {unit}.'),
    "doubled": mark("Rows {rows} are all {unit}, and none fits better. Decide which of them it is."),
    "taken": mark("{unit} is already row {rows}, which fits better; this row is the same or another commune."),
    "several": mark("The name can be more than one commune: {candidates}."),
    "code-names-another": mark("The code {code} is {by_code}, but the name says {by_name}."),
    "code-name-disagree": mark('The code {code} is {by_code}, but the list writes "{name}".'),
    # extra
    "kept-apart": mark("Kept apart by {user}: {reason}"),
    "unknown": mark("The official list of {day} has no such commune there, and the list before had none."),
    "later": mark("The official list of {day} does not have this commune yet: it is one since {since}."),
    "other-province": mark('"{province}" is no province of the official list of {day}.'),
    # missing
    "not-listed": mark("No entry of the own list is this commune."),
    "in-doubt": mark("No entry is this commune for certain; it may be the doubtful one in row {rows}."),
}
"""Each reason's sentence; its fields are filled by the row's ``values``."""

REASON_NAMES: Final = {
    "decided": mark("assigned by hand"),
    "code-and-name": mark("code and name"),
    "name": mark("name and district"),
    "spelling": mark("name, spelled otherwise"),
    "code-former-name": mark("code, and a former name"),
    "code-close-name": mark("code, name nearly"),
    "code-outdated": mark("name, code of an older list"),
    "code-other-district": mark("code and name, other district"),
    "code-unknown": mark("name, code unknown"),
    "former-name": mark("renamed or raised since"),
    "code": mark("code alone"),
    "name-without-district": mark("name alone, no other of that name"),
    "kind-differs": mark("name, other type word"),
    "merged": mark("merged since"),
    "divided": mark("divided since"),
    "close-name": mark("name nearly"),
    "wrong-district": mark("in another district"),
    "district-unknown": mark("district unknown"),
    "doubled": mark("doubled in the own list"),
    "taken": mark("another row fits better"),
    "several": mark("several of that name"),
    "code-names-another": mark("code and name of two communes"),
    "code-name-disagree": mark("code contradicts the name"),
    "kept-apart": mark("kept apart by hand"),
    "unknown": mark("in no list"),
    "later": mark("younger than the official list"),
    "other-province": mark("other province"),
    "not-listed": mark("not listed"),
    "in-doubt": mark("only a doubtful entry"),
}
"""Short names of the reasons, for counts."""


def sentence_of(reason: str, values: str, language: Language) -> str:
    """Return a reason's sentence in a language; `values` is the JSON text of a result's row."""
    filled: dict[str, Any] = json.loads(values or "{}")
    return language.say(SENTENCES[reason], **filled)
