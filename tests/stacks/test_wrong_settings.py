"""A user's mistakes in a stack file, from the command line: exit code 2, one message a wrong key, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.stacks.conftest import bring_up, copy_program


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program with five mistakes in five sections of its stack file, and a section under a name that isn't ours."""
    root = copy_program(tmp_path)
    file = root / "Pulumi.dev.yaml"
    settings = yaml.safe_load(file.read_text())
    config = settings["config"]
    config["platform:networking"]["cidr"] = "1127.0.0.1/16"
    config["platform:clusters"]["main"]["version"] = "1.31"
    config["platform:data"]["database"]["engine_version"] = "13.4"
    config["platform:agents"]["agents"]["quiz"]["servers"] = ["contxt"]
    config["platform:cost"]["monthly_usd"] = "much"
    config["plaform:services"] = {}
    file.write_text(yaml.safe_dump(settings))
    return root


def test_every_wrong_key_is_told_once_with_file_value_and_what_is_allowed(program: Path) -> None:
    result = bring_up(program)
    assert result.returncode == 2
    said = " ".join((result.stdout + result.stderr).split())
    assert "Traceback" not in said
    assert "Pulumi.dev.yaml: 6 wrong keys" in said
    for key, value in (
        ("platform:networking.cidr", "1127.0.0.1/16"),
        ("platform:clusters.main.version", "1.31"),
        ("platform:data.database.engine_version", "13.4"),
        ("platform:agents.agents.quiz.servers[0]", "contxt"),
        ("platform:cost.monthly_usd", "much"),
    ):
        assert said.count(f'{key} = "{value}"') == 1
    assert said.count("allowed:") == 6
    assert said.count("plaform:services = (not shown)") == 1
    assert not (program / ".sandbox" / "dev" / "stack.json").exists()
