"""The pipeline of a camera that faces a class: many small faces, and no memory of any of them."""

from fer_core.pipeline import FacePipeline, build_pipeline


def build_room_pipeline(model: str = "default") -> FacePipeline:
    """A pipeline that finds up to 40 faces from 24 px in 1280x720, each frame by itself.

    It neither tracks nor smooths: nothing of what a face shows is tied to an earlier frame. Pose
    and eyes are measured in every face from 48 px on.

    Raises:
        ModelError: no such model, or its files do not fit together.
    """
    return build_pipeline(model, "short", most_meshes=None, live=False, small_faces=True)
