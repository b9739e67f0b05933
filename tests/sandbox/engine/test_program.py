from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.engine import ResourceFailed, SandboxError, SettingsRefused, Timings, to_export
from sandbox.model import Resource, Run, Secret

Program = Callable[..., Run]
Named = Callable[[Run, str], Resource]

COMPONENT = """
    import pulumi
    import pulumi_aws as aws

    provider = aws.Provider("aws", region="us-west-2", allowed_account_ids=["111122223333"])

    class Network(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("platform:index:Network", name, None, opts)
            own = pulumi.ResourceOptions(parent=self)
            self.vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=own)
            self.subnet = aws.ec2.Subnet("subnet", vpc_id=self.vpc.id, cidr_block="10.0.0.0/24", opts=own)
            self.register_outputs({"vpcId": self.vpc.id})
"""


def test_everything_of_a_registration_is_recorded(program: Program, named: Named) -> None:
    run = program(
        COMPONENT
        + """
    network = Network("network", pulumi.ResourceOptions(providers={"aws": provider}))
    table = aws.dynamodb.Table(
        "table",
        hash_key="id",
        attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
        tags={"Vpc": network.vpc.id},
        opts=pulumi.ResourceOptions(
            provider=provider,
            protect=True,
            depends_on=[network],
            aliases=[pulumi.Alias(name="old"), "urn:pulumi:dev::test::aws:dynamodb/table:Table::older"],
            deleted_with=network.vpc,
            ignore_changes=["read_capacity"],
            replace_on_changes=["tags"],
            additional_secret_outputs=["arn"],
            custom_timeouts=pulumi.CustomTimeouts(create="1h30m", delete="45s"),
            delete_before_replace=True,
            retain_on_delete=True,
        ),
    )
    pulumi.export("id", network.subnet.id)
    """
    )

    vpc, subnet, table = (named(run, name) for name in ("vpc", "subnet", "table"))
    provider, network = named(run, "aws"), named(run, "network")
    reference = f"{provider.urn}::{provider.id}"

    assert network.urn == "urn:pulumi:dev::test::platform:index:Network::network"
    assert network.providers == {"aws": reference}
    assert network.parent == "urn:pulumi:dev::test::pulumi:pulumi:Stack::test-dev"
    assert not network.custom
    assert not network.provider
    assert network.outputs == {"vpcId": vpc.id}

    assert vpc.urn == "urn:pulumi:dev::test::platform:index:Network$aws:ec2/vpc:Vpc::vpc"
    assert vpc.provider == reference
    assert subnet.dependencies == [vpc.urn]
    assert subnet.property_dependencies == {"vpcId": [vpc.urn], "cidrBlock": []}

    assert table.protect
    assert table.dependencies == sorted([vpc.urn, subnet.urn])
    assert table.property_dependencies == {"tags": [vpc.urn], "hashKey": [], "attributes": []}
    assert table.aliases == [
        "urn:pulumi:dev::test::aws:dynamodb/table:Table::old",
        "urn:pulumi:dev::test::aws:dynamodb/table:Table::older",
    ]
    assert table.deleted_with == vpc.urn
    assert table.ignore_changes == ["readCapacity"]
    assert table.replace_on_changes == ["tags"]
    assert table.additional_secret_outputs == ["arn"]
    assert isinstance(table.outputs["arn"], Secret)
    assert table.custom_timeouts == {"create": 5400.0, "delete": 45.0}
    assert table.delete_before_replace is True
    assert table.retain_on_delete

    assert run.outputs == {"id": subnet.id}
    assert run.resources[0].type == "pulumi:pulumi:Stack"
    assert run.resources[0].outputs == run.outputs
    assert (run.project, run.stack) == ("test", "dev")


def test_protection_is_inherited(program: Program, named: Named) -> None:
    run = program(
        COMPONENT
        + """
    Network("network", pulumi.ResourceOptions(providers={"aws": provider}, protect=True))
    """
    )

    assert named(run, "network").protect
    assert named(run, "vpc").protect
    assert not named(run, "aws").protect


def test_configuration_reaches_the_program(program: Program) -> None:
    run = program(
        """
        import pulumi
        config = pulumi.Config()
        pulumi.export("network", config.require_object("network"))
        pulumi.export("size", config.require_int("size"))
        pulumi.export("secret", config.require_secret("key"))
        pulumi.export("names", [pulumi.get_project(), pulumi.get_stack(), pulumi.get_organization()])
        """,
        settings="config:\n  test:network: {cidr: 10.0.0.0/16}\n  test:size: 3\n  test:key: {secure: AAA}\n",
    )

    assert run.outputs == {
        "network": {"cidr": "10.0.0.0/16"},
        "size": 3,
        "secret": Secret("[secret]"),
        "names": ["test", "dev", "organization"],
    }


def test_what_the_program_refuses_is_told_in_its_words(program: Program) -> None:
    with pytest.raises(SettingsRefused, match=r"^Pulumi\.dev\.yaml: a: b is wanted$"):
        program("import pulumi\nraise pulumi.RunError('Pulumi.dev.yaml: a: b is wanted')\n")


def test_a_bug_of_the_program_comes_through_as_it_is(program: Program) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        program("def f():\n    return 1 / 0\nf()\n")

    frames = [(frame.name, Path(str(frame.path)).name) for frame in raised.traceback]
    assert ("f", "__main__.py") in frames


def test_a_bug_inside_apply_comes_through_too(program: Program) -> None:
    with pytest.raises(KeyError, match="nothing"):
        program(
            COMPONENT
            + """
    network = Network("network", pulumi.ResourceOptions(providers={"aws": provider}))
    pulumi.export("a", network.vpc.id.apply(lambda id_: {}["nothing"]))
    """
        )


def test_settings_that_the_project_declares_must_be_there(program: Program) -> None:
    project = "name: test\nruntime: python\nconfig:\n  test:a: {type: object}\n  test:b: {type: string}\n"
    message = r"Pulumi\.dev\.yaml: test:b: missing; Pulumi\.yaml declares it$"
    settings = "config:\n  test:a: {}\n"

    with pytest.raises(SettingsRefused, match=f"^{message}"):
        program("", project=project, settings=settings)
    # what the program itself says about its settings is the better answer
    with pytest.raises(SettingsRefused, match=r"^mine$"):
        program("import pulumi\nraise pulumi.RunError('mine')\n", project=project, settings=settings)
    # and a crash for want of a setting is no bug
    with pytest.raises(SettingsRefused, match=f"^{message}"):
        program("import pulumi\nNone['b']\n", project=project, settings=settings)


def test_an_unknown_stack_is_refused(program: Program) -> None:
    with pytest.raises(SettingsRefused, match=r"unknown stack 'nope'.*Pulumi\.dev\.yaml"):
        program("", stack="nope")


def test_a_failed_create_names_resource_and_reason(program: Program) -> None:
    source = (
        COMPONENT
        + """
    Network("network", pulumi.ResourceOptions(providers={"aws": provider}))
    """
    )

    for fault in ("aws:ec2/subnet:Subnet", "aws:ec2/subnet:Subnet:subnet"):
        with pytest.raises(ResourceFailed) as failed:
            program(source, fail=[fault])
        assert failed.value.type == "aws:ec2/subnet:Subnet"
        assert failed.value.name == "subnet"
        assert "--fail" in str(failed.value)
        assert failed.value.run is not None
        made = {resource.name for resource in failed.value.run.resources}
        assert "vpc" in made
        assert "subnet" not in made
    assert program(source, fail=["aws:ec2/subnet:Subnet:other"]).resources


def test_two_resources_of_one_urn_are_refused(program: Program) -> None:
    with pytest.raises(ResourceFailed, match=r"Duplicate resource URN 'urn:pulumi:dev::test::aws:sqs/queue:Queue::q'"):
        program(
            """
            import pulumi, pulumi_aws as aws
            opts = pulumi.ResourceOptions(provider=aws.Provider("aws", region="us-east-1"))
            aws.sqs.Queue("q", opts=opts)
            aws.sqs.Queue("q", opts=opts)
            """
        )


def test_wrong_inputs_are_refused_with_all_reasons(program: Program) -> None:
    with pytest.raises(ResourceFailed) as failed:
        program(
            """
            import pulumi, pulumi_aws as aws
            opts = pulumi.ResourceOptions(provider=aws.Provider("aws", region="us-east-1"))
            pulumi.CustomResource("aws:ec2/vpc:Vpc", "v", {"cidrBlok": "10.0.0.0/16", "tags": {"a": 1}}, opts)
            """
        )

    first, second = failed.value.reasons
    assert first.startswith("cidrBlok: unknown property; did you mean cidrBlock? aws:ec2/vpc:Vpc takes ")
    assert second == "tags.a: a string is wanted, found 1"


def test_each_resource_is_told_as_it_has_been_recorded(program: Program) -> None:
    told: list[Resource] = []

    run = program(
        COMPONENT
        + """
    Network("network", pulumi.ResourceOptions(providers={"aws": provider}))
    """,
        on_resource=told.append,
    )

    assert {r.urn for r in told} == {r.urn for r in run.resources}
    subnet = next(r for r in told if r.name == "subnet")
    assert subnet.inputs["region"] == "us-west-2"
    names = [r.name for r in told]
    assert names.index("network") < names.index("vpc") < names.index("subnet")


def test_a_resource_that_is_read_is_external(program: Program, named: Named) -> None:
    run = program(
        """
        import pulumi, pulumi_aws as aws
        provider = aws.Provider("aws", region="us-east-1")
        zone = aws.route53.Zone.get("zone", "Z123", opts=pulumi.ResourceOptions(provider=provider))
        pulumi.export("id", zone.id)
        """
    )

    zone = named(run, "zone")
    assert zone.external
    assert zone.id == "Z123"
    assert run.outputs == {"id": "Z123"}


def test_invokes_are_answered(program: Program) -> None:
    run = program(
        """
        import pulumi, pulumi_aws as aws
        provider = aws.Provider("aws", region="us-west-2", allowed_account_ids=["111122223333"])
        opts = pulumi.InvokeOptions(provider=provider)
        pulumi.export("account", aws.get_caller_identity(opts=opts).account_id)
        queue = aws.sqs.Queue("q", opts=pulumi.ResourceOptions(provider=provider))
        document = aws.iam.get_policy_document_output(
            statements=[{"actions": ["sqs:SendMessage"], "resources": [queue.arn]}],
            opts=pulumi.InvokeOutputOptions(provider=provider),
        )
        pulumi.export("document", document.minified_json)
        """
    )

    assert run.outputs["account"] == "111122223333"
    document = str(run.outputs["document"])
    assert document.startswith(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:SendMessage",'
        '"Resource":"arn:aws:sqs:us-west-2:111122223333:q-'
    )


def test_an_unknown_function_says_so(program: Program) -> None:
    with pytest.raises(
        Exception, match=r"doesn't answer aws:ec2/getInstance:getInstance; it answers .*getPolicyDocument"
    ):
        program(
            """
            import pulumi, pulumi_aws as aws
            opts = pulumi.InvokeOptions(provider=aws.Provider("aws", region="us-east-1"))
            aws.ec2.get_instance(instance_id="i-0", opts=opts)
            """
        )


def test_a_run_leaves_the_process_as_it_was(program: Program, tmp_path: Path) -> None:
    before = (gc.isenabled(), gc.get_freeze_count(), Path.cwd(), list(sys.path), list(sys.meta_path))
    seen: dict[str, object] = {}

    def look(_: Resource) -> None:
        seen.update(gc=gc.isenabled(), cwd=Path.cwd(), path=sys.path[0])

    program("import pulumi\npulumi.export('a', 1)\n", on_resource=look)
    with pytest.raises(ZeroDivisionError):
        program("1 / 0\n")

    assert seen == {"gc": False, "cwd": tmp_path, "path": str(tmp_path)}
    assert (gc.isenabled(), gc.get_freeze_count(), Path.cwd(), list(sys.path), list(sys.meta_path)) == before
    assert not hasattr(sys, "tracebacklimit")
    assert sys.modules["__main__"].__dict__.get("__file__") != str(tmp_path / "__main__.py")


def test_collection_that_was_off_stays_off(program: Program) -> None:
    gc.disable()
    try:
        program("")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_one_run_leaves_nothing_in_the_next(program: Program) -> None:
    source = (
        COMPONENT
        + """
    Network("network", pulumi.ResourceOptions(providers={"aws": provider}))
    pulumi.export("config", pulumi.Config().get("only-once"))
    """
    )

    first = program(source, settings="config:\n  test:only-once: there\n")
    second = program(source)

    assert first.outputs == {"config": "there"}
    assert second.outputs == {}
    assert [r.urn for r in first.resources] == [r.urn for r in second.resources]


def test_a_program_may_stand_in_a_folder_of_its_own(tmp_path: Path, program: Program) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "helper.py").write_text("import os\nHERE = os.getcwd()\n")
    (tmp_path / "src" / "__main__.py").write_text("import pulumi, helper\npulumi.export('here', helper.HERE)\n")

    try:
        run = program("", project="name: test\nruntime: python\nmain: src\n")
    finally:
        sys.modules.pop("helper", None)

    assert run.outputs == {"here": os.fspath(tmp_path / "src")}


def test_imports_of_the_sdks_are_timed_apart(program: Program) -> None:
    timings = Timings()
    for name in [name for name in sys.modules if name.startswith("pulumi_aws.budgets")]:
        del sys.modules[name]

    program("import time, pulumi_aws.budgets\ntime.sleep(0.05)\n", timings=timings)

    assert 0.05 <= timings.program_seconds < 5
    assert timings.import_seconds > timings.import_before_seconds >= 0
    assert timings.program_started > 0


def test_an_asynchronous_entry_point_is_awaited(program: Program) -> None:
    run = program(
        """
        import asyncio, pulumi

        async def main():
            await asyncio.sleep(0)
            return {"a": 1}

        pulumi.run(main)
        """
    )

    assert run.outputs == {"a": 1}


def test_an_imported_resource_has_the_id_that_is_given(program: Program, named: Named) -> None:
    run = program(
        """
        import pulumi, pulumi_aws as aws
        provider = aws.Provider("aws", region="us-east-1")
        aws.ec2.Vpc("v", opts=pulumi.ResourceOptions(provider=provider, import_="vpc-mine"))
        """
    )

    assert named(run, "v").id == "vpc-mine"
    states = to_export(run)["deployment"]["resources"]
    assert {state["urn"]: state.get("importID") for state in states if state.get("importID")} == {
        named(run, "v").urn: "vpc-mine"
    }


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("pulumi.StackReference('org/other/dev')", "stack 'org/other/dev' can't be read here"),
        ("pulumi.runtime.register_invoke_transform(lambda args: None)", "not of functions"),
        (
            "aws.sqs.Queue('q', opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(after_create=[print])))",
            "doesn't run resource hooks",
        ),
        (
            "aws.sqs.Queue('q', opts=pulumi.ResourceOptions(replacement_trigger='1'))",
            "aws:sqs/queue:Queue 'q': the sandbox doesn't do its option replacement_trigger",
        ),
        (
            "a = aws.sqs.Queue('a'); aws.sqs.Queue('b', opts=pulumi.ResourceOptions(replace_with=[a]))",
            "aws:sqs/queue:Queue 'b': the sandbox doesn't do its option replace_with",
        ),
        (
            "from pulumi import dynamic\nclass Own(dynamic.Resource): ...\nOwn(dynamic.ResourceProvider(), 'd', {})",
            "a dynamic provider is code of the program's own",
        ),
    ],
)
def test_what_is_not_modelled_is_refused_and_not_left_out(program: Program, source: str, message: str) -> None:
    with pytest.raises(SandboxError, match=message):
        program(f"import pulumi, pulumi_aws as aws\n{source}\n")


def test_threads_of_its_own_are_left_to_a_program(program: Program) -> None:
    run = program(
        """
        import asyncio, pulumi, threading
        from concurrent.futures import ThreadPoolExecutor

        async def main():
            loop = asyncio.get_running_loop()
            with ThreadPoolExecutor(1) as own:
                there = await loop.run_in_executor(own, threading.get_ident)
            here = await loop.run_in_executor(None, threading.get_ident)
            return {"there": there != threading.get_ident(), "here": here == threading.get_ident()}

        pulumi.run(main)
        """
    )

    assert run.outputs == {"there": True, "here": True}


def test_what_fails_in_an_apply_is_raised_itself_and_not_what_came_of_it(program: Program) -> None:
    with pytest.raises(ValueError, match=r"^boom$") as raised:
        program(
            """
            import pulumi, pulumi_aws as aws
            own = pulumi.ResourceOptions(provider=aws.Provider("aws", region="us-east-1"))

            def boom(_):
                raise ValueError("boom")

            vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=own)
            subnet = aws.ec2.Subnet("subnet", vpc_id=vpc.id.apply(boom), cidr_block="10.0.0.0/24", opts=own)
            aws.ec2.NatGateway("nat", subnet_id=subnet.id, opts=own)
            pulumi.export("id", subnet.id)
            """
        )

    assert raised.traceback[-1].name == "boom"
