"""How objects of any bucket age, and who is kept out of it."""

from __future__ import annotations

from components.bucket_rules import ABORT_UPLOADS_DAYS, archive, lifecycle, tls_only


def test_no_object_moves_after_its_end() -> None:
    assert [days for days, _ in archive(None)] == [30, 90, 365]
    assert [days for days, _ in archive(365)] == [30, 90]
    assert list(archive(30)) == []


def test_current_versions_end_only_where_a_retention_is_given() -> None:
    (kept,) = lifecycle(None, 30)
    assert "expiration" not in kept
    assert "transitions" not in kept
    aging, markers = lifecycle(90, 7, list(archive(90)))
    assert aging["expiration"] == {"days": 90}
    assert aging["transitions"] == [{"days": 30, "storage_class": "STANDARD_IA"}]
    assert aging["noncurrent_version_expiration"] == {"noncurrent_days": 7}
    assert aging["abort_incomplete_multipart_upload"] == {"days_after_initiation": ABORT_UPLOADS_DAYS}
    # S3 refuses both in one rule
    assert markers["expiration"] == {"expired_object_delete_marker": True}


def test_nobody_comes_without_tls_of_today() -> None:
    for statement in tls_only("arn:aws:s3:::b"):
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", {"AWS": "*"}, "s3:*")
        assert statement["Resource"] == ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    plain, old = (statement["Condition"] for statement in tls_only("arn:aws:s3:::b"))
    assert plain == {"Bool": {"aws:SecureTransport": "false"}}
    assert old == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
