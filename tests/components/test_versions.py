from __future__ import annotations

from datetime import date, timedelta

import pytest

from components.versions import (
    ADDONS,
    AURORA_POSTGRESQL,
    AURORA_POSTGRESQL_VERSION,
    CACHE_NODE_TYPES,
    CHARTS,
    DATABASE_CLASSES,
    EKS,
    INSTANCE_TYPES,
    KUBERNETES,
    RDS_MYSQL,
    RDS_MYSQL_VERSION,
    RDS_POSTGRESQL,
    RDS_POSTGRESQL_VERSION,
    REDIS,
    SUPPORT_DATE,
    VALKEY,
    Lifecycle,
    Support,
    allocatable,
    cycle_of,
    in_support,
    reserved_cpu_millis,
    reserved_memory_mib,
    support,
    supported,
)

CALENDARS = {
    "eks": EKS,
    "aurora": AURORA_POSTGRESQL,
    "rds-postgresql": RDS_POSTGRESQL,
    "rds-mysql": RDS_MYSQL,
    "valkey": VALKEY,
    "redis": REDIS,
}


@pytest.mark.parametrize(
    ("calendar", "version"),
    [
        (EKS, KUBERNETES),
        (AURORA_POSTGRESQL, AURORA_POSTGRESQL_VERSION),
        (RDS_POSTGRESQL, RDS_POSTGRESQL_VERSION),
        (RDS_MYSQL, RDS_MYSQL_VERSION),
    ],
)
def test_what_we_pin_is_in_standard_support(calendar: dict[str, Lifecycle], version: str) -> None:
    assert in_support(calendar, version, SUPPORT_DATE)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 6, 1), Support.UNRELEASED),
        (date(2026, 6, 2), Support.STANDARD),
        (date(2027, 8, 2), Support.STANDARD),
        (date(2027, 8, 3), Support.EXTENDED),
        (date(2028, 8, 2), Support.EXTENDED),
        (date(2028, 8, 3), Support.ENDED),
    ],
)
def test_the_day_decides(on: date, expected: Support) -> None:
    assert support(EKS, "1.36", on) is expected


def test_versions_belong_to_their_line() -> None:
    for calendar, version, cycle in (
        (AURORA_POSTGRESQL, "17.9", "17"),
        (RDS_MYSQL, "8.4.10", "8.4"),
        (VALKEY, "8.1", "8.1"),
        (EKS, "1.36", "1.36"),
    ):
        found = cycle_of(calendar, version)
        assert found is not None
        assert found.cycle == cycle


@pytest.mark.parametrize("version", ["1.3", "1.360", "9", "", "latest", "1.99"])
def test_a_version_that_no_calendar_has_is_unknown(version: str) -> None:
    assert support(EKS, version, SUPPORT_DATE) is Support.UNKNOWN
    assert not in_support(EKS, version, SUPPORT_DATE)


def test_what_has_ended_is_refused_and_the_rest_offered() -> None:
    assert not in_support(EKS, "1.33", SUPPORT_DATE)
    assert not in_support(AURORA_POSTGRESQL, "13.23", SUPPORT_DATE)
    assert support(RDS_MYSQL, "8.0.46", SUPPORT_DATE) is Support.EXTENDED
    assert support(REDIS, "5.0", SUPPORT_DATE) is Support.EXTENDED
    assert supported(EKS, SUPPORT_DATE) == ("1.36", "1.35", "1.34")
    assert supported(EKS, date(2026, 12, 3)) == ("1.36", "1.35")


@pytest.mark.parametrize("name", CALENDARS)
def test_lives_run_forward(name: str) -> None:
    for life in CALENDARS[name].values():
        if life.standard_until is not None:
            assert life.released < life.standard_until
            if life.extended_until is not None:
                assert life.standard_until < life.extended_until
        assert cycle_of(CALENDARS[name], life.latest) is life


def test_eks_gives_fourteen_months_and_twelve_more() -> None:
    for life in EKS.values():
        assert life.standard_until is not None
        assert life.extended_until is not None
        assert timedelta(days=360) <= life.extended_until - life.standard_until <= timedelta(days=367)
        assert timedelta(days=418) <= life.standard_until - life.released <= timedelta(days=430)


# figures: awslabs/amazon-eks-ami, the table of pods an instance type that it shipped with AL2
@pytest.mark.parametrize(
    ("name", "pods"),
    [("t3.medium", 17), ("t3.large", 35), ("t3.xlarge", 58), ("m6i.large", 29), ("m6i.xlarge", 58)],
)
def test_pods_by_secondary_addresses(name: str, pods: int) -> None:
    assert INSTANCE_TYPES[name].max_pods(prefix_delegation=False) == pods


def test_prefix_delegation_gives_110_below_30_vcpu() -> None:
    assert all(t.max_pods(prefix_delegation=True) == 110 for t in INSTANCE_TYPES.values() if t.vcpu < 30)


@pytest.mark.parametrize(("vcpu", "kept"), [(1, 60), (2, 70), (4, 80), (8, 90), (64, 230)])
def test_cpu_that_the_kubelet_keeps(vcpu: int, kept: int) -> None:
    assert reserved_cpu_millis(vcpu) == kept


def test_memory_that_the_kubelet_keeps() -> None:
    assert reserved_memory_mib(29) == 11 * 29 + 255 + 100
    assert reserved_memory_mib(110) == 1565


def test_what_pods_may_ask_of_a_node() -> None:
    node = allocatable("m6i.xlarge", prefix_delegation=True)
    assert (node.cpu_millis, node.pods) == (3920, 110)
    assert 13_500 < node.memory_mib < 14_819  # 16 GiB less what is kept
    with pytest.raises(KeyError):
        allocatable("m6i.mega", prefix_delegation=True)


def test_sizes_of_the_stacks_are_known() -> None:
    assert {"t3.xlarge", "m6i.large", "m6i.xlarge", "m5.large", "r6i.large", "r6i.xlarge"} <= set(INSTANCE_TYPES)
    assert {"db.t4g.medium", "db.m6g.large", "db.r6g.large", "db.r6g.xlarge"} <= set(DATABASE_CLASSES)
    assert {"cache.t4g.micro", "cache.t4g.small", "cache.t4g.medium"} <= set(CACHE_NODE_TYPES)


def test_sizes_agree_with_their_names() -> None:
    for name, kind in INSTANCE_TYPES.items():
        family, size = name.split(".")
        assert kind.vcpu == {"medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}[size]
        assert (kind.arch == "arm64") is family.endswith("g")


def test_m5_and_m6i_have_four_gib_a_vcpu_and_r6i_eight() -> None:
    assert INSTANCE_TYPES["m5.large"].memory_gib == 8
    assert INSTANCE_TYPES["t3.large"].memory_gib == 8
    assert INSTANCE_TYPES["t3.medium"].memory_gib == 4
    assert INSTANCE_TYPES["t3.xlarge"].memory_gib == 16
    assert INSTANCE_TYPES["r6i.large"].memory_gib == 16
    assert INSTANCE_TYPES["c6i.large"].memory_gib == 4


def test_aurora_runs_on_no_general_purpose_class() -> None:
    assert not any(c.aurora for c in DATABASE_CLASSES.values() if c.name.startswith("db.m"))


def test_pins_are_exact_and_dated() -> None:
    for chart in CHARTS.values():
        assert chart.version.lstrip("v")[0].isdigit()
        assert chart.seen <= SUPPORT_DATE
        assert chart.repository.startswith(("https://", "oci://"))
        if chart.oci:
            assert chart.repository.rsplit("/", 1)[1] == chart.name
    for addon in ADDONS.values():
        assert "-eksbuild." in addon.version
        assert addon.evidence
    assert ADDONS["kube-proxy"].version.startswith(f"v{KUBERNETES}.")
