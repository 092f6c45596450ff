"""The registry of all rules that a survey is held against, and what each says; the readers run what stands here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from geodata.language import Language
from loaders.reference import tables as reference_tables
from loaders.survey import record_rules, return_rules, rules
from loaders.survey.issues import Issue
from loaders.survey.record_rules import Rule
from loaders.survey.rules import SurveyRow
from loaders.survey.templates import FIGURES, SurveyTemplate

ROW_RULES: Final[tuple[Callable[[SurveyRow], Iterable[Issue]], ...]] = (
    rules.check_required,
    rules.check_sums,
    rules.check_parts,
)
"""Rules for one row of figures by itself."""

FILE_RULES: Final = (rules.check_doubled,)
"""Rules for the rows of figures of a file together."""

STORED_RULES: Final = (rules.check_with_stored,)
"""Rules for a row of figures beside the stored ones that it leaves blank."""

BEFORE_RULES: Final = (rules.check_jump,)
"""Rules for a row of figures beside those of the quarter before."""

RECORD_RULES: Final[tuple[Rule, ...]] = (
    record_rules.check_key,
    record_rules.check_unique,
    record_rules.check_not_above,
    record_rules.check_past,
    record_rules.check_points,
    record_rules.check_moved,
    record_rules.check_unique_in_store,
    record_rules.check_jump_from_stored,
    return_rules.check_return_counts,
    return_rules.check_return_stated,
    return_rules.check_return_agrees,
    return_rules.check_return_period,
)
"""Rules for records: within the file, and against those stored."""


@dataclass(frozen=True)
class RuleText:
    """What a rule says: the code of its issues, their severity, and the kinds of rows that it is for."""

    code: str
    severity: str
    applies_to: str
    rule_vi: str
    rule_en: str

    def sentence(self, language: Language) -> str:
        """Return the rule in a language."""
        return self.rule_vi if language.code == "vi" else self.rule_en


@lru_cache(maxsize=1)
def every_rule() -> tuple[RuleText, ...]:
    """Return every rule, those of cells and places that the readers keep themselves too."""
    table = reference_tables.load_survey_rules()
    columns = ("code", "severity", "applies_to", "rule_vi", "rule_en")
    return tuple(RuleText(*row) for row in table[list(columns)].itertuples(index=False))


def rules_of(template: SurveyTemplate) -> list[RuleText]:
    """Return the rules that a survey of this template is held against."""
    kind = "figures" if template.rows == FIGURES else "records" if template.has_places else "returns"
    return [rule for rule in every_rule() if rule.applies_to == "all" or kind in rule.applies_to.split("|")]
