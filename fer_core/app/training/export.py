"""From a run to a model: one press, progress, figures, comparison, 'use live'."""

from typing import Any

import streamlit as st

from fer_core.app.access.rights import require_training
from fer_core.app.language.spoken import number, percent, tr
from fer_core.app.parts.words import interval
from fer_core.app.training.charts import LEAKY_ICON
from fer_core.app.training.live import use_live
from fer_core.app.training.state import act
from fer_core.app.training.verdict import ModelVerdict, read_verdict, show_verdict
from fer_core.classification import model_names
from fer_core.classification.registry import live_choice
from fer_core.runs import RunInfo, start_export
from fer_core.text import mark, markdown_sentence

#: Before the first step is told.
_WORKING = mark("Working")


def show_export(info: RunInfo) -> None:
    """Draw what fits: the button, the progress, or what came out."""
    if info.state.is_alive or not info.has_weights:
        return
    export = info.export
    with st.container(border=True):
        st.subheader(tr("Model"), anchor=False)
        if info.is_exporting:
            st.progress(_share(export), tr(str(export.get("step", _WORKING))))
            return
        if export.get("state") == "failed":
            st.error(markdown_sentence(tr(str(export.get("error")))))
        elif export.get("state") == "running":
            st.error(tr("Making the model ended without a word: it was killed. Press again."))
        if export.get("state") == "finished" and export.get("model") in model_names():
            _show_model(str(export["model"]), export)
            with st.expander(tr("Make it again")):
                _offer(info, is_primary=False)
        else:
            _offer(info, is_primary=True)


def _share(export: dict[str, Any]) -> float:
    share = export.get("share")
    return min(1.0, max(0.0, float(share))) if isinstance(share, (int, float)) else 0.0


def _offer(info: RunInfo, *, is_primary: bool) -> None:
    st.markdown(
        tr(
            "Evaluate the epoch that is kept on validation, calibrate it, quantise it to 8 bits, "
            "and compare it with the live page's model."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            tr("Name of the model"),
            str(info.export.get("model") or info.name),
            key=f"model-name-{info.name}",
            max_chars=61,
            help=tr("Small letters, digits, - and _."),
            width=340,
        )
        st.button(
            tr("Make the model"),
            key="export-run",
            type="primary" if is_primary else "secondary",
            icon=":material/deployed_code:",
            on_click=act,
            args=(start_export, info.name, name),
        )


def _show_model(name: str, export: dict[str, Any]) -> None:
    accuracy, ci = export.get("accuracy"), export.get("accuracy_ci95")
    shown = f"**{markdown_sentence(name)}**."
    if isinstance(accuracy, float) and isinstance(ci, list):
        shown = tr(
            "**{model}**: {share} on the {n} validation faces (95 % interval {interval} %)."
        ).format(
            model=markdown_sentence(name),
            share=percent(accuracy),
            n=number(export["n"], grouped=True),
            interval=interval(*ci),
        )
    split = export.get("split")
    if split:
        how = tr("Split: {split}.").format(split=markdown_sentence(tr(str(split))))
        shown = f"{shown} {how}"
    st.markdown(shown)
    if export.get("leaky"):
        st.warning(
            tr(
                "This split is leaky: it divides frames, whoever they show, so its accuracy is far "
                "too high for strangers."
            ),
            icon=LEAKY_ICON,
        )
    verdict = read_verdict(export.get("comparison"))
    if verdict is not None:
        show_verdict(verdict)
    if live_choice() == name:
        st.success(tr("It serves the live page."), icon=":material/videocam:")
        return
    is_worse = verdict is not None and verdict.is_worse
    pressed = st.button(
        tr("Use live"),
        key="use-live",
        type="secondary" if is_worse else "primary",
        icon=":material/videocam:",
        on_click=None if is_worse else act,
        args=None if is_worse else (use_live, name),
        help=tr("From now on, new streams of the live page use it. There is a way back above."),
    )
    if pressed and is_worse and verdict is not None:
        st.dialog(tr("Use a model that is worse?"))(_ask)(name, verdict)


def _ask(name: str, verdict: ModelVerdict) -> None:
    require_training()
    st.markdown(verdict.loss())
    with st.container(horizontal=True):
        if st.button(tr("Keep the present one"), type="primary", key="use-live-no"):
            st.rerun()
        if st.button(
            tr("Use it all the same"), key="use-live-yes", on_click=act, args=(use_live, name)
        ):
            st.rerun()
