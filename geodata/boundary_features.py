"""What features of a boundary file were recognised to be, how, and why not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.errors import mark
from geodata.units import Units

BY_HAND, BY_CODE, BY_NAMES, BY_LOCATION = "hand", "code", "names", "location"
UNKNOWN, LEFT_OUT, OUTSIDE = "unknown", "left_out", "outside"
HOW: Final = (BY_CODE, BY_NAMES, BY_LOCATION, BY_HAND, UNKNOWN, LEFT_OUT, OUTSIDE)

CODE_CONTRADICTS_NAME, FAR_AWAY, SEVERAL_NAMES, DIVIDED, NO_MATCH = "code-name", "far", "several", "divided", "no-match"
REASONS: Final = {
    CODE_CONTRADICTS_NAME: mark("its code is another commune's than its name"),
    FAR_AWAY: mark("it lies far from the commune of its code or names"),
    SEVERAL_NAMES: mark("another feature with another name is that commune"),
    DIVIDED: mark("its commune was divided since"),
    NO_MATCH: mark("no commune fits it"),
    "": "",
}


@dataclass(frozen=True)
class Feature:
    """
    What one feature was recognised to be.

    Parameters
    ----------
    feature
        Its key: what the user assigns by hand, remembered for files of the same layout.
    label
        How it is shown.
    code
        The commune; None where `how` is one of `UNKNOWN`, `LEFT_OUT`, `OUTSIDE`.
    how
        One of `HOW`.
    confidence
        1 by code, by hand, and by a name that fits; less by location (`boundary_location.Candidate.confidence`) and
        for a name with a slip.
    former_name
        The former name, or name of a former code, through which the commune was found.
    reason
        A key of `REASONS`: why it is unknown.
    suggestions
        Communes that it may be, the likeliest first.
    """

    feature: str
    label: str
    code: str | None = None
    how: str = UNKNOWN
    confidence: float = 0.0
    former_name: str = ""
    reason: str = ""
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognition:
    """
    What the features of a file were recognised to be, in the file's order.

    Parameters
    ----------
    units
        The list in which the codes are read.
    features
        One a feature.
    layout
        What files with the same columns have in common.
    """

    units: Units
    features: tuple[Feature, ...]
    layout: str

    @property
    def codes(self) -> pd.Series[str]:
        """Commune code of each feature, missing where there is none."""
        return pd.Series([found.code for found in self.features], dtype="str")

    @property
    def counts(self) -> dict[str, int]:
        """How many features were recognised in which way; every key of `HOW`."""
        found = Counter(feature.how for feature in self.features)
        return {how: found[how] for how in HOW}

    @property
    def said_codes(self) -> pd.Series[str]:
        """Commune that each feature's code or names say it is, however far from there it lies; missing for none."""
        said = [
            found.suggestions[0]
            if found.reason == FAR_AWAY
            else found.code
            if found.how in (BY_CODE, BY_NAMES)
            else None
            for found in self.features
        ]
        return pd.Series(said, dtype="str")

    @property
    def unknown(self) -> tuple[Feature, ...]:
        """The features that no commune was recognised in, and that the user has not left out."""
        return tuple(feature for feature in self.features if feature.how == UNKNOWN)
