"""The recorded key trees of the charts' values, and what of some values they don't have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

CHARTS = Path(__file__).parents[3] / "components" / "operators" / "charts"
RECORDED = sorted(path.name.removesuffix(".keys.txt") for path in CHARTS.glob("*.keys.txt"))

Tree = dict[str, "Tree | str"]


def recorded(name: str) -> ChartKeys:
    return ChartKeys((CHARTS / f"{name}.keys.txt").read_text())


class ChartKeys:
    """The key tree of a chart's values, as recorded from its repository."""

    def __init__(self, text: str) -> None:
        lines = text.splitlines()
        self.facts = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
        self.tree: Tree = {}
        open_maps: list[Tree] = [self.tree]
        for line in lines:
            if line.startswith("#"):
                continue
            depth = len(line) - len(line.lstrip(" "))
            key, _, kind = line.strip().partition(" ")
            del open_maps[depth + 1 :]
            if kind:
                open_maps[depth][key] = kind
            else:
                child: Tree = {}
                open_maps[depth][key] = child
                open_maps.append(child)

    def unknown(self, values: Mapping[str, object], free: Collection[str]) -> list[str]:
        """Paths in ``values`` that the chart doesn't have; below an empty map, and below ``free`` paths, all goes."""
        return list(self._unknown(self.tree, values, (), free))

    def _unknown(
        self, tree: Tree, values: Mapping[str, object], path: tuple[str, ...], free: Collection[str]
    ) -> Iterator[str]:
        for key, value in values.items():
            here = (*path, key)
            if key not in tree:
                yield ".".join(here)
                continue
            known = tree[key]
            if ".".join(here) in free or known == "{}":
                continue
            if isinstance(known, dict) and isinstance(value, Mapping):
                yield from self._unknown(known, value, here, free)
            elif isinstance(known, dict) or isinstance(value, Mapping):
                yield f"{'.'.join(here)} is {'a map' if isinstance(known, dict) else 'no map'} in the chart"
            elif isinstance(value, list) != (known == "[]") and known != "~":
                yield f"{'.'.join(here)} is {'a list' if known == '[]' else 'no list'} in the chart"
