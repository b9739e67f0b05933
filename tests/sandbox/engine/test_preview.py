from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.engine import ResourceFailed
from sandbox.model import UNKNOWN, Resource, Run

Program = Callable[..., Run]
Named = Callable[[Run, str], Resource]

SOURCE = """
    import pulumi, pulumi_aws as aws, pulumi_kubernetes as k8s

    provider = aws.Provider("aws", region="us-east-1")
    own = pulumi.ResourceOptions(provider=provider)
    config = pulumi.Config()
    applied = []
    vpc = aws.ec2.Vpc("vpc", cidr_block=config.require("cidr"), tags={"Team": config.require("team")}, opts=own)
    group = aws.ec2.SecurityGroup("group", vpc_id=vpc.id, opts=own)
    vpc.id.apply(applied.append)
    pulumi.export("vpc", vpc.id)
    pulumi.export("arn", vpc.arn)
    pulumi.export("cidr", vpc.cidr_block)
    pulumi.export("applied", pulumi.Output.all(vpc.cidr_block).apply(lambda _: len(applied)))
"""


def settings(cidr: str = "10.0.0.0/16", team: str = "a") -> str:
    return f"config:\n  test:cidr: {cidr}\n  test:team: {team}\n"


def test_a_first_preview_knows_only_what_was_given(program: Program, named: Named) -> None:
    run = program(SOURCE, settings=settings(), preview=True)

    vpc, group = named(run, "vpc"), named(run, "group")
    assert vpc.id == ""
    assert vpc.outputs["arn"] is UNKNOWN
    assert vpc.outputs["cidrBlock"] == "10.0.0.0/16"
    assert group.inputs["vpcId"] is UNKNOWN
    assert str(group.inputs["name"]).startswith("group-")
    assert run.outputs["vpc"] is UNKNOWN
    assert run.outputs["arn"] is UNKNOWN
    assert run.outputs["cidr"] == "10.0.0.0/16"
    assert run.outputs["applied"] == 0


def test_what_stands_is_known(program: Program) -> None:
    first = program(SOURCE, settings=settings())

    run = program(SOURCE, settings=settings(), preview=True, prior=first)

    assert [(r.urn, r.id, r.inputs, r.outputs) for r in run.resources] == [
        (r.urn, r.id, r.inputs, r.outputs) for r in first.resources
    ]


def test_what_is_updated_keeps_its_id(program: Program, named: Named) -> None:
    first = program(SOURCE, settings=settings())

    run = program(SOURCE, settings=settings(team="b"), preview=True, prior=first)

    assert named(run, "vpc").id == named(first, "vpc").id
    assert named(run, "vpc").inputs["tags"] == {"Team": "b"}
    assert named(run, "group").inputs["vpcId"] == named(first, "vpc").id


def test_what_is_replaced_is_not_known_nor_what_stands_on_it(program: Program, named: Named) -> None:
    first = program(SOURCE, settings=settings())

    run = program(SOURCE, settings=settings(cidr="10.1.0.0/16"), preview=True, prior=first)

    assert named(run, "vpc").id == ""
    assert named(run, "vpc").outputs["arn"] is UNKNOWN
    # the group's VPC is another one, so the group is replaced as well
    assert named(run, "group").inputs["vpcId"] is UNKNOWN
    assert named(run, "group").id == ""


def test_a_renamed_resource_with_an_alias_stands(program: Program, named: Named) -> None:
    first = program(SOURCE, settings=settings())
    renamed = SOURCE.replace('Vpc("vpc", ', 'Vpc("net", ').replace(
        '{"Team": config.require("team")}, opts=own)',
        '{"Team": config.require("team")}, '
        'opts=pulumi.ResourceOptions(provider=provider, aliases=[pulumi.Alias(name="vpc")]))',
    )

    run = program(renamed, settings=settings(), preview=True, prior=first)

    assert named(run, "net").id == named(first, "vpc").id
    assert named(run, "net").outputs == named(first, "vpc").outputs
    assert named(run, "group").id == named(first, "group").id


def test_a_name_that_was_made_up_is_kept_through_a_rename(program: Program, named: Named) -> None:
    def source(name: str) -> str:
        return f"""
            import pulumi, pulumi_aws as aws
            provider = aws.Provider("aws", region="us-east-1")
            own = pulumi.ResourceOptions(provider=provider, aliases=[pulumi.Alias(name="old")])
            aws.sqs.Queue("{name}", opts=own)
            """

    first = program(source("old"))

    run = program(source("new"), preview=True, prior=first)

    assert named(run, "new").inputs == named(first, "old").inputs
    assert named(run, "new").outputs == named(first, "old").outputs


def test_ignored_changes_are_taken_back(program: Program, named: Named) -> None:
    first = program(SOURCE, settings=settings())
    ignoring_source = SOURCE.replace(
        "own = pulumi.ResourceOptions(provider=provider)",
        'own = pulumi.ResourceOptions(provider=provider, ignore_changes=["cidr_block"])',
    )

    run = program(ignoring_source, settings=settings(cidr="10.1.0.0/16"), preview=True, prior=first)

    assert named(run, "vpc").inputs["cidrBlock"] == "10.0.0.0/16"
    assert named(run, "vpc").id == named(first, "vpc").id


def test_what_the_provider_works_out_of_an_ignored_property_follows_it(program: Program, named: Named) -> None:
    first = program(SOURCE, settings=settings())
    ignoring_source = SOURCE.replace("(provider=provider)", '(provider=provider, ignore_changes=["tags"])')

    run = program(ignoring_source, settings=settings(team="b"), preview=True, prior=first)

    assert named(run, "vpc").inputs == named(first, "vpc").inputs
    assert named(run, "vpc").outputs == named(first, "vpc").outputs


def test_what_is_replaced_is_made_as_the_program_has_it(program: Program, named: Named) -> None:
    first = program(SOURCE, settings=settings())
    ignoring_source = SOURCE.replace("(provider=provider)", '(provider=provider, ignore_changes=["tags"])')

    run = program(ignoring_source, settings=settings(cidr="10.1.0.0/16", team="b"), preview=True, prior=first)

    assert named(run, "vpc").id == ""
    assert named(run, "vpc").inputs["tags"] == {"Team": "b"}


PARTS = """
    import pulumi, pulumi_aws as aws

    class Part(pulumi.ComponentResource):
        def __init__(self, name, opts=None, type_="test:index:Part"):
            super().__init__(type_, name, None, opts)

    provider = aws.Provider("aws", region="us-east-1")
    root = pulumi.ROOT_STACK_RESOURCE

    def queue(name, parent=None, *aliases):
        return aws.sqs.Queue(
            name, opts=pulumi.ResourceOptions(provider=provider, parent=parent, aliases=aliases)
        )

    def part(name, parent=None, *aliases, type_="test:index:Part"):
        return Part(name, pulumi.ResourceOptions(parent=parent, aliases=aliases), type_)

    def alias(**old):
        return pulumi.Alias(**old)
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("queue('p-q', part('p'))", "queue('new-q', part('new', None, alias(name='p')))"),
        ("queue('q', part('p'))", "queue('q', part('p', part('above'), alias(parent=root)))"),
        ("queue('q', part('p', part('above')))", "queue('q', part('p', None, alias(parent=part('above'))))"),
        ("queue('p-in-q', part('p-in', part('p')))", "queue('n-in-q', part('n-in', part('n', None, alias(name='p'))))"),
        (
            "queue('q', part('p', type_='a:b:Old'))",
            "queue('q', part('p', None, alias(type_='a:b:Old'), type_='a:b:New'))",
        ),
        ("queue('old', part('p'))", "queue('q', part('new', None, alias(name='p')), alias(name='old'))"),
        ("queue('q', part('p'))", "p = part('new', None, alias(name='p')); queue('q', None, alias(parent=p))"),
    ],
)
def test_what_is_below_a_renamed_component_is_found_again(program: Program, before: str, after: str) -> None:
    first = program(f"{PARTS}\n    {before}\n")

    run = program(f"{PARTS}\n    {after}\n", preview=True, prior=first)

    (old,) = (r for r in first.resources if r.type == "aws:sqs/queue:Queue")
    (new,) = (r for r in run.resources if r.type == "aws:sqs/queue:Queue")
    assert new.urn != old.urn
    assert (new.id, new.inputs, new.outputs) == (old.id, old.inputs, old.outputs)
    assert old.urn in new.aliases


@pytest.mark.parametrize(
    "after",
    [
        "queue('old'); queue('new', None, alias(name='old'))",
        "queue('new', None, alias(name='old')); queue('old')",
        "queue('one', None, alias(name='old')); queue('two', None, alias(name='old'))",
    ],
)
def test_two_resources_cannot_both_be_what_one_was(program: Program, after: str) -> None:
    first = program(f"{PARTS}\n    queue('old')\n")

    with pytest.raises(ResourceFailed, match=r"Duplicate resource .*:Queue::old'.* conflicting with "):
        program(f"{PARTS}\n    {after}\n", preview=True, prior=first)


KUBERNETES = """
    import pulumi, pulumi_kubernetes as k8s

    settings = pulumi.Config().require_object("settings")
    provider = k8s.Provider("k", kubeconfig="{}", cluster_identifier="c", enable_secret_mutable=True)
    own = pulumi.ResourceOptions(provider=provider)
    template = {"metadata": {"labels": {"app": settings["app"]}}, "spec": {"containers": [{"name": "a", "image": "i"}]}}
    pulumi.CustomResource("kubernetes:apps/v1:Deployment", "d", {"metadata": {"name": "d"}, "spec": {
        "selector": {"matchLabels": {"app": settings["app"]}}, "template": template}}, own)
    pulumi.CustomResource("kubernetes:core/v1:ConfigMap", "c", {
        "metadata": {"name": "c"}, "data": {"a": settings["data"]}}, own)
    pulumi.CustomResource("kubernetes:core/v1:Secret", "s", {
        "metadata": {"name": "s"}, "stringData": {"a": pulumi.Output.secret(settings["data"])}}, own)
"""


@pytest.mark.parametrize(
    ("app", "data", "replaced"),
    [("a", "1", set()), ("b", "1", {"d"}), ("a", "2", {"c"})],
)
def test_objects_are_replaced_as_their_provider_does(program: Program, app: str, data: str, replaced: set[str]) -> None:
    def given(app: str, data: str) -> str:
        return f"config:\n  test:settings: {{app: {app}, data: '{data}'}}\n"

    first = program(KUBERNETES, settings=given("a", "1"))

    run = program(KUBERNETES, settings=given(app, data), preview=True, prior=first)

    # a ConfigMap is replaced for its data unless the provider is told that it may change; the Secret is told so
    assert {r.name for r in run.resources if r.custom and not r.id} == replaced


WITHIN = """
    import pulumi, pulumi_aws as aws, pulumi_kubernetes as k8s

    cloud = pulumi.ResourceOptions(provider=aws.Provider("aws", region="us-east-1"))
    role = aws.iam.Role("role", assume_role_policy="{}", opts=cloud)
    within = k8s.Provider("within", kubeconfig=role.arn)
    ns = k8s.core.v1.Namespace("ns", metadata={"name": "a"}, opts=pulumi.ResourceOptions(provider=within))
    pulumi.export("name", ns.metadata.name)
"""


def test_nothing_is_said_of_objects_in_a_cluster_that_is_still_to_come(program: Program, named: Named) -> None:
    run = program(WITHIN, preview=True)

    ns = named(run, "ns")
    assert ns.inputs["metadata"] == {"name": "a"}
    assert ns.outputs == {}
    assert run.outputs["name"] is UNKNOWN


def test_objects_in_a_cluster_that_stands_are_known(program: Program, named: Named) -> None:
    first = program(WITHIN)

    run = program(WITHIN, preview=True, prior=first)

    assert named(run, "ns").outputs == named(first, "ns").outputs
    assert run.outputs["name"] == "a"
