"""Labelled faces: FER-2013 in every form, FER+ votes, folders, recorded sets; splits."""

from fer_core.datasets.faceset import FACE_SIZE, FaceSet
from fer_core.datasets.loading import load_dataset
from fer_core.datasets.names import ALL, PRIVATE_TEST, PUBLIC_TEST, TRAIN

__all__ = ["ALL", "FACE_SIZE", "PRIVATE_TEST", "PUBLIC_TEST", "TRAIN", "FaceSet", "load_dataset"]
