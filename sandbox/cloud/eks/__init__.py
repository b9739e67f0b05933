"""``pulumi_eks.Cluster`` taken apart into the children that the component makes.

Compared with the component's source, not with a run of it: cluster/cluster.ts, cluster/authenticationMode.ts,
servicerole.ts, addons/cni-addon.ts, addons/addon.ts and nodes/securitygroup.ts in nodejs/eks of pulumi/pulumi-eks at
commit 7bf0c1b179932ce51cb02dfc4f9bd0d7550cb0cd of 2026-08-12, the newest at hand (v4.3.0 and dependency updates); the
SDK in use is 4.4.0. Children's names, types, parents, inputs, ignored changes and dependencies are from there; what
AWS would answer to them is the simulated cloud's.

What isn't taken apart is refused: node groups and their options, Fargate, storage classes, a creation role, a proxy,
the default VPC. So is an add-on without a version: the component would ask AWS for the newest.
"""

from __future__ import annotations

from sandbox.cloud.eks.cluster import TYPE, expand

__all__ = ["TYPE", "expand"]
