from __future__ import annotations

from pathlib import Path

import pytest

from ops.stack_file import ROOT, config_of
from sandbox.engine.strict_yaml import load_yaml


@pytest.mark.parametrize("stack", ["dev", "staging", "production", "production-dr"])
def test_a_stack_file_means_the_same_here_and_in_a_run(stack: str) -> None:
    assert config_of(stack) == load_yaml(ROOT / f"Pulumi.{stack}.yaml")["config"]


@pytest.mark.parametrize(
    "value",
    ["off", "yes", "on", "03:30", "2026-01-31", "012", "-3", "1.5", "1e3", "true", "~", "", "'111122223333'", "1_000"],
)
def test_plain_values_are_what_pulumi_reads(tmp_path: Path, value: str) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(f"config:\n  platform:a: {{b: {value}}}\n")
    assert config_of("dev", tmp_path) == load_yaml(file)["config"]


@pytest.mark.parametrize("text", ["", "- 1", "config:\n", "config: [1\n", "config: !!python/none x\n"])
def test_a_file_that_is_none_is_told_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(ValueError, match=r"^Pulumi\.dev\.yaml: "):
        config_of("dev", tmp_path)
