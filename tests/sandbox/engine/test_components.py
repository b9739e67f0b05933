from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.engine import ResourceFailed
from sandbox.model import UNKNOWN, Resource, Run

Program = Callable[..., Run]
Named = Callable[[Run, str], Resource]

DENYING = "name: test\nruntime: python\nconfig:\n  pulumi:disable-default-providers: {value: [aws, kubernetes]}\n"

CLUSTER = """
    import json
    import pulumi, pulumi_aws as aws, pulumi_eks as eks, pulumi_kubernetes as k8s

    provider = aws.Provider("aws", region="us-west-2", allowed_account_ids=["111122223333"])

    def zonal_shift(args):
        if args.type_ != "aws:eks/cluster:Cluster":
            return None
        return pulumi.ResourceTransformResult({**args.props, "zonalShiftConfig": {"enabled": True}}, args.opts)

    class Platform(pulumi.ComponentResource):
        def __init__(self, transforms):
            super().__init__("platform:index:Platform", "platform", None, pulumi.ResourceOptions(providers=[provider]))
            own = pulumi.ResourceOptions(parent=self)
            vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16", opts=own)
            subnets = [
                aws.ec2.Subnet(f"subnet-{zone}", vpc_id=vpc.id, availability_zone=f"us-west-2{zone}", opts=own).id
                for zone in "ab"
            ]
            role = aws.iam.Role("role", assume_role_policy="{}", opts=own)
            logs = aws.cloudwatch.LogGroup("logs", opts=own)
            self.cluster = eks.Cluster(
                "main",
                name="main",
                version="1.36",
                service_role=role,
                vpc_id=vpc.id,
                private_subnet_ids=subnets,
                authentication_mode=eks.AuthenticationMode.API,
                skip_default_node_group=True,
                create_instance_role=False,
                skip_default_security_groups=True,
                use_default_vpc_cni=True,
                kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
                opts=pulumi.ResourceOptions(
                    parent=self, providers={"aws": provider}, depends_on=[logs], transforms=transforms
                ),
            )
            cluster = self.cluster
            self.kubernetes = k8s.Provider("k", kubeconfig=cluster.kubeconfig_json, opts=own)
            k8s.core.v1.Namespace(
                "ns", metadata={"name": "ns"}, opts=pulumi.ResourceOptions(parent=self, provider=self.kubernetes)
            )
            aws.eks.AccessEntry("entry", cluster_name=cluster.eks_cluster.name, principal_arn=role.arn, opts=own)
            self.register_outputs({})
"""

EXPORTS = """
    cluster = platform.cluster
    pulumi.export("endpoint", cluster.eks_cluster.apply(lambda c: c.endpoint))
    config = cluster.eks_cluster.apply(lambda c: c.vpc_config)
    pulumi.export("group", config.apply(lambda v: v.cluster_security_group_id))
    pulumi.export("groupId", cluster.cluster_security_group_id)
    pulumi.export("name", cluster.eks_cluster.name)
    pulumi.export("server", cluster.kubeconfig_json.apply(lambda t: json.loads(t)["clusters"][0]["cluster"]["server"]))
    pulumi.export("core", cluster.core.apply(lambda core: core.endpoint))
    pulumi.export("issuer", cluster.oidc_issuer)
"""


def test_a_program_can_use_what_the_component_gives(program: Program, named: Named) -> None:
    run = program(CLUSTER + "\n    platform = Platform(None)\n" + EXPORTS, project=DENYING)

    cluster, component = named(run, "main-eksCluster"), named(run, "main")
    endpoint = cluster.outputs["endpoint"]
    config = cluster.outputs["vpcConfig"]
    assert isinstance(config, dict)
    assert run.outputs == {
        "endpoint": endpoint,
        "group": config["clusterSecurityGroupId"],
        "groupId": config["clusterSecurityGroupId"],
        "name": "main",
        "server": endpoint,
        "core": endpoint,
        "issuer": component.outputs["oidcIssuer"],
    }
    assert config["vpcId"] == named(run, "vpc").id


def test_children_stand_in_the_engines_chain_with_the_components_provider(program: Program, named: Named) -> None:
    run = program(CLUSTER + "\n    Platform(None)\n", project=DENYING)

    component, cluster, provider = named(run, "main"), named(run, "main-eksCluster"), named(run, "aws")
    assert component.remote
    assert not component.custom
    assert not component.provider
    assert component.providers == {"aws": f"{provider.urn}::{provider.id}"}
    assert named(run, "logs").urn in component.dependencies
    assert component.property_dependencies["version"] == []
    assert component.property_dependencies["vpcId"] == [named(run, "vpc").urn]
    assert cluster.urn == (
        "urn:pulumi:dev::test::platform:index:Platform$eks:index:Cluster$aws:eks/cluster:Cluster::main-eksCluster"
    )
    assert cluster.parent == component.urn
    assert cluster.provider == f"{provider.urn}::{provider.id}"
    assert cluster.inputs["region"] == "us-west-2"
    subnets = sorted(named(run, f"subnet-{zone}").urn for zone in "ab")
    found = {key: urns for key, urns in cluster.property_dependencies.items() if urns}
    assert found == {"vpcConfig": subnets, "roleArn": [named(run, "role").urn]}
    assert cluster.property_dependencies["version"] == []
    assert {r.name for r in run.resources if r.type == "pulumi:providers:eks"} == {"default_4_4_0"}


def test_who_uses_an_output_depends_on_component_and_child(program: Program, named: Named) -> None:
    run = program(CLUSTER + "\n    Platform(None)\n", project=DENYING)

    component, cluster = named(run, "main"), named(run, "main-eksCluster")
    # a reference among outputs is looked up with a function of the engine's own provider, even where all are denied
    lookup = named(run, "default")
    assert (lookup.type, lookup.inputs, lookup.outputs) == ("pulumi:providers:pulumi", {}, {})
    assert lookup.property_dependencies == {}
    assert named(run, "k").property_dependencies["kubeconfig"] == sorted([component.urn, cluster.urn])
    assert cluster.urn in named(run, "entry").property_dependencies["clusterName"]


def test_transforms_reach_the_children(program: Program, named: Named) -> None:
    run = program(CLUSTER + "\n    Platform([zonal_shift])\n" + "\n", project=DENYING)

    cluster = named(run, "main-eksCluster")
    assert cluster.inputs["zonalShiftConfig"] == {"enabled": True}
    assert cluster.property_dependencies["roleArn"] == [named(run, "role").urn]
    assert cluster.ignore_changes == [
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "bootstrapSelfManagedAddons",
    ]


def test_a_transform_may_take_the_creators_rights_away(program: Program, named: Named) -> None:
    run = program(
        CLUSTER
        + """
    def nobody(args):
        if args.type_ != "aws:eks/cluster:Cluster":
            return None
        access = {**args.props["accessConfig"], "bootstrapClusterCreatorAdminPermissions": False}
        return pulumi.ResourceTransformResult({**args.props, "accessConfig": access}, args.opts)

    Platform([nobody])
    """,
        project=DENYING,
    )

    assert named(run, "main-eksCluster").inputs["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }


def test_a_first_preview_knows_little_and_a_second_all(program: Program, named: Named) -> None:
    source = CLUSTER + "\n    platform = Platform(None)\n" + EXPORTS
    first = program(source, project=DENYING)

    before = program(source, project=DENYING, preview=True)
    after = program(source, project=DENYING, preview=True, prior=first)

    assert before.outputs["endpoint"] is UNKNOWN
    assert named(before, "k").inputs["kubeconfig"] is UNKNOWN
    assert after.outputs == first.outputs
    assert [(r.urn, r.id, r.inputs, r.outputs) for r in after.resources] == [
        (r.urn, r.id, r.inputs, r.outputs) for r in first.resources
    ]


def test_wrong_arguments_fail_the_component(program: Program) -> None:
    with pytest.raises(ResourceFailed) as failed:
        program(
            CLUSTER.replace("skip_default_node_group=True", "skip_default_node_group=False, instance_type='t3.large'")
            + "\n    Platform(None)\n",
            project=DENYING,
        )

    assert failed.value.type == "eks:index:Cluster"
    assert {reason.split(":")[0] for reason in failed.value.reasons} == {"skipDefaultNodeGroup", "instanceType"}


def test_a_childs_failure_names_the_child(program: Program) -> None:
    with pytest.raises(ResourceFailed) as failed:
        program(CLUSTER + "\n    Platform(None)\n", project=DENYING, fail=["aws:eks/cluster:Cluster"])

    assert (failed.value.type, failed.value.name) == ("aws:eks/cluster:Cluster", "main-eksCluster")


def test_a_component_that_is_not_known_is_refused(program: Program) -> None:
    with pytest.raises(ResourceFailed, match="awsx:ec2:Vpc is a component that the simulated cloud doesn't know"):
        program("import pulumi\npulumi.ComponentResource('awsx:ec2:Vpc', 'v', {}, None, remote=True)\n")


def test_a_manifest_file_by_url_stays_closed(program: Program, named: Named) -> None:
    run = program(
        """
        import pulumi_kubernetes as k8s
        k8s.yaml.v2.ConfigFile("crds", file="https://example.org/crds.yaml")
        """
    )

    assert named(run, "crds").inputs["file"] == "https://example.org/crds.yaml"
    with pytest.raises(ResourceFailed, match=r"file: a URL is wanted, found 'crds\.yaml'"):
        program("import pulumi_kubernetes as k8s\nk8s.yaml.v2.ConfigFile('crds', file='crds.yaml')\n")
