"""The add-ons that the component can make: kube-proxy, vpc-cni, coredns. Source: see the package."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.eks.values import Input, combine, sorted_json
from sandbox.cloud.refusal import Refused
from sandbox.model import Value

ADDON: Final = "aws:eks/addon:Addon"
CNI: Final = "eks:index:VpcCniAddon"


def options(
    name: str, cluster: Mapping[str, Input], given: Input, tags: Input, configuration: Input | None = None
) -> dict[str, Input]:
    """Inputs of kube-proxy or coredns, out of their options."""
    version = given.entry("version")
    if not version:
        raise Refused(
            f"{_OPTIONS[name]}.version: missing; the component would ask AWS for the newest {name}: "
            "name a version, or switch the add-on off"
        )
    values = given.entry("configurationValues") if configuration is None else configuration
    return {
        "clusterName": cluster["name"],
        "addonName": Input(name),
        "preserve": Input(value=True),
        "tags": tags,
        "resolveConflictsOnCreate": given.entry("resolveConflictsOnCreate").or_else("OVERWRITE"),
        "resolveConflictsOnUpdate": given.entry("resolveConflictsOnUpdate").or_else("OVERWRITE"),
        "addonVersion": version,
        "configurationValues": values.map(sorted_json),
    }


_OPTIONS: Final = {"kube-proxy": "kubeProxyAddonOptions", "coredns": "corednsAddonOptions"}


def cni(cluster: Mapping[str, Input], given: Input, tags: Input) -> dict[str, Input]:
    """Inputs of the vpc-cni add-on, out of ``vpcCniOptions``."""
    version = given.entry("addonVersion")
    if not version:
        raise Refused(
            "vpcCniOptions.addonVersion: missing; the component would ask AWS for the newest vpc-cni: name a version, "
            "or give useDefaultVpcCni"
        )
    if given.entry("securityContextPrivileged"):
        raise Refused("vpcCniOptions.securityContextPrivileged: the patch that it makes isn't modelled here")
    if given.entry("cniExternalSnat") and given.entry("externalSnat"):
        raise Refused("vpcCniOptions: give one of cniExternalSnat and externalSnat")
    parts = {key: given.entry(key) for key in (*_ENVIRONMENT, "disableTcpEarlyDemux", "enableNetworkPolicy")}
    parts["configurationValues"] = given.entry("configurationValues")
    return {
        "clusterName": cluster["name"],
        "addonVersion": version,
        "addonName": Input("vpc-cni"),
        "resolveConflictsOnCreate": given.entry("resolveConflictsOnCreate").or_else("OVERWRITE"),
        "resolveConflictsOnUpdate": given.entry("resolveConflictsOnUpdate").or_else("OVERWRITE"),
        "preserve": Input(value=True),
        "configurationValues": combine(parts, lambda values: sorted_json(_configuration(values))),
        "serviceAccountRoleArn": given.entry("serviceAccountRoleArn"),
        "tags": tags,
    }


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


_ENVIRONMENT: Final[Mapping[str, tuple[str, str | None]]] = {
    # option: environment variable of the CNI, and what it is without the option (None: left out)
    "nodePortSupport": ("AWS_VPC_CNI_NODE_PORT_SUPPORT", None),
    "customNetworkConfig": ("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", None),
    "warmEniTarget": ("WARM_ENI_TARGET", "1"),
    "warmIpTarget": ("WARM_IP_TARGET", None),
    "warmPrefixTarget": ("WARM_PREFIX_TARGET", None),
    "enablePrefixDelegation": ("ENABLE_PREFIX_DELEGATION", None),
    "logLevel": ("AWS_VPC_K8S_CNI_LOGLEVEL", "DEBUG"),
    "logFile": ("AWS_VPC_K8S_CNI_LOG_FILE", "/host/var/log/aws-routed-eni/ipamd.log"),
    "vethPrefix": ("AWS_VPC_K8S_CNI_VETHPREFIX", "eni"),
    "eniMtu": ("AWS_VPC_ENI_MTU", "9001"),
    "eniConfigLabelDef": ("ENI_CONFIG_LABEL_DEF", None),
    "pluginLogLevel": ("AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "DEBUG"),
    "pluginLogFile": ("AWS_VPC_K8S_PLUGIN_LOG_FILE", "/var/log/aws-routed-eni/plugin.log"),
    "enablePodEni": ("ENABLE_POD_ENI", "false"),
    "cniConfigureRpfilter": ("AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", None),
    "cniCustomNetworkCfg": ("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false"),
    "externalSnat": ("AWS_VPC_K8S_CNI_EXTERNALSNAT", None),
    "cniExternalSnat": ("AWS_VPC_K8S_CNI_EXTERNALSNAT", None),
}


def _configuration(values: Mapping[str, Value]) -> Value:
    env: dict[str, Value] = {}
    for key, (variable, default) in _ENVIRONMENT.items():
        value = values[key]
        # a target of zero is still a target; everything else goes by JavaScript's idea of true
        if value or (key == "warmEniTarget" and value is not None):
            env[variable] = _text(value)
        elif default is not None:
            env[variable] = default
    env.setdefault("AWS_VPC_K8S_CNI_EXTERNALSNAT", "false")
    init: dict[str, Value] = {"DISABLE_TCP_EARLY_DEMUX": _text(bool(values["disableTcpEarlyDemux"]))}
    given = values["configurationValues"]
    config: dict[str, Value] = dict(given) if isinstance(given, dict) else {}
    policy = values["enableNetworkPolicy"]
    if "enableNetworkPolicy" not in config and policy is not None:
        config["enableNetworkPolicy"] = _text(policy)
    own = config.get("env")
    config["env"] = {**env, **own} if isinstance(own, dict) else env
    own_init = config.get("init")
    if isinstance(own_init, dict):
        own_env = own_init.get("env")
        config["init"] = {**own_init, "env": {**init, **own_env} if isinstance(own_env, dict) else init}
    else:
        config["init"] = {"env": init}
    return config
