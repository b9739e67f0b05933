"""Sign-in at the load balancer: nobody reaches a pod behind such a route who hasn't proved who he is.

The load balancer controller reads the client's secret from the cluster. It may read this one Secret and no other
(its chart, ``clusterSecretsPermissions``: roles by namespace are what it recommends).
"""

from __future__ import annotations

from typing import Final

from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.rbac_v1 import PolicyRule, Role, RoleBinding, RoleRef, Subject

from components.kubernetes.crds import load_balancer
from components.kubernetes.external_secret import external_secret
from components.kubernetes.manifest import Manifest
from components.kubernetes.workload import SignIn

CONTROLLER: Final = "aws-load-balancer-controller"
"""ServiceAccount of the controller, in the namespace of its Gateways."""
CALLBACK: Final = "/oauth2/idpresponse"
"""Where the identity provider sends people back to, on the host they came to (ELB user guide, OIDC)."""
_CLIENT: Final = ("clientID", "clientSecret")


def sign_in_name(route: ObjectMeta) -> str:
    """Name of everything that belongs to a route's sign-in."""
    return f"{route.name}-sign-in"


def sign_in_manifests(route: ObjectMeta, sign_in: SignIn, *, controller_namespace: str) -> list[Manifest]:
    """The client's Secret, the controller's leave to read it, and the rule that the route names as a filter."""
    name, namespace = sign_in_name(route), route.namespace or ""
    meta = ObjectMeta(name=name, namespace=namespace, labels=route.labels)
    reader = Subject(kind="ServiceAccount", name=CONTROLLER, namespace=controller_namespace)
    return [
        external_secret(namespace, name, remote=sign_in.remote, keys=_CLIENT, labels=route.labels),
        Role(
            metadata=meta,
            rules=[
                PolicyRule(apiGroups=[""], resources=["secrets"], resourceNames=[name], verbs=["get", "list", "watch"])
            ],
        ),
        RoleBinding(
            metadata=meta,
            roleRef=RoleRef(apiGroup="rbac.authorization.k8s.io", kind="Role", name=name),
            subjects=[reader],
        ),
        load_balancer.ListenerRuleConfiguration(
            metadata=meta,
            spec=load_balancer.ListenerRuleConfigurationSpec(
                actions=[
                    load_balancer.OidcAction(
                        authenticateOIDCConfig=load_balancer.OidcAuthentication(
                            issuer=sign_in.issuer,
                            authorizationEndpoint=sign_in.authorization_endpoint,
                            tokenEndpoint=sign_in.token_endpoint,
                            userInfoEndpoint=sign_in.user_info_endpoint,
                            secret=load_balancer.SecretName(name=name),
                            # a cookie of its own: a sign-in here is none elsewhere on the host
                            sessionCookieName=f"SignIn-{route.name}",
                            sessionTimeout=sign_in.session_seconds,
                        )
                    )
                ]
            ),
        ),
    ]
