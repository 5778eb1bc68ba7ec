"""The router: page settings and navigation. Each page is a thin script in ``pages/``."""

import streamlit as st

from fer_core.access import Role
from fer_core.app.access.rights import begin_run, end_run, may_train
from fer_core.app.classroom.state import leave_classroom
from fer_core.app.collector import settle
from fer_core.app.language.spoken import tr
from fer_core.app.late_reports import drop_late_reports, keep_to_the_way
from fer_core.app.live.page import leave_live_page
from fer_core.app.parts.frame import show_frame
from fer_core.app.private import keep_unsent
from fer_core.app.private_batches import run_all_that_changed
from fer_core.app.private_endings import wait_for_endings
from fer_core.app.private_webrtc import end_beside_the_loop
from fer_core.app.reactions.desk import leave_reactions_page
from fer_core.app.resources import ICON
from fer_core.app.routing import note_routed
from fer_core.app.studio.state import leave_studio
from fer_core.app.uploads import leave_uploads
from fer_core.app.wellbeing.desk import leave_wellbeing_page

live = st.Page("pages/live.py", title=tr("Live"), icon=":material/videocam:", default=True)
metrics = st.Page("pages/metrics.py", title=tr("Metrics"), icon=":material/monitoring:")
analyse = st.Page("pages/analyse.py", title=tr("Analyse"), icon=":material/movie:")
reactions = st.Page("pages/reactions.py", title=tr("Reactions"), icon=":material/theaters:")
training = st.Page("pages/training.py", title=tr("Training"), icon=":material/model_training:")
classroom = st.Page("pages/classroom.py", title=tr("Classroom"), icon=":material/school:")
wellbeing = st.Page("pages/wellbeing.py", title=tr("Wellbeing"), icon=":material/self_improvement:")
studio = st.Page("pages/studio.py", title=tr("Data set"), icon=":material/add_a_photo:")
about = st.Page("pages/about.py", title=tr("About"), icon=":material/info:")

# Each page checks the visitor's role itself; here it only leaves out what they may not open.
may = begin_run()
model = [metrics, training, studio] if may_train(may) else [metrics, studio]
# Its address is there for everybody, and says whose page it is.
access = st.Page(
    "pages/access.py",
    title=tr("Access"),
    icon=":material/key:",
    visibility="visible" if may.has(Role.OWNER) else "hidden",
)

keep_unsent()
end_beside_the_loop()
wait_for_endings()
run_all_that_changed()
drop_late_reports()
note_routed()
keep_to_the_way()
page = st.navigation(
    {
        tr("See"): [live, analyse, reactions],
        tr("Groups"): [classroom, wellbeing],
        tr("Model"): model,
        "Mien": [about, access],
    }
)
st.set_page_config(
    page_title=f"{page.title} · Mien",  # history and tabs tell pages apart by it
    page_icon=str(ICON),
    layout="wide",
    initial_sidebar_state=220,
)
show_frame(may)
if page is not live:
    leave_live_page()
if page is not classroom:
    leave_classroom()
if page is not wellbeing:
    leave_wellbeing_page()
if page is not studio:
    leave_studio()
if page is not reactions:
    leave_reactions_page()
if page not in (analyse, reactions, studio):
    leave_uploads()
page.run()
end_run()
settle(page.url_path)
