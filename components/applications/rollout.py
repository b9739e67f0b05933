"""How a new release of an application comes in, and the names of what stands side by side meanwhile."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from components.kubernetes.scaling import Replicas
from components.model import Settings
from components.workload_settings import OwnImage

Colour = Literal["blue", "green"]
COLOURS: Final[tuple[Colour, Colour]] = ("blue", "green")
CANARY_HEADER: Final = ("canary", "true")
"""Who sends it gets the canary, whatever the weights (platform, applications)."""


class Rolling(Settings):
    """Pods of the new release take the old ones' place, a few at a time; none is missing meanwhile."""

    kind: Literal["rolling"] = "rolling"
    max_surge_percent: Annotated[int, Field(ge=1, le=100, strict=True)] = 25
    """Pods above the number of replicas while it lasts, in per cent of them."""


class Recreate(Settings):
    """The old pod ends before the new one starts: for what must never run twice."""

    kind: Literal["recreate"]


class Canary(Settings):
    """The new release stands beside the old one as ``<application>-canary`` and gets a share of the requests.

    Requests from outside only: workloads in the cluster go on calling the old one.
    """

    kind: Literal["canary"]
    image: OwnImage
    """The new release."""
    weight: Annotated[int, Field(ge=1, le=50, strict=True)] = 10
    """Its share of the requests, in per cent. The header ``canary: true`` leads to it in any case."""
    replicas: Replicas = 1
    """How many pods it has, always."""


class BlueGreen(Settings):
    """Two whole releases side by side, ``<application>-blue`` and ``-green``; one of them is active.

    The Service of the application's own name, which workloads in the cluster call, leads to the active one too.
    """

    kind: Literal["blue_green"]
    green: OwnImage
    """The release that is called green; blue is the application's own ``image``."""
    active: Colour
    """Which of them is called by everyone."""
    shift: Annotated[int, Field(ge=0, le=100, strict=True)] = 0
    """Share of the requests from outside that the other one gets already, in per cent."""

    @property
    def idle(self) -> Colour:
        """The other one."""
        return "green" if self.active == "blue" else "blue"


Rollout = Annotated[Rolling | Recreate | Canary | BlueGreen, Field(discriminator="kind")]


def canary_name(application: str) -> str:
    """The workload of an application's new release."""
    return f"{application}-canary"


def colour_name(application: str, colour: Colour) -> str:
    """The workload of a colour."""
    return f"{application}-{colour}"


def release_names(application: str, rollout: Rolling | Recreate | Canary | BlueGreen) -> tuple[str, ...]:
    """The workloads of the releases that run side by side, the one that holds the routes last."""
    match rollout:
        case Canary():
            return canary_name(application), application
        case BlueGreen():
            return colour_name(application, rollout.idle), colour_name(application, rollout.active)
        case _:
            return (application,)


def migration_name(release: str) -> str:
    """The Job before a release."""
    return f"{release}-migrate"
