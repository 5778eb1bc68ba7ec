"""What these tests share with others."""

from tests.run_files import data_dir, make_run, recipe, spawned

__all__ = ["data_dir", "make_run", "recipe", "spawned"]
