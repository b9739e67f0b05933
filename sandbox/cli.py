"""The commands: ``up``, ``preview``, ``render``, ``paths``, ``schema``, ``controls``."""

from __future__ import annotations

import contextlib
import gc
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from sandbox.exits import WRONG
from sandbox.interruptions import exit_code, leave

EXITS = (
    "Exit codes: 0 good; 1 stopped by a mandatory rule, a failed resource, a protected resource that would be lost, "
    "or something that broke; 2 the settings or the call are wrong; 130 interrupted (143 terminated)."
)

app = typer.Typer(
    name="sandbox",
    help="The whole stack with no cloud account: the real program and the real policy packs against a simulated cloud. "
    "Nothing real is made, no credential is read.\n\n" + EXITS,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Tree(StrEnum):
    """How much of the resource tree is shown."""

    folded = "folded"
    full = "full"
    none = "none"


Stack = Annotated[str, typer.Argument(help="The stack: dev for Pulumi.dev.yaml.", show_default=False)]
Json = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one JSON object on standard output, and what is for people on standard error.",
    ),
]
NoPolicies = Annotated[bool, typer.Option("--no-policies", help="Don't ask the policy packs.")]
Fail = Annotated[
    list[str] | None,
    typer.Option(
        "--fail",
        metavar="TYPE[:NAME]",
        help="Make a create fail, to see what the program does then: aws:s3/bucket:Bucket, or with a logical name. "
        "May be given more than once.",
        show_default=False,
    ),
]
Detail = Annotated[Tree, typer.Option("--tree", help="The resource tree: folded, every resource, or not at all.")]
Delivered = Annotated[
    bool, typer.Option("--delivered", help="Only what Argo CD delivers, as STACK/CLUSTER/APPLICATION/.")
]
Root = Annotated[
    Path,
    typer.Option("--root", metavar="DIR", help="Where Pulumi.yaml is.", show_default="here", file_okay=False),
]


@app.command()
def up(  # noqa: PLR0917 - typer's options
    stack: Stack,
    as_json: Json = False,  # noqa: FBT002 - typer's options
    no_policies: NoPolicies = False,  # noqa: FBT002
    fail: Fail = None,
    detail: Detail = Tree.folded,
    root: Root = Path(),
) -> None:
    """Run the program, have it judged by the packs, write .sandbox/STACK/.

    A run that a mandatory rule or a failed resource stops is written as stopped.json and does not take the place of
    stack.json, the last good run.
    """
    from sandbox.failures import carry_out  # noqa: PLC0415 - help and wrong calls needn't wait for it
    from sandbox.session import Options, Session  # noqa: PLC0415

    options = Options(stack, root, as_json, not no_policies, fail or (), detail.value)
    raise typer.Exit(carry_out(options, Session.up))


@app.command()
def preview(  # noqa: PLR0917 - the same
    stack: Stack,
    as_json: Json = False,  # noqa: FBT002
    no_policies: NoPolicies = False,  # noqa: FBT002
    fail: Fail = None,
    detail: Detail = Tree.folded,
    root: Root = Path(),
) -> None:
    """Show what would change against the last good `up`: create, update, replace, delete.

    Writes nothing. A protected resource that would be deleted or replaced is refused, as the engine would.
    """
    from sandbox.failures import carry_out  # noqa: PLC0415
    from sandbox.session import Options, Session  # noqa: PLC0415

    options = Options(stack, root, as_json, not no_policies, fail or (), detail.value)
    raise typer.Exit(carry_out(options, Session.preview))


@app.command()
def render(
    stack: Stack,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="Where to; what an earlier render left there is replaced.",
            show_default=".sandbox/STACK/rendered, or delivered",
            file_okay=False,
        ),
    ] = None,
    delivered: Delivered = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
    root: Root = Path(),
) -> None:
    """Write the Kubernetes objects as YAML, one file an object. The packs are not asked.

    Without --delivered those that the update applies; with it those that it leaves to Argo CD.
    """
    from sandbox.failures import carry_out  # noqa: PLC0415
    from sandbox.session import Options, Session  # noqa: PLC0415

    command = Session.delivered if delivered else Session.render
    raise typer.Exit(carry_out(Options(stack, root, as_json), lambda session: command(session, to)))


@app.command()
def paths(stack: Stack, as_json: Json = False, root: Root = Path()) -> None:  # noqa: FBT002
    """Show who may reach whom on which port: as declared, and as the rendered network policies have it.

    Exit code 1 where the two differ. The packs are not asked.
    """
    from sandbox.failures import carry_out  # noqa: PLC0415
    from sandbox.session import Options, Session  # noqa: PLC0415

    raise typer.Exit(carry_out(Options(stack, root, as_json), Session.paths))


@app.command()
def schema(root: Root = Path()) -> None:
    """Write schemas/stack.schema.json from the settings classes."""
    from sandbox.schema import write  # noqa: PLC0415

    try:
        path, changed = write(root.resolve())
    except LookupError as problem:
        typer.echo(f"that can't be done: {problem.args[0]}", err=True)
        raise typer.Exit(WRONG) from None
    typer.echo(f"{path}: {'written' if changed else 'is current'}")


@app.command()
def controls(root: Root = Path()) -> None:
    """Write docs/opt-outs.md: which controls each stack doesn't keep, and by which setting."""
    from sandbox.controls import write  # noqa: PLC0415

    path, changed = write(root.resolve())
    typer.echo(f"{path}: {'written' if changed else 'is current'}")


def main() -> None:
    """Run the command line, and end at once.

    A run's graph is large and lives as long as the process: looking for garbage in it finds none, and taking it down
    object by object at the end would cost a tenth of the run.
    """
    gc.disable()
    given: object = 0
    try:
        app()
    except SystemExit as ended:
        given = ended.code
    except KeyboardInterrupt:
        given = exit_code([])
    streams: tuple[TextIO | None, ...] = (sys.stdout, sys.stderr)
    for stream in filter(None, streams):  # the caller may have closed one (>&-)
        with contextlib.suppress(BrokenPipeError):
            stream.flush()
    leave(given if isinstance(given, int) else 1 if given else 0)
