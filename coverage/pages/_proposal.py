"""An uploaded survey on the page: what was understood, its problems, what it changes, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from coverage.pages import _cache, _maps, _names, _tables
from coverage.workspace import REFUSED, Effect, Proposal
from geodata.errors import WorkspaceError
from geodata.language import Language
from geodata.periods import Period
from loaders.store.batches import ACCEPTED, DRAFT, WITHDRAWN
from loaders.survey.columns import NOT_READ
from loaders.survey.issues import ERROR, INFO, SEVERITY_NAMES, WARNING, Issue
from loaders.survey.tables import TableRead

_WHOLE_MESSAGES = 12
"""Problems that are shown with their whole sentence; the table above them lists all."""


def draw_understood(proposal: Proposal, language: Language, *, key: str) -> None:
    """Say which tables were read, with how many rows."""
    say, reading = language.say, proposal.reading
    st.subheader(say("3. What was understood"), anchor=f"understood-{key}")
    for table in reading.tables:
        st.write(
            say(
                'Sheet "{sheet}", header in row {row}: {rows} rows read.',
                sheet=table.sheet,
                row=str(table.header_row),
                rows=table.rows,
            )
        )
    st.write(say("{rows} rows read, {valid} without errors.", rows=reading.rows_read, valid=reading.rows_valid))


def draw_columns(
    proposal: Proposal, language: Language, *, key: str, choose: Callable[[str, dict[str, str]], None]
) -> None:
    """Show what each column was taken for; another choice is remembered for the layout and the file is read anew."""
    say = language.say
    for number, table in enumerate(proposal.reading.tables):
        doubtful = sum(column.confidence < 1 for column in table.columns)
        title = say("Columns that were understood ({n})", n=len(table.columns))
        if doubtful:
            title += " – " + say("{n} by likeness, please check", n=doubtful)
        with st.expander(title if len(proposal.reading.tables) == 1 else f"{table.sheet}: {title}"):
            _draw_column_form(table, language, key=f"{key}_{number}", choose=choose)


def _draw_column_form(
    table: TableRead, language: Language, *, key: str, choose: Callable[[str, dict[str, str]], None]
) -> None:
    say, template = language.say, _cache.workspace().survey_template
    names = {column.key: column.header(language) for column in template.columns if column.kind != "check"}
    offered = [NOT_READ, *names]
    labelled = [column for column in (*table.columns, *table.unread) if column.label]
    now = [column.key if column.key in names else NOT_READ for column in labelled]
    shown = {NOT_READ: say("(not read)")} | names
    frame = pd.DataFrame(
        {
            "label": [column.label for column in labelled],
            "meaning": [shown[key_now] for key_now in now],
            "confidence": [f"{column.confidence:.0%}" if column.key else "" for column in labelled],
        }
    )
    edited = st.data_editor(
        frame,
        hide_index=True,
        width="stretch",
        disabled=["label", "confidence"],
        key=f"columns_{key}",
        column_config={
            "label": say("In the file"),
            "meaning": st.column_config.SelectboxColumn(
                say("Understood as"), options=[shown[code] for code in offered], required=True
            ),
            "confidence": say("Confidence"),
        },
    )
    key_of = {text: code for code, text in shown.items()}
    chosen = [key_of[text] for text in edited["meaning"]]
    changed = {c.label: new for c, old, new in zip(labelled, now, chosen, strict=True) if new != old}
    if changed and st.button(say("Read the file with these columns"), key=f"map_{key}", type="primary"):
        choose(table.layout, changed)
        st.rerun()


def draw_issues(issues: Sequence[Issue], language: Language, *, key: str) -> None:
    """List every problem, to be filtered by severity and searched, and the first ones with their whole sentence."""
    say = language.say
    counts = {severity: sum(issue.severity == severity for issue in issues) for severity in (ERROR, WARNING, INFO)}
    if not issues:
        st.success(say("No problems found."))
        return
    sentence = say(
        "{errors} errors, {warnings} warnings, {others} remarks.",
        errors=counts[ERROR],
        warnings=counts[WARNING],
        others=counts[INFO],
    )
    (st.error if counts[ERROR] else st.warning if counts[WARNING] else st.info)(sentence)
    offered = [severity for severity, count in counts.items() if count]
    kinds = st.pills(
        say("Show"),
        offered,
        format_func=lambda severity: f"{say(SEVERITY_NAMES[severity])} ({counts[severity]})",
        selection_mode="multi",
        default=offered,
        key=f"severities_{key}",
    )
    chosen = [issue for issue in issues if issue.severity in kinds]
    if len(chosen) > _WHOLE_MESSAGES:
        st.dataframe(_issue_table(chosen, language), hide_index=True, width="stretch", height=320)
        st.caption(say("The first {shown} of {all} in full:", shown=_WHOLE_MESSAGES, all=len(chosen)))
    if chosen:
        # A plain table wraps its texts, so that what to do is read without a click.
        table = _issue_table(chosen[:_WHOLE_MESSAGES], language)
        st.table(table.set_index(say("Severity")))


def draw_marked_file(content: bytes, file_name: str, issues: Sequence[Issue], language: Language, *, key: str) -> None:
    """Offer the file back with its problems marked; made when asked for, as it takes as long as reading."""
    say = language.say
    if not any(issue.severity in (ERROR, WARNING) for issue in issues):
        return
    if st.button(say("Prepare my file with the problems marked"), icon=":material/rate_review:", key=f"mark_{key}"):
        made = _cache.workspace().marked_workbook(content, file_name, issues, language)
        st.download_button(
            say("Download {name}", name=made.file_name),
            made.content,
            file_name=made.file_name,
            icon=":material/download:",
            key=f"marked_{key}",
        )
        for note in made.notes:
            st.caption(note)


def _issue_table(issues: list[Issue], language: Language) -> pd.DataFrame:
    say = language.say
    return pd.DataFrame(
        {
            say("Severity"): [say(SEVERITY_NAMES[issue.severity]) for issue in issues],
            say("Sheet"): [issue.sheet for issue in issues],
            say("Cell"): [issue.cell for issue in issues],
            say("Column"): [issue.column for issue in issues],
            say("Value"): [issue.value for issue in issues],
            say("What is wrong and what to do"): [say(issue.template, **issue.values) for issue in issues],
            say("Suggestion"): [issue.suggestion or "" for issue in issues],
        }
    )


def draw_changes(proposal: Proposal, language: Language, *, key: str) -> None:
    """Show what acceptance changes: figures, indicators of the provinces, and where on the map."""
    say, changes = language.say, proposal.changes
    st.subheader(say("4. What would change"), anchor=f"changes-{key}")
    kinds = changes["change"].value_counts()
    counts = {kind: int(kinds.get(kind, 0)) for kind in ("new", "changed", "unchanged")}
    rejected = proposal.reading.rows_read - proposal.reading.rows_valid
    st.write(
        say("Figures: {new} new, {changed} changed, {unchanged} unchanged.", **counts)
        + " "
        + say("Rows with errors, not taken: {rejected}.", rejected=rejected)
    )
    different = changes[changes["change"] != "unchanged"]
    if different.empty:
        return
    units = _cache.workspace().units.by_code["full_name"]
    shown = _tables.with_separators(different, language, ["old", "new"])
    table = pd.DataFrame(
        {
            say("Commune"): shown["commune_code"].map(units),
            say("Quarter"): [language.period(Period.parse(code)) for code in shown["period"]],
            say("Figure"): [say(_names.MEASURES[measure]) for measure in shown["measure"]],
            say("Until now"): shown["old"],
            say("New"): shown["new"],
        }
    )
    st.dataframe(table, width="stretch", hide_index=True)
    for effect in proposal.effects:
        _draw_effect(effect, language)
    _draw_touched(proposal, language, key=key)


def _draw_effect(effect: Effect, language: Language) -> None:
    say, name = language.say, _cache.workspace().units.find(effect.province_code)["full_name"]
    st.write(f"**{name}, {language.period(Period.parse(effect.period))}**")
    rows = [
        {
            say("Indicator"): figure.indicator.title(language),
            say("Until now"): effect.before[code].display(language) if code in effect.before else "–",
            say("After acceptance"): figure.display(language),
            say("Difference"): _tables.change_text(effect.before.get(code), figure, language) or "",
        }
        for code, figure in effect.after.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch")


def _draw_touched(proposal: Proposal, language: Language, *, key: str) -> None:
    """Map of the communes whose figures are new or change; drawn when asked for, as it weighs as much as the map."""
    if not st.toggle(language.say("Map of what the file touches"), key=f"touched_{key}"):
        return
    workspace = _cache.workspace()
    home, version = str(workspace.home), str(workspace.data_version())
    shapes = _cache.layer_version(home, version)
    document = _cache.map_document(shapes, language.code, workspace.settings.tiles_url)
    provinces = sorted({effect.province_code for effect in proposal.effects})
    paint = _maps.paint_of_changes(proposal.changes, workspace.units, language, areas=provinces)
    _maps.show_map(document, f"{shapes}-{language.code}", paint, language, height=480)


def draw_decision(proposal: Proposal, user: str, language: Language, *, key: str) -> None:
    """Ask for the decision: accept all, accept the good rows, or mend first."""
    say, workspace = language.say, _cache.workspace()
    if proposal.state == REFUSED:
        st.warning(say("Mend the errors in the workbook and upload it again. Nothing was stored."))
        valid = proposal.reading.rows_valid
        if valid and st.button(
            say("Take the {valid} rows without errors, mend the others later", valid=valid), key=f"good_{key}"
        ):
            st.session_state[f"good_rows_{key}"] = True
            st.rerun()
    elif proposal.state == ACCEPTED:
        st.success(say("Batch {batch} is accepted; its figures count.", batch=str(proposal.batch_id)))
    elif proposal.state == WITHDRAWN:
        st.warning(say("Batch {batch} was withdrawn.", batch=str(proposal.batch_id)))
    elif proposal.state == DRAFT and proposal.batch_id is not None:
        st.info(say("Kept as draft {batch}; its figures do not count yet.", batch=str(proposal.batch_id)))
        reasons = _ask_reasons(proposal, language, key=key)
        if st.button(say("Accept these figures"), type="primary", icon=":material/check:", key=f"accept_{key}"):
            try:
                workspace.accept(proposal.batch_id, user=user, reasons=reasons)
            except WorkspaceError as error:
                st.error(language.explain(error))
            else:
                st.rerun()


def _ask_reasons(proposal: Proposal, language: Language, *, key: str) -> dict[int, str]:
    """Ask why each warning is right: one reason for all, or one a row."""
    say = language.say
    warnings = [(place, issue) for place, issue in enumerate(proposal.reading.issues) if issue.severity == WARNING]
    if not warnings:
        return {}
    st.write(say("{n} warnings ask for a reason; it stays with the row.", n=len(warnings)))
    common = st.text_input(say("Reason for all of them"), key=f"reason_{key}")
    table = pd.DataFrame(
        {
            "place": [f"{issue.sheet}, {issue.cell}" for _, issue in warnings],
            "warning": [say(issue.template, **issue.values) for _, issue in warnings],
            "reason": "",
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        width="stretch",
        disabled=["place", "warning"],
        key=f"reasons_{key}",
        column_config={"place": say("Cell"), "warning": say("Warning"), "reason": say("Own reason")},
    )
    typed = [str(text or "") for text in edited["reason"]]
    return {place: own.strip() or common for (place, _), own in zip(warnings, typed, strict=True)}
