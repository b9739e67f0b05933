"""Every stack's run, whichever project it is of."""

from tests.shapes.conftest import account_of, any_run, export_path, run_of

__all__ = ["account_of", "any_run", "export_path", "run_of"]
