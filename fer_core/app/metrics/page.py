"""The Metrics page: how good is it, and may I believe that?"""

import logging
from datetime import datetime

import streamlit as st

from fer_core.app.language.address import open_in_this_language
from fer_core.app.language.spoken import speaking, spoken, tr
from fer_core.app.metrics.cells import show_confusion
from fer_core.app.metrics.measure import offer_robustness, offer_scoring
from fer_core.app.metrics.panel_headline import (
    honesty,
    make_cards,
    make_headline_table,
)
from fer_core.app.metrics.panels import CONFUSION, ONE_MODEL, PANELS, ROBUSTNESS, make_panel
from fer_core.app.metrics.report import make_report
from fer_core.app.metrics.state import load_catalog, make_view, private_scorings
from fer_core.app.metrics.view import View
from fer_core.app.parts.blocks import Block, Styling, Text, listing
from fer_core.app.parts.show import show_blocks, show_table
from fer_core.classification.registry import live_choice
from fer_core.evaluation.catalog import Entry, read_signature, set_title
from fer_core.evaluation.origins import origin_of
from fer_core.text import markdown_sentence

_LOG = logging.getLogger(__name__)

#: Of several sets and splits, the first of these is shown at first.
_FIRST = ("_private_test", "_public_test")
FORMATS = ("PNG", "SVG")


def show_metrics_page() -> None:
    """Draw the page."""
    st.title(tr("Metrics"))
    st.markdown(tr("How good each model is, measured on what, and how far you may believe it."))
    entries = load_catalog(read_signature())
    if not entries:
        st.info(tr("There is no model yet: train one, then export and evaluate it."))
        return
    view = _choose(entries)
    for note in (*view.notes, *view.problems.values()):
        st.info(markdown_sentence(note), icon=":material/info:")
    offer_scoring(view)
    if not view.chosen:
        st.info(tr("Choose a model above."), icon=":material/arrow_upward:")
        return
    _show_headline(view)
    _show_panels(view)


def _choose(entries: tuple[Entry, ...]) -> View:
    names = [entry.name for entry in entries]
    live = live_choice()
    keys = sorted({key for entry in entries for key in entry.scored}, key=_order)
    models, data, more = st.columns([4, 3, 1.5], vertical_alignment="bottom")
    chosen = models.multiselect(
        tr("Models"),
        names,
        default=[live if live in names else names[0]],
        key="models",
        bind="query-params",
        placeholder=tr("Models: choose one or several"),
        label_visibility="collapsed",
    )
    key = data.selectbox(
        tr("Data set"),
        keys,
        format_func=set_title,
        key="data",
        bind="query-params",
        label_visibility="collapsed",
    )
    shown = st.session_state.get("shown") or st.query_params.get("shown")
    view = make_view(entries, chosen, key or "", shown)
    with more.popover(tr("Export"), icon=":material/download:", width="stretch"):
        st.segmented_control(
            tr("Charts are saved as"),
            FORMATS,
            default=FORMATS[0],
            required=True,
            key="format",
            bind="query-params",
            help=tr("The camera above each chart saves it in this format."),
        )
        if view.chosen:
            _offer_report(view)
    return view


def _order(key: str) -> tuple[int, str]:
    return next((i for i, end in enumerate(_FIRST) if key.endswith(end)), len(_FIRST)), key


def _image_format() -> str:
    return str(st.session_state.get("format") or FORMATS[0]).lower()


def _offer_report(view: View) -> None:
    image_format = _image_format()
    language = spoken()  # it is written in a thread of no page

    def write() -> str:
        with speaking(language):
            return make_report(
                view,
                made_at=datetime.now().astimezone(),
                image_format=image_format,
                private=lambda: private_scorings(view.everything),
            )

    st.download_button(
        tr("Report (HTML)"),
        write,
        f"mien-{view.key or 'models'}.html",
        "text/html",
        key="report",
        on_click="ignore",
        icon=":material/description:",
        help=tr("This selection in one file that opens without a network."),
    )


def _show_headline(view: View) -> None:
    if len(view.scored) == 1:
        with st.container(horizontal=True):
            for title, value, below, about in make_cards(view.scorings[view.scored[0].name]):
                st.metric(
                    title,
                    value,
                    below,
                    delta_color="off",
                    delta_arrow="off",
                    help=about,
                    width=165,  # two side by side on a phone
                )
    elif view.scored:
        show_table(make_headline_table(view), "headline")
    if len({origin_of(entry.spec) for entry in view.scored if entry.spec is not None}) > 1:
        st.warning(
            tr(
                "Some of these models learned from scratch, others from a network that knew faces "
                "before: a comparison of the two says more of that network than of the models."
            ),
            icon=":material/warning:",
        )
    for entry in view.scored:
        st.caption(markdown_sentence(honesty(entry, view)))


def _show_panels(view: View) -> None:
    open_in_this_language("view", list(PANELS), tr, keeps_shown=True)
    tabs = st.tabs(
        [tr(title) for title in PANELS], key="view", on_change="rerun", bind="query-params"
    )
    styling = Styling.of(st.context.theme.type)
    for tab, (title, about) in zip(tabs, PANELS.items(), strict=True):
        if not tab.open:
            continue
        with tab:
            is_matrix = title == CONFUSION and view.focus is not None
            if not is_matrix:
                st.caption(tr(about))
            if title in ONE_MODEL and len(view.scored) > 1:
                st.selectbox(
                    tr("Model shown"),
                    [entry.name for entry in view.scored],
                    key="shown",
                    bind="query-params",
                )
            if is_matrix:
                show_confusion(view, styling, _image_format(), tr(about))
                continue
            if title == ROBUSTNESS:
                offer_robustness(view)
            show_blocks(_make_safely(title, view, styling), title, _image_format())


def _make_safely(title: str, view: View, styling: Styling) -> list[Block]:
    """A file whose content is of the wrong kind costs this panel, not the page."""
    try:
        return make_panel(title, view, styling, private=lambda: private_scorings(view.everything))
    except (TypeError, ValueError, KeyError, AttributeError):
        _LOG.exception("The panel %s cannot be drawn.", title)
        names = listing([entry.name for entry in view.chosen])
        words = tr(
            "This panel cannot be drawn: a file of {names} is damaged; export and evaluate it "
            "again."
        )
        return [Text(words.format(names=names), "info")]
