from __future__ import annotations

from collections.abc import Callable

import pytest

from components.context import Environment
from components.operators.catalog import selection
from components.operators.footprint import Profile
from components.operators.operator import BackupSchedule, ClusterBackups, Site, Telemetry

MakeSite = Callable[[Environment], Site]


@pytest.fixture
def site() -> MakeSite:
    def make(tier: Environment) -> Site:
        return Site(
            platform="toolboxai",
            env=tier,
            profile=Profile.of(tier),
            region="us-east-1",
            cluster=f"toolboxai-{tier}-main",
            domain="toolboxai.example.com",
            registry="111122223333.dkr.ecr.us-east-1.amazonaws.com",
            tags={"Project": "toolboxai", "DataClass": "internal"},
            operators=frozenset(selection(tier)),
            vpc_id="vpc-0123456789abcdef0",
            logs_bucket=f"toolboxai-{tier}-loki-111122223333-us-east-1",
            logs_key_arn="arn:aws:kms:us-east-1:111122223333:alias/toolboxai-logs",
            telemetry=Telemetry(log_days=90, metrics_days=30, metrics_gib=None),
            interruption_queue=f"toolboxai-{tier}-karpenter",
            keep_volumes=tier == "production",
            backups=ClusterBackups(
                bucket=f"toolboxai-{tier}-velero-111122223333-us-east-1",
                key_arn="arn:aws:kms:us-east-1:111122223333:alias/toolboxai-backups",
                volumes_key_arn="arn:aws:kms:us-east-1:111122223333:alias/toolboxai-volumes",
                schedule=BackupSchedule(every_hours=3, keep_days=35, keep_frequent_days=1),
            ),
        )

    return make
