"""Which model serves the live page, and the way back."""

import streamlit as st

from fer_core.app.access.rights import current_access
from fer_core.app.following import keep_live_choice
from fer_core.app.language.spoken import tr
from fer_core.app.training.state import act
from fer_core.classification import load_classifier, resolve_model_dir
from fer_core.classification.registry import (
    DEFAULT_MODEL,
    choose_live,
    earlier_choice,
    live_choice,
)
from fer_core.config import settings
from fer_core.storage import shared_store
from fer_core.text import markdown_sentence


def use_live(name: str) -> None:
    """Check the model's files and let it serve the live page; the audit log says so.

    Raises:
        ModelError: it is missing or damaged.
        StorageError: the choice cannot be kept.
    """
    classifier = load_classifier(resolve_model_dir(name))
    sha256 = classifier.spec.files["int8"].sha256
    keep_live_choice(
        shared_store(),
        name,
        number=current_access().number,
        said=f"live model: {live_choice()} to {name}, sha256 {sha256[:12]}",
    )
    choose_live(name)


def show_live_choice() -> None:
    """One line: what is live now, with buttons to go back."""
    now, before = live_choice(), earlier_choice()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            tr(":material/videocam: The live page uses **{model}**.").format(
                model=markdown_sentence(now)
            ),
            width="content",
        )
        if before is not None:
            st.button(
                tr("Back to {model}").format(model=markdown_sentence(before)),
                key="live-back",
                icon=":material/undo:",
                on_click=act,
                args=(use_live, before),
            )
        if now != DEFAULT_MODEL and before != DEFAULT_MODEL:
            st.button(
                tr("Back to {model}, the project's own").format(model=DEFAULT_MODEL),
                key="live-own",
                icon=":material/restart_alt:",
                on_click=act,
                args=(use_live, DEFAULT_MODEL),
            )
    if settings().model != "default":
        st.caption(
            tr(
                "FER_MODEL is set to {model}, so new visitors get that one whatever is chosen here."
            ).format(model=markdown_sentence(settings().model))
        )
