"""What the services of the edge answer beside ``services``: proofs of certificates, deliveries of logs, secrets read.

``MAKERS`` stands after the others' in ``makers``, so that a certificate is made here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from sandbox.cloud.identity import hexadecimal, letters, uuid_of
from sandbox.cloud.making import CREATED, Maker, Making
from sandbox.cloud.refusal import Refused
from sandbox.model import Properties, Value

if TYPE_CHECKING:
    from sandbox.cloud.provider import ProviderConfig


def _certificate(making: Making) -> tuple[str, Properties]:
    """A certificate that waits for its proof.

    The proof is the account's and the name's: the same for a wildcard and its parent, in every region and for every
    certificate (ACM user guide, DNS validation).
    """
    arn = making.arn("acm", f"certificate/{uuid_of(f'{making.account}/{making.region}/{making.urn}')}")
    domain = making.text("domainName")
    names = list(dict.fromkeys([domain, *(str(name) for name in making.items("subjectAlternativeNames"))]))
    return arn, {
        "arn": arn,
        "domainValidationOptions": [_proof(making.account, name) for name in names],
        "status": "PENDING_VALIDATION",
        "type": "AMAZON_ISSUED",
        "keyAlgorithm": making.text("keyAlgorithm", "RSA_2048"),
    }


def _proof(account: str, name: str) -> Value:
    base = name.removeprefix("*.")
    return {
        "domainName": name,
        "resourceRecordName": f"_{hexadecimal(f'{account}/{base}', 32)}.{base}.",
        "resourceRecordType": "CNAME",
        "resourceRecordValue": (
            f"_{hexadecimal(f'{account}/{base}/value', 32)}.{letters(base, 10).lower()}.acm-validations.aws."
        ),
    }


def _validation(making: Making) -> tuple[str, Properties]:
    del making  # the provider's ID is when the certificate was issued
    return CREATED, {}


def _delivery_source(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    service = making.text("resourceArn").split(":")[2:3]
    return name, {"arn": making.arn("logs", f"delivery-source:{name}"), "service": "".join(service)}


def _delivery_destination(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    outputs: Properties = {"arn": making.arn("logs", f"delivery-destination:{name}")}
    if "deliveryDestinationType" not in making.inputs:
        target = str(making.entries("deliveryDestinationConfiguration").get("destinationResourceArn", ""))
        kinds = {"s3": "S3", "logs": "CWL", "firehose": "FH"}
        outputs["deliveryDestinationType"] = kinds.get("".join(target.split(":")[2:3]), "XRAY")
    return name, outputs


def _delivery(making: Making) -> tuple[str, Properties]:
    id_ = making.letters(16)
    return id_, {"arn": making.arn("logs", f"delivery:{id_}")}


MAKERS: Final[Mapping[str, Maker]] = {
    "aws:acm/certificate:Certificate": _certificate,
    "aws:acm/certificateValidation:CertificateValidation": _validation,
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _delivery_source,
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _delivery_destination,
    "aws:cloudwatch/logDelivery:LogDelivery": _delivery,
}

_SHARED_SECRETS: Final[Mapping[str, tuple[str, ...]]] = {"edge/origin": ("current", "previous")}
"""Secrets that one stack makes and another reads, by the end of their names, with the fields of their JSON."""


def _secret_version(args: Properties, provider: ProviderConfig) -> Properties:
    name = str(args.get("secretId", ""))
    fields = next((known for end, known in _SHARED_SECRETS.items() if name.endswith(end)), None)
    if fields is None:
        raise Refused(f"secretId: the simulated cloud keeps no secret {name!r} of another stack")
    region = args.get("region")
    where = region if isinstance(region, str) else provider.region
    version = uuid_of(f"{provider.account}/{where}/{name}")
    value = json.dumps({field: letters(f"{provider.account}/{name}/{field}", 48) for field in fields})
    return {
        **args,
        "id": f"{name}|AWSCURRENT",
        "arn": f"arn:aws:secretsmanager:{where}:{provider.account}:secret:{name}-{letters(name, 6)}",
        "createdDate": CREATED,
        "region": where,
        "secretBinary": "",
        "secretString": value,
        "versionId": version,
        "versionStages": ["AWSCURRENT"],
    }


FUNCTIONS: Final[Mapping[str, Callable[[Properties, ProviderConfig], Properties]]] = {
    "aws:secretsmanager/getSecretVersion:getSecretVersion": _secret_version,
}
