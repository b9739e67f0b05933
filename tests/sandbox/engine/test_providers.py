from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.engine import ResourceFailed, SettingsRefused
from sandbox.model import Resource, Run

Program = Callable[..., Run]
Named = Callable[[Run, str], Resource]

DENYING = "name: test\nruntime: python\nconfig:\n  pulumi:disable-default-providers: {value: [aws, ' kubernetes']}\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "aws.sqs.Queue('q')",
            "Default provider for 'aws' disabled. 'aws:sqs/queue:Queue' must use an explicit provider.",
        ),
        (
            "pulumi.CustomResource('kubernetes:core/v1:Namespace', 'n', {'metadata': {'name': 'n'}})",
            "Default provider for 'kubernetes' disabled. 'kubernetes:core/v1:Namespace' must use an explicit provider.",
        ),
    ],
)
def test_a_denied_default_provider_fails_the_resource(program: Program, source: str, message: str) -> None:
    with pytest.raises(ResourceFailed) as failed:
        program(f"import pulumi, pulumi_aws as aws\n{source}\n", project=DENYING)

    assert failed.value.reasons == (message,)


def test_a_denied_default_provider_fails_an_invoke(program: Program) -> None:
    with pytest.raises(Exception, match=r"Default provider for 'aws' disabled\. 'aws:index/getCallerIdentity"):
        program("import pulumi_aws as aws\naws.get_caller_identity()\n", project=DENYING)


def test_a_star_denies_all(program: Program) -> None:
    project = DENYING.replace("[aws, ' kubernetes']", "['*']")

    with pytest.raises(ResourceFailed, match="Default provider for 'random' disabled"):
        program("import pulumi_random as random\nrandom.RandomId('r', byte_length=4)\n", project=project)


@pytest.mark.parametrize("value", ["aws", "[1]", "{a: b}"])
def test_the_list_must_be_one_of_strings(program: Program, value: str) -> None:
    project = DENYING.replace("[aws, ' kubernetes']", value)

    with pytest.raises(SettingsRefused, match="disable-default-providers: a list of package names is wanted"):
        program("", project=project)


def test_a_default_provider_is_recorded_once_as_the_engine_names_it(program: Program, named: Named) -> None:
    run = program(
        """
        import pulumi_random as random
        random.RandomId("a", byte_length=4)
        random.RandomId("b", byte_length=4)
        """,
        project=DENYING,
    )

    provider = next(r for r in run.resources if r.type == "pulumi:providers:random")
    assert provider.name.startswith("default_4_")
    assert provider.urn == f"urn:pulumi:dev::test::pulumi:providers:random::{provider.name}"
    assert provider.parent == ""
    assert provider.inputs["version"] == provider.name.removeprefix("default_").replace("_", ".")
    assert {named(run, name).provider for name in "ab"} == {f"{provider.urn}::{provider.id}"}


def test_a_default_provider_has_its_configuration(program: Program, named: Named) -> None:
    run = program("import pulumi_aws as aws\naws.sqs.Queue('q')\n", settings="config:\n  aws:region: us-west-2\n")

    assert named(run, "q").inputs["region"] == "us-west-2"
    assert str(named(run, "q").outputs["arn"]).startswith("arn:aws:sqs:us-west-2:")


def test_children_take_their_provider_from_the_nearest_map(program: Program, named: Named) -> None:
    run = program(
        """
        import pulumi, pulumi_aws as aws

        class Part(pulumi.ComponentResource):
            def __init__(self, name, opts):
                super().__init__("platform:index:Part", name, None, opts)

        one = aws.Provider("one", region="us-east-1")
        two = aws.Provider("two", region="us-west-2")
        outer = Part("outer", pulumi.ResourceOptions(providers=[one]))
        inner = Part("inner", pulumi.ResourceOptions(parent=outer))
        other = Part("other", pulumi.ResourceOptions(parent=outer, providers=[two]))
        aws.sqs.Queue("q1", opts=pulumi.ResourceOptions(parent=inner))
        aws.sqs.Queue("q2", opts=pulumi.ResourceOptions(parent=other))
        aws.sqs.Queue("q3", opts=pulumi.ResourceOptions(parent=outer, provider=two))
        """,
        project=DENYING,
    )

    def provider_of(name: str) -> str:
        return named(run, name).provider.split("::")[3]

    assert [provider_of(name) for name in ("q1", "q2", "q3")] == ["one", "two", "two"]
    assert named(run, "inner").providers == named(run, "outer").providers
    assert [named(run, name).inputs["region"] for name in ("q1", "q2", "q3")] == ["us-east-1", "us-west-2", "us-west-2"]


def test_a_providers_own_inputs_are_checked(program: Program) -> None:
    with pytest.raises(ResourceFailed) as failed:
        program(
            """
            import pulumi

            class Provider(pulumi.ProviderResource):
                pass

            Provider("aws", "p", {"region": "us-east-1", "regoin": "x", "allowedAccountIds": '"1"'})
            """
        )

    assert [reason.split(":")[0] for reason in failed.value.reasons] == ["regoin", "allowedAccountIds"]


def test_account_and_region_of_the_provider_are_in_the_names_of_things(program: Program, named: Named) -> None:
    run = program(
        """
        import pulumi, pulumi_aws as aws
        p = aws.Provider("p", region="us-east-1", allowed_account_ids=["000011112222"])
        aws.sqs.Queue("here", opts=pulumi.ResourceOptions(provider=p))
        aws.sqs.Queue("there", region="us-west-2", opts=pulumi.ResourceOptions(provider=p))
        """
    )

    assert str(named(run, "here").outputs["arn"]).startswith("arn:aws:sqs:us-east-1:000011112222:here-")
    assert str(named(run, "there").outputs["arn"]).startswith("arn:aws:sqs:us-west-2:000011112222:there-")
