"""The registry: every rule that can speak is described, with the severity that its issues have."""

from __future__ import annotations

import re
from pathlib import Path

from geodata.language import Language
from loaders import survey
from loaders.reference import tables
from loaders.survey import record_rows
from loaders.survey.issues import SEVERITIES
from loaders.survey.rulebook import (
    BEFORE_RULES,
    FILE_RULES,
    RECORD_RULES,
    ROW_RULES,
    STORED_RULES,
    every_rule,
    rules_of,
)
from loaders.survey.templates import load_template

# These refuse a whole file or call, and are errors, not issues of a row.
FILE_ERRORS = {"survey.form-of-another", "survey.header-missing"}


def codes_in_code() -> set[str]:
    folder = Path(str(survey.__file__)).parent
    text = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    written = set(re.findall(r'"(survey\.[a-z-]+)"', text))
    return written | {f"survey.value-{reason}" for reason in record_rows.PROBLEMS} - FILE_ERRORS


def test_every_code_is_described_once_and_no_other() -> None:
    described = [rule.code for rule in every_rule()]
    assert len(described) == len(set(described))
    assert set(described) == codes_in_code() - FILE_ERRORS


def test_every_rule_has_a_severity_and_a_sentence_in_both_languages() -> None:
    kinds = {kind for kinds in tables.load_survey_rules()["applies_to"] for kind in kinds.split("|")}
    assert kinds == {"all", "figures", "records", "returns"}
    for rule in every_rule():
        assert rule.severity in SEVERITIES
        assert rule.sentence(Language("vi")) != rule.sentence(Language("en"))


def test_severities_are_those_that_the_code_gives() -> None:
    folder = Path(str(survey.__file__)).parent
    text = "\n".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    given = dict(re.findall(r'"(survey\.[a-z-]+)",\s+(?:severity=)?(ERROR|WARNING|INFO)\b', text))
    assert len(given) > 30
    described = {rule.code: rule.severity for rule in every_rule()}
    assert {code: described[code] for code in given} == {code: severity.lower() for code, severity in given.items()}


def test_every_function_of_the_registry_says_what_it_asks() -> None:
    for rule in (*ROW_RULES, *FILE_RULES, *STORED_RULES, *BEFORE_RULES, *RECORD_RULES):
        assert (rule.__doc__ or "").strip()


def test_a_survey_has_the_rules_of_its_kind() -> None:
    figures = {rule.code for rule in rules_of(load_template("commune_survey"))}
    records = {rule.code for rule in rules_of(load_template("household_survey"))}
    assert "survey.figures-disagree" in figures - records
    assert "survey.point-outside" in records - figures
    assert "survey.commune-unknown" in figures & records
    returns = {rule.code for rule in rules_of(load_template("company_return"))}
    assert {"survey.stated-differs", "survey.row-doubled", "survey.value-missing"} <= returns
    assert not {"survey.commune-missing", "survey.point-outside", "survey.value-doubled"} & returns
