"""The benchmarks: medians of alternating whole-process runs, as ratios.

    python -m bench                      # everything, a few minutes
    python -m bench peer [STACK]         # `up` without and with packs against the peer
    python -m bench scale                # 100 and 1,000 agents: time a resource, and against the peer
    python -m bench start                # from `make` to the program's first line

The machine may be noisy: a ratio is the median of pairs that ran one after the other, never two far-off figures.
"""

from __future__ import annotations

import copy
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
RUNS = 5
PROGRAM = ("Pulumi.yaml", "__main__.py", "settings", "components", "policies")


@dataclass(frozen=True)
class Cost:
    """Wall-clock seconds of one whole process, and the CPU seconds of it and its children."""

    wall: float
    cpu: float


def run(command: Sequence[str], cwd: Path) -> Cost:
    """Run one process to its end. A failure is a failure of the benchmark."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def alternating(commands: Sequence[tuple[Sequence[str], Path]], runs: int = RUNS) -> list[list[Cost]]:
    """Each command ``runs`` times in turn, after one run of each that isn't counted."""
    for command, cwd in commands:
        run(command, cwd)
    rounds = [[run(command, cwd) for command, cwd in commands] for _ in range(runs)]
    return [list(costs) for costs in zip(*rounds, strict=True)]


def median(costs: Sequence[Cost]) -> float:
    """The median of wall-clock seconds."""
    return statistics.median(cost.wall for cost in costs)


def ratio(ours: Sequence[Cost], theirs: Sequence[Cost]) -> float:
    """The median of the pairs' ratios."""
    return statistics.median(a.wall / b.wall for a, b in zip(ours, theirs, strict=True))


def up(stack: str, root: Path, *more: str) -> tuple[list[str], Path]:
    """The command that brings a stack up."""
    return [sys.executable, "-m", "sandbox", "up", stack, "--root", str(root), "--tree", "none", *more], ROOT


def peer(stack: str, root: Path) -> tuple[list[str], Path]:
    """The command that declares the same resources as a user would."""
    return [sys.executable, "-m", "bench.peer", str(root / ".sandbox" / stack / "stack.json")], ROOT


def resources(stack: str, root: Path) -> int:
    """How many resources the last run of a stack recorded."""
    exported = json.loads((root / ".sandbox" / stack / "stack.json").read_text())
    return len(exported["deployment"]["resources"])


def against_peer(stack: str, root: Path, label: str) -> None:
    """Print what ``up`` costs against the peer, without packs and with both."""
    run(*up(stack, root))  # so that the peer has something to read
    count = resources(stack, root)
    bare, packs, theirs = alternating([up(stack, root, "--no-policies"), up(stack, root), peer(stack, root)])
    extra = statistics.median(b.cpu - a.cpu for a, b in zip(bare, packs, strict=True))
    print(f"{label}: {count:,} resources, medians of {RUNS} alternating runs")
    print(f"  peer               {median(theirs):6.2f} s   1.00")
    print(f"  up --no-policies   {median(bare):6.2f} s   {ratio(bare, theirs):.2f} of the peer (at most 1.0)")
    print(f"  up                 {median(packs):6.2f} s   {ratio(packs, theirs):.2f} of the peer (at most 1.5)")
    print(f"  the packs' CPU     {extra:6.2f} s   {extra / count * 1000:.2f} ms a resource, all rules")
    each = extra / count / rules(stack, root) * 1_000_000
    print(f"                                {each:.0f} us a resource and rule")


def rules(stack: str, root: Path) -> int:
    """How many rules both packs have, as a run reports them."""
    command, cwd = up(stack, root, "--json")
    told = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout
    return sum(int(pack["rules"]) for pack in json.loads(told)["policies"]["packs"])


@contextmanager
def fleet(sizes: Sequence[int]) -> Iterator[Path]:
    """A directory with the program and, for each size, a stack of so many agents: production but for the fleet."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        root = Path(name)
        for part in PROGRAM:
            source = ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, root / part)
        production = yaml.safe_load((ROOT / "Pulumi.production.yaml").read_text())
        for size in sizes:
            settings = grown(production, size)
            (root / f"Pulumi.agents{size}.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
        yield root


def grown(production: dict[str, Any], size: int) -> dict[str, Any]:
    """Production's settings with ``size`` agents, asleep until there is work, that all use the server ``context``."""
    settings = copy.deepcopy(production)
    config = settings["config"]
    names = [f"agent-{number:04}" for number in range(size)]
    servers = config["platform:mcp"]["servers"]
    for server in servers.values():
        server["profile"]["agents"] = []
    servers["context"]["profile"]["agents"] = names
    # nodes for all of them at once, or the settings are refused
    config["platform:clusters"]["main"]["node_pools"]["spot"]["max"] = max(10, size // 10)
    fleet_settings = config["platform:agents"]
    fleet_settings["defaults"]["scaling"] = {"kind": "queue", "min_replicas": 0, "max_replicas": 2}
    fleet_settings["agents"] = {name: {"role": "One of many", "servers": ["context"]} for name in names}
    return settings


def scale() -> None:
    """Print the time a resource at 100 and 1,000 agents, and against the peer at over 1,000 objects."""
    with fleet((100, 1000)) as root:
        against_peer("agents100", root, "100 agents")
        run(*up("agents1000", root, "--no-policies"))
        counts = {size: resources(f"agents{size}", root) for size in (100, 1000)}
        small, large = alternating(
            [up("agents100", root, "--no-policies"), up("agents1000", root, "--no-policies")], runs=3
        )
        each = {100: median(small) / counts[100] * 1000, 1000: median(large) / counts[1000] * 1000}
        print("linear: 100 and 1,000 agents, medians of 3 alternating runs, without packs")
        for size in (100, 1000):
            print(f"  {size:5,} agents {counts[size]:7,} resources {each[size]:6.2f} ms a resource")
        print(f"  ratio {each[1000] / each[100]:.2f} (at most 1.2)")


def start() -> None:
    """Print the time from ``make`` to the program's first line, less the SDKs' imports, on a warm machine."""
    found = []
    for _ in range(RUNS + 1):
        told = subprocess.run(
            ["make", "--no-print-directory", "up", "ARGS=--json --no-policies --tree none"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            env={key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")},
        ).stdout
        found.append(json.loads(told)["seconds"])
    warm = found[1:]
    print(f"start: from make to the program's first line, medians of {RUNS} runs")
    print(f"  less the SDKs' imports {statistics.median(s['start'] for s in warm):.2f} s (under 1)")
    print(f"  the SDKs' imports      {statistics.median(s['import'] for s in warm):.2f} s")


CHOICES: dict[str, Callable[[], None]] = {
    "start": start,
    "peer": lambda: against_peer(sys.argv[2] if len(sys.argv) > 2 else "production", ROOT, "production"),
    "scale": scale,
}


def main() -> None:
    """Run the benchmarks that are asked for."""
    chosen = sys.argv[1:2] or list(CHOICES)
    for name in chosen:
        if name not in CHOICES:
            sys.exit(f"bench: no benchmark {name!r}; there are {', '.join(CHOICES)}")
        CHOICES[name]()


if __name__ == "__main__":
    main()
