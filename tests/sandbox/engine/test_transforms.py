from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.model import Resource, Run

Program = Callable[..., Run]
Named = Callable[[Run, str], Resource]

START = """
    import pulumi, pulumi_aws as aws

    provider = aws.Provider("aws", region="us-east-1")

    def tag(name):
        def transform(args):
            if not args.type_.startswith("aws:sqs"):
                return None
            tags = {**args.props.get("tags", {}), "order": args.props.get("tags", {}).get("order", "") + name}
            return pulumi.ResourceTransformResult({**args.props, "tags": tags}, args.opts)
        return transform

    class Part(pulumi.ComponentResource):
        def __init__(self, name, opts):
            super().__init__("platform:index:Part", name, None, opts)
"""


def test_own_then_parents_then_the_stacks(program: Program, named: Named) -> None:
    run = program(
        START
        + """
    aws.sqs.Queue("before", opts=pulumi.ResourceOptions(provider=provider))
    pulumi.runtime.register_resource_transform(tag("s"))
    outer = Part("outer", pulumi.ResourceOptions(transforms=[tag("o")]))
    inner = Part("inner", pulumi.ResourceOptions(parent=outer, transforms=[tag("i")]))
    aws.sqs.Queue("q", opts=pulumi.ResourceOptions(parent=inner, provider=provider, transforms=[tag("1"), tag("2")]))
    aws.sqs.Queue("plain", opts=pulumi.ResourceOptions(provider=provider))
    """
    )

    assert named(run, "q").inputs["tags"] == {"order": "12ios"}
    assert named(run, "q").inputs["tagsAll"] == {"order": "12ios"}
    assert named(run, "plain").inputs["tags"] == {"order": "s"}
    assert "tags" not in named(run, "before").inputs


def test_options_can_be_changed_and_dependencies_stay(program: Program, named: Named) -> None:
    run = program(
        START
        + """
    def options(args):
        args.opts.protect = True
        args.opts.ignore_changes = ["tags"]
        args.opts.custom_timeouts = pulumi.CustomTimeouts(create="10m")
        return pulumi.ResourceTransformResult(args.props, args.opts)

    dead = aws.sqs.Queue("dead", opts=pulumi.ResourceOptions(provider=provider))
    aws.sqs.Queue(
        "q",
        tags={"dead": dead.arn},
        opts=pulumi.ResourceOptions(provider=provider, transforms=[options], aliases=[pulumi.Alias(name="old")]),
    )
    """
    )

    queue, dead = named(run, "q"), named(run, "dead")
    assert queue.protect
    assert queue.ignore_changes == ["tags"]
    assert queue.custom_timeouts == {"create": 600.0}
    assert queue.dependencies == [dead.urn]
    assert queue.property_dependencies == {"tags": [dead.urn]}
    assert queue.aliases == ["urn:pulumi:dev::test::aws:sqs/queue:Queue::old"]
    assert not dead.protect


def test_a_transform_may_be_asynchronous(program: Program, named: Named) -> None:
    run = program(
        START
        + """
    async def later(args):
        return tag("later")(args)

    aws.sqs.Queue("q", opts=pulumi.ResourceOptions(provider=provider, transforms=[later]))
    """
    )

    assert named(run, "q").inputs["tags"] == {"order": "later"}


def test_a_secret_stays_one(program: Program, named: Named) -> None:
    run = program(
        START
        + """
    parameter = aws.ssm.Parameter(
        "p",
        type="SecureString",
        value=pulumi.Output.secret("hidden"),
        opts=pulumi.ResourceOptions(provider=provider, transforms=[lambda args: pulumi.ResourceTransformResult(
            {**args.props, "description": "changed"}, args.opts)]),
    )
    """
    )

    made = named(run, "p")
    assert made.inputs["description"] == "changed"
    assert repr(made.inputs["value"]) == "Secret(...)"


def test_a_failing_transform_fails_the_run(program: Program) -> None:
    with pytest.raises(RuntimeError, match=r"invoke transform of aws:sqs/queue:Queue 'q': .*ZeroDivisionError|by zero"):
        program(
            START
            + """
    def broken(args):
        return 1 / 0

    aws.sqs.Queue("q", opts=pulumi.ResourceOptions(provider=provider, transforms=[broken]))
    """
        )


def test_a_proxy_in_the_environment_is_not_asked_for_what_is_on_this_machine(
    program: Program, named: Named, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("grpc_proxy", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("no_grpc_proxy", raising=False)
    run = program(
        START
        + """
    aws.sqs.Queue("q", opts=pulumi.ResourceOptions(provider=provider, transforms=[tag("own")]))
    """
    )

    assert named(run, "q").inputs["tags"] == {"order": "own"}
