"""The command line around its commands."""

import pytest
from typer.testing import CliRunner

from fer_core.cli import build_app


@pytest.mark.parametrize("name", ["keras", "tensorflow"])
def test_without_what_training_needs_is_one_sentence(name: str) -> None:
    """Installed without the extra: the command says which one."""
    app = build_app()

    @app.command("teach")
    def _teach() -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    result = CliRunner().invoke(app, ["teach"])
    assert result.exit_code == 2
    assert result.stderr == "This needs Keras and TensorFlow: pip install 'mien[train]'.\n"


def test_another_module_that_is_missing_is_a_fault_of_ours() -> None:
    app = build_app()

    @app.command("teach")
    def _teach() -> None:
        raise ModuleNotFoundError("No module named 'none'", name="none")

    assert isinstance(CliRunner().invoke(app, ["teach"]).exception, ModuleNotFoundError)
