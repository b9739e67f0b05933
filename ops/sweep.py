"""``python -m ops.sweep STACK``: what a destroy left behind on AWS, and with ``--delete`` its deletion.

Reads the stack file and AWS; changes nothing without ``--delete``. Credentials are the AWS SDK's own, of an account
that must be the stack's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import pulumi
import typer

from ops.deletion import delete as delete_all
from ops.estate import Estate
from ops.leftovers import Client, Leftover, find, standing

if TYPE_CHECKING:
    from botocore.client import BaseClient

LEFT, WRONG = 1, 2

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def connect(region: str) -> Client:
    """Clients of AWS in a region, by the SDK's own credentials; each is made once."""
    import botocore.session  # noqa: PLC0415 - only a real run needs it

    session = botocore.session.get_session()
    made: dict[str, BaseClient] = {}

    def client(service: str) -> BaseClient:
        if service not in made:
            made[service] = session.create_client(service, region_name=region)
        return made[service]

    return client


@app.command()
def sweep(
    stack: Annotated[str, typer.Argument(help="The stack: dev for Pulumi.dev.yaml.", show_default=False)],
    *,
    delete: Annotated[bool, typer.Option("--delete", help="Delete what was found, in its true order.")] = False,
    production: Annotated[
        str, typer.Option(help="Of production nothing is deleted unless the stack's name is given here again.")
    ] = "",
    root: Annotated[Path, typer.Option(help="Where the stack files are.")] = Path(),
) -> None:
    """Find what a destroy of STACK left behind: load balancers, nodes, interfaces, volumes, records, log groups.

    Exit codes: 0 nothing is left, 1 something is, 2 the call is wrong.
    """
    try:
        estate = Estate.of(stack, root)
    except FileNotFoundError:
        there = ", ".join(sorted(file.name for file in root.glob("Pulumi.*.yaml"))) or "none"
        _refuse(f"unknown stack {stack!r}: there is no Pulumi.{stack}.yaml; stack files here: {there}")
    except (ValueError, pulumi.RunError) as problem:
        _refuse(str(problem))
    client = connect(estate.names.region)
    account = _account(client)
    if account != estate.names.account_id:
        _refuse(f"the credentials are of account {account}; {stack} is of {estate.names.account_id}")
    found = find(estate, client)
    _table(found)
    if not found:
        typer.echo(f"nothing is left of {stack} in {estate.names.region}")
        return
    if not delete:
        typer.echo(f"{len(found)} left of {stack}; --delete deletes them in this order")
        raise typer.Exit(LEFT)
    up = standing(estate, client)
    if up:
        _refuse(f"{', '.join(up)} still stands, and what its controllers made is in use: destroy the stack first")
    if estate.production and production != stack:
        _refuse(f"{stack} is production: give --production {stack} to delete what is left of it")
    refused = delete_all(found, client, _told(typer.echo))
    typer.echo(f"{len(found) - len(refused)} deleted, {len(refused)} refused by AWS")
    if refused:
        raise typer.Exit(LEFT)


def _account(client: Client) -> str:
    """Whose the credentials are. Whoever has none, or such as AWS doesn't take, is told so."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only a real run needs it

    try:
        return str(client("sts").get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as problem:
        _refuse(f"AWS can't be asked: {problem}\nlog in, or set AWS_PROFILE; `aws sts get-caller-identity` must answer")


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(WRONG)


def _table(found: list[Leftover]) -> None:
    wide = max((len(it.id) for it in found), default=0)
    for it in found:
        typer.echo(f"{it.kind:18} {it.id:{wide}}  {it.mark}")


def _told(echo: Callable[[str], None]) -> Callable[[Leftover, str], None]:
    return lambda it, problem: echo(f"{'refused' if problem else 'deleted':8} {it.kind} {it.id} {problem}".rstrip())


if __name__ == "__main__":
    app()
