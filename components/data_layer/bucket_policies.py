"""Bucket policies as pure data: TLS for everyone, and the few services that write or read by themselves."""

from __future__ import annotations

from components.bucket_rules import tls_only
from components.keys import Document, Statement
from components.naming import Names


def bucket_policy(thing: str, names: Names) -> Document:
    """The policy of the bucket for ``thing``."""
    bucket = f"arn:aws:s3:::{names.bucket(thing)}"
    statements = tls_only(bucket)
    if thing == "assets":
        statements.append(_cloudfront_reads(bucket, names.account_id))
    if thing == "access-logs":
        statements += _log_delivery(bucket, names)
    return {"Version": "2012-10-17", "Statement": statements}


def _cloudfront_reads(bucket: str, account: str) -> Statement:
    # origin access control; the distribution is made after the bucket, so its account stands for it
    return {
        "Sid": "CloudFrontReads",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"{bucket}/*",
        # the ARN names the account; aws:SourceAccount is in no example of CloudFront's guide (origin access control)
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{account}:distribution/*"}},
    }


def _log_delivery(bucket: str, names: Names) -> list[Statement]:
    account = names.account_id
    return [
        {
            "Sid": "BucketAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/s3/*",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{names.prefix}-*"},
            },
        },
        {
            "Sid": "LoadBalancerLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/alb/AWSLogs/{account}/*",
            "Condition": {
                "ArnLike": {"aws:SourceArn": names.arn("elasticloadbalancing", "loadbalancer/*")},
            },
        },
        {
            "Sid": "CloudFrontLogs",
            "Effect": "Allow",
            "Principal": {"Service": "delivery.logs.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/AWSLogs/{account}/CloudFront/*",
            "Condition": {
                "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceAccount": account},
                # CloudFront's deliveries are made in us-east-1, wherever the stack is
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{account}:delivery-source:*"},
            },
        },
    ]
