"""Only images that our own pipeline signed: one policy for the namespaces of ours, judged by Kyverno."""

from __future__ import annotations

from typing import Annotated, Final

from lightkube.models.meta_v1 import ObjectMeta
from pydantic import StringConstraints

from components.kubernetes import labels as label
from components.kubernetes.crds.kyverno import (
    Admission,
    Attestor,
    Autogen,
    Cosign,
    Credentials,
    Evaluation,
    Expression,
    ImageReference,
    ImageRules,
    ImageValidatingPolicy,
    ImageValidatingPolicySpec,
    Key,
    MatchConstraints,
    NamespaceSelector,
    PodControllers,
    ResourceRule,
    TransparencyLog,
    WebhookConfiguration,
)
from components.kubernetes.references import SIGNED_IMAGES
from components.model import Settings
from components.naming import Names

PublicKey = Annotated[
    str,
    StringConstraints(
        pattern=r"^-----BEGIN PUBLIC KEY-----\n([A-Za-z0-9+/=]{1,76}\n)+-----END PUBLIC KEY-----\n?$", max_length=2000
    ),
]
"""A public key as ``cosign public-key`` prints it: PEM, which is no secret."""

_PATIENCE: Final = 15
"""Seconds for the registry's answer: a request waits for it."""


class ImageSignatures(Settings):
    """That images of our own registry are signed, and whose signature counts."""

    public_key: PublicKey
    """The pipeline's key. Signatures are read from the registry beside their image: no public log is asked, so no
    address outside AWS has to be open to the judge."""


def signed_images(signatures: ImageSignatures, names: Names) -> ImageValidatingPolicy:
    """The policy: a pod of ours starts only from images of the stack's repositories that the key has signed.

    It judges pods alone, not what makes them: there it also turns a tag into the digest that was verified, which in a
    Deployment would be a change against whoever declared it.
    """
    return ImageValidatingPolicy(
        metadata=ObjectMeta(name=SIGNED_IMAGES),
        spec=ImageValidatingPolicySpec(
            failurePolicy="Fail",
            validationActions=["Deny"],
            matchConstraints=MatchConstraints(
                resourceRules=[
                    ResourceRule(
                        apiGroups=[""], apiVersions=["v1"], operations=["CREATE", "UPDATE"], resources=["pods"]
                    )
                ],
                namespaceSelector=NamespaceSelector(matchLabels={label.OWNED: label.ENFORCED}),
            ),
            matchImageReferences=[ImageReference(glob=f"{names.registry}/{names.repository('*')}")],
            attestors=[
                Attestor(
                    name="pipeline",
                    cosign=Cosign(
                        key=Key(data=signatures.public_key),
                        ctlog=TransparencyLog(insecureIgnoreTlog=True, insecureIgnoreSCT=True),
                    ),
                )
            ],
            validations=[
                Expression(
                    expression=(
                        "images.containers.map(image, verifyImageSignatures(image, [attestors.pipeline])).all(e, e > 0)"
                    ),
                    message="the image is not signed with the pipeline's key: build it there, or sign it by cosign",
                ),
                Expression(
                    expression=(
                        "images.initContainers.map(image, verifyImageSignatures(image, [attestors.pipeline]))"
                        ".all(e, e > 0)"
                    ),
                    message="an init container's image is not signed with the pipeline's key",
                ),
            ],
            validationConfigurations=ImageRules(mutateDigest=True, verifyDigest=True, required=True),
            autogen=Autogen(podControllers=PodControllers(controllers=[])),
            evaluation=Evaluation(admission=Admission(enabled=True), background=Admission(enabled=False)),
            credentials=Credentials(providers=["amazon"]),
            webhookConfiguration=WebhookConfiguration(timeoutSeconds=_PATIENCE),
        ),
    )
