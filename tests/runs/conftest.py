"""What these tests share with others."""

from tests.run_files import data_dir, make_run, recipe, spawned
from tests.tiny_set import tiny_csv

__all__ = ["data_dir", "make_run", "recipe", "spawned", "tiny_csv"]
