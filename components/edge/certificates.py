"""Certificates by ACM, proven by DNS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

WAIT: Final = "20m"
"""How long to wait for ACM, which takes 1 to 5 minutes once the zone is delegated. The provider would wait 75."""
_RECORD_TTL: Final = 300


def proofs(names: Sequence[str]) -> list[str]:
    """The names that ACM wants proven, once each: a wildcard is proven by its parent's record."""
    return list(dict.fromkeys(name.removeprefix("*.") for name in names))


def request(name: str, region: str, names: Sequence[str], opts: pulumi.ResourceOptions) -> aws.acm.Certificate:
    """A certificate for ``names`` in ``region``, not yet valid."""
    return aws.acm.Certificate(
        name,
        region=region,
        domain_name=names[0],
        subject_alternative_names=list(names),
        validation_method="DNS",
        # what CloudFront and every load balancer policy take; ACM renews it by itself while the records stand
        key_algorithm="RSA_2048",
        options={"certificate_transparency_logging_preference": "ENABLED"},
        opts=opts,
    )


def prove(
    certificate: aws.acm.Certificate,
    names: Sequence[str],
    zone_id: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[aws.route53.Record]:
    """The records that prove ``names`` to ACM.

    ACM asks an account for the same record wherever and however often it requests a name, so these prove the names of
    every other certificate too.
    """
    return [_proof(proven, certificate, zone_id, opts) for proven in proofs(names)]


def _proof(
    name: str, certificate: aws.acm.Certificate, zone_id: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.route53.Record:
    def of(
        options: Sequence[aws.acm.outputs.CertificateDomainValidationOption],
    ) -> aws.acm.outputs.CertificateDomainValidationOption:
        return next(option for option in options if (option.domain_name or "").removeprefix("*.") == name)

    option = certificate.domain_validation_options.apply(of)
    return aws.route53.Record(
        f"proof-{name}",
        zone_id=zone_id,
        name=option.apply(lambda it: it.resource_record_name or ""),
        type=option.apply(lambda it: it.resource_record_type or ""),
        records=[option.apply(lambda it: it.resource_record_value or "")],
        ttl=_RECORD_TTL,
        opts=opts,
    )


def validated(
    name: str,
    region: str,
    certificate: aws.acm.Certificate,
    records: Sequence[aws.route53.Record],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """The ARN of ``certificate``, once it is valid: nobody takes one that isn't.

    Without ``records`` they stand in the zone already.
    """
    validation = aws.acm.CertificateValidation(
        name,
        region=region,
        certificate_arn=certificate.arn,
        validation_record_fqdns=[record.fqdn for record in records] or None,
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=WAIT))
        ),
    )
    return validation.certificate_arn
