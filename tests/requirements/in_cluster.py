"""What runs in the cluster: operators, namespaces, MCP servers, agents, applications, delivery."""

from __future__ import annotations

from tests.requirements.model import NONE, THERE, Line, among, at_least, by, count, exactly, matching

_RELEASE = "kubernetes:helm.sh/v3:Release::main"
_FULL = ("staging", "production")
_EVERYWHERE = (
    "external-dns",
    "aws-load-balancer-controller",
    "external-secrets",
    "metrics-server",
    "keda",
    "kube-prometheus-stack",
    "loki",
    "alloy",
)
_ELSEWHERE = ("cert-manager", "karpenter", "velero", "falco", "argo-cd")
_APPS = "toolboxai-*"
_DELIVERED = by(staging=count(1), production=count(1))

OPERATORS = (
    *(Line(f"{name}, pinned", f"{_RELEASE}/{name}#version", matching(r"^v?\d+\.\d+\.\d+$")) for name in _EVERYWHERE),
    *(
        Line(
            f"{name}, pinned, on the full list",
            f"{_RELEASE}/{name}#version",
            by(dev=NONE, staging=THERE, production=THERE),
        )
        for name in _ELSEWHERE
    ),
    Line(
        "Kyverno is a choice",
        "test:tests/components/cluster_services/test_signatures.py::test_the_setting_brings_kyverno_and_nothing_else_does",
    ),
    Line(
        "Values are keys of the pinned chart",
        "test:tests/components/operators/test_values.py::test_every_key_is_one_of_the_charts",
    ),
    Line(
        "Footprints say which text was read",
        "test:tests/components/operators/test_catalog.py::test_a_chart_of_pods_says_which_text_was_read",
    ),
    Line(
        "Footprints are what the values ask for",
        "test:tests/components/operators/test_values.py::test_values_carry_exactly_the_footprints_resources",
    ),
    Line("A failed installation leaves nothing behind", f"{_RELEASE}/*#atomic", exactly(True)),
    Line(
        "The load balancer controller's mutating webhook for Services is off",
        f"{_RELEASE}/aws-load-balancer-controller#values.enableServiceMutatorWebhook",
        False,
    ),
    Line(
        "What controllers make is tagged",
        f"{_RELEASE}/aws-load-balancer-controller#values.defaultTags.Project",
        "toolboxai",
    ),
    Line(
        "A SecretStore a namespace, by a role of its own",
        "object:SecretStore::*/secrets-manager#spec.provider.aws.role",
        at_least(4),
    ),
    Line(
        "Velero: schedules",
        f"{_RELEASE}/velero#values.schedules.frequent.schedule",
        by(staging="20 */3 * * *", production="20 */3 * * *"),
    ),
    Line("Velero: daily", f"{_RELEASE}/velero#values.schedules.daily.template.ttl", by(production="840h0m0s")),
    Line(
        "Falco by capabilities, not privileged",
        f"{_RELEASE}/falco#values.driver.modernEbpf.leastPrivileged",
        by(staging=True, production=True),
    ),
    Line(
        "Argo CD: no administrator",
        f"{_RELEASE}/argo-cd#values.configs.cm.<admin.enabled>",
        by(staging="false", production="false"),
    ),
)

NAMESPACES = (
    *(
        Line(
            f"Namespace {name} at restricted",
            f"object:Namespace::{name}#metadata.labels.<pod-security.kubernetes.io/enforce>",
            "restricted",
        )
        for name in (
            "mcp",
            "mcp-agents",
            "database",
            "monitoring",
            "external-secrets",
            "toolboxai-system",
            "toolboxai-*",
        )
    ),
    Line(
        "node-agents alone is privileged",
        "object:Namespace::node-agents#metadata.labels.<pod-security.kubernetes.io/enforce>",
        "privileged",
    ),
    Line(
        "Every namespace has a default deny",
        "test:tests/stacks/test_kubernetes.py::test_every_namespace_of_ours_is_closed_and_says_its_level",
    ),
    Line(
        "Quota of the applications: processors asked for",
        f"object:ResourceQuota::{_APPS}/quota#spec.hard.<requests.cpu>",
        by(production=matching(r"^\d+$")),
    ),
    Line(
        "Quota of the applications: memory asked for",
        f"object:ResourceQuota::{_APPS}/quota#spec.hard.<requests.memory>",
        by(production=matching(r"^\d+Gi$")),
    ),
    Line(
        "Quota of the applications: volumes",
        f"object:ResourceQuota::{_APPS}/quota#spec.hard.persistentvolumeclaims",
        by(dev="5", production="10"),
    ),
    Line(
        "Quota of the applications: load balancers",
        f"object:ResourceQuota::{_APPS}/quota#spec.hard.<services.loadbalancers>",
        by(production="3"),
    ),
    *(
        Line(f"Admission: {name}", f"object:ValidatingAdmissionPolicy::{name}#spec.failurePolicy", "Fail")
        for name in (
            "read-only-root",
            "requests-and-limits",
            "probes",
            "exact-tags",
            "allowed-registries",
            "labels",
            "no-host-paths",
        )
    ),
    Line(
        "Admission is bound by a label of our namespaces",
        "test:tests/stacks/test_admission.py::test_they_bind_where_our_own_pods_run",
    ),
    Line(
        "Team roles", "test:tests/stacks/test_team_access.py::test_every_group_of_an_access_entry_is_bound_and_no_other"
    ),
)

DATABASE_ACCESS = (
    Line(
        "PgBouncer: transaction pooling",
        "object:ConfigMap::database/pgbouncer-files#data.<00-pgbouncer.ini>",
        matching(r"(?m)^pool_mode = transaction$"),
    ),
    Line(
        "PgBouncer: 20 a pool",
        "object:ConfigMap::database/pgbouncer-files#data.<00-pgbouncer.ini>",
        matching(r"(?m)^default_pool_size = 20$"),
    ),
    Line(
        "PgBouncer: 40 at most",
        "object:ConfigMap::database/pgbouncer-files#data.<00-pgbouncer.ini>",
        matching(r"(?m)^max_db_connections = 40$"),
    ),
    Line(
        "PgBouncer: TLS to the server, verified",
        "object:ConfigMap::database/pgbouncer-files#data.<00-pgbouncer.ini>",
        matching(r"(?m)^server_tls_sslmode = verify-full$"),
    ),
    Line("Bootstrap job", "object:Job::database/database-bootstrap", count(1)),
    *(
        Line(f"{name} in monitoring", f"object:Service::monitoring/{name}", count(1), _FULL)
        for name in ("postgres-exporter", "pgbouncer-exporter", "redis-exporter-queue", "blackbox-exporter")
    ),
)

MCP = (
    Line("At least four servers", "object:Service::mcp/*", at_least(4)),
    Line("The main server on 9877", "object:Service::mcp/context#spec.ports.*.port", exactly(9877)),
    Line(
        "/health and /metrics",
        "object:Deployment::mcp/context#spec.template.spec.containers.*.livenessProbe.httpGet.path",
        "/health",
    ),
    Line("Metrics are read", "object:ServiceMonitor::mcp/context#spec.endpoints.*.path", "/metrics"),
    Line(
        "Both transports",
        "test:tests/components/mcp_platform/test_workloads.py::test_streamable_http_is_stateless_and_websocket_sticky",
    ),
    Line(
        "Context store by an identity of its own",
        "aws:eks:PodIdentityAssociation::main-mcp-context#serviceAccount",
        "context",
    ),
    Line(
        "Tools are enforced at a gateway",
        "test:tests/components/mcp_platform/test_tool_gateway.py::test_listed_tools_pass_and_no_others",
    ),
    Line(
        "Hosts outside by the proxy, a listener a caller",
        "test:tests/components/mcp_platform/test_egress.py::test_each_caller_has_a_listener_with_its_own_hosts_only",
    ),
    Line(
        "Token check, and the well-known path",
        "test:tests/components/mcp_platform/test_outside.py::test_nobody_passes_without_a_token_nor_learns_more",
    ),
    Line("Autoscaling", "object:HorizontalPodAutoscaler::mcp/context#spec.maxReplicas", by(dev=2, production=6)),
)

AGENTS = (
    Line("Coordinator on 8888", "object:Service::mcp-agents/coordinator#spec.ports.*.port", exactly(8888)),
    *(
        Line(f"Agent {name}", f"object:Deployment::mcp-agents/{name}", count(1))
        for name in ("supervisor", "content", "quiz", "terrain", "script", "review")
    ),
    Line("Scaled by its queue", "object:ScaledObject::mcp-agents/*#spec.triggers.*.type", exactly("redis")),
    Line("A service account each", "object:ServiceAccount::mcp-agents/*", at_least(7)),
    Line("Model access by identity", "aws:eks:PodIdentityAssociation::main-mcp-agents-*", count(6)),
    Line(
        "Priority class", "object:Deployment::mcp-agents/supervisor#spec.template.spec.priorityClassName", "agents-high"
    ),
    Line("Disruption budget", "object:PodDisruptionBudget::mcp-agents/coordinator", count(1), _FULL),
    Line(
        "LLM budget a day, alerted on",
        "test:tests/components/observability/test_alerts.py::test_an_agent_that_spends_its_budget_is_told",
    ),
    Line(
        "A new agent is a few lines",
        "test:tests/components/agent_fleet/test_workloads.py::test_a_new_agent_is_a_few_lines",
    ),
    Line(
        "Approval within an agent's tools, an unknown server, a refused profile",
        "test:tests/components/agent_fleet/test_settings.py::test_between_agents_and_servers",
    ),
)

_BACKEND = f"object:Deployment::{_APPS}/backend#spec.template.spec.containers.*"
_SCALER = f"object:HorizontalPodAutoscaler::{_APPS}/backend#spec"
APPLICATIONS = (
    *(
        Line(f"{name} on {port}", f"object:Service::{_APPS}/{name}#spec.ports.*.port", among(port))
        for name, port in (("backend", 8009), ("websocket", 9876), ("flower", 5555))
    ),
    *(
        Line(name, f"object:Deployment::{_APPS}/{name}", count(1))
        for name in ("dashboard", "api-gateway", "roblox-sync", "celery-worker", "celery-beat", "flask-bridge")
    ),
    Line("backend: liveness", f"{_BACKEND}.livenessProbe.httpGet.path", "/health"),
    Line("backend: readiness", f"{_BACKEND}.readinessProbe.httpGet.path", "/ready"),
    Line("Liveness every 10 s", f"{_BACKEND}.livenessProbe.periodSeconds", 10),
    Line("Liveness after 30 s", f"{_BACKEND}.livenessProbe.initialDelaySeconds", 30),
    Line("Readiness every 5 s", f"{_BACKEND}.readinessProbe.periodSeconds", 5),
    Line("Startup budget of 40 s", f"{_BACKEND}.startupProbe.failureThreshold", 8),
    Line("backend: limits", f"{_BACKEND}.resources.limits.memory", by(production="1Gi")),
    Line("backend: 3 to 10", f"{_SCALER}.minReplicas", by(production=3)),
    Line("backend: 10 at most", f"{_SCALER}.maxReplicas", by(production=10)),
    Line(
        "backend: 70 % of processor",
        f"{_SCALER}.metrics[type=Resource].resource.target.averageUtilization",
        by(production=exactly(70, 80)),
    ),
    Line("Down: window of 300 s", f"{_SCALER}.behavior.scaleDown.stabilizationWindowSeconds", 300),
    Line("Up: window of 60 s", f"{_SCALER}.behavior.scaleUp.stabilizationWindowSeconds", 60),
    Line("celery-worker twice", f"object:Deployment::{_APPS}/celery-worker#spec.replicas", by(production=2)),
    Line("celery-beat never twice", f"object:Deployment::{_APPS}/celery-beat#spec.strategy.type", "Recreate"),
    Line(
        "/ws/ leads to websocket",
        f"object:HTTPRoute::{_APPS}/websocket#spec.rules.*.matches.*.path.value",
        among("/ws/"),
    ),
    Line(
        "websocket is sticky",
        f"object:TargetGroupConfiguration::{_APPS}/websocket#spec.defaultConfiguration.targetGroupAttributes[key=stickiness.enabled].value",
        "true",
    ),
    Line(
        "websocket for 3,600 s",
        "object:LoadBalancerConfiguration::toolboxai-system/public#spec.loadBalancerAttributes[key=idle_timeout.timeout_seconds].value",
        "3600",
    ),
    Line(
        "api.<domain>",
        f"object:HTTPRoute::{_APPS}/api-gateway#spec.hostnames.*",
        by(production=among("api.toolboxai.example.com")),
    ),
    Line(
        "flower behind authentication",
        f"object:HTTPRoute::{_APPS}/flower#spec.rules.*.filters.*.extensionRef.kind",
        exactly("ListenerRuleConfiguration"),
    ),
    Line("Migration before", f"object:Job::{_APPS}/backend-migrate", count(1)),
    Line(
        "Smoke test after",
        "test:tests/components/applications/test_application_workloads.py::test_a_release_waits_for_its_migration_and_the_smoke_test_for_the_release",
    ),
    Line(
        "AIVO's services are settings only",
        "test:tests/components/applications/test_application_workloads.py::test_another_products_services_are_settings_only",
    ),
)

_SYNC = "object:Application::argocd/*#spec.syncPolicy"
DELIVERY = (
    Line("App of apps", "object:Application::argocd/root", _DELIVERED),
    Line("Projects", "object:AppProject::argocd/*", by(dev=NONE, staging=at_least(3), production=at_least(3))),
    Line(
        "Projects: nothing of the whole cluster",
        "object:AppProject::argocd/*#spec.clusterResourceWhitelist.*",
        by(production=NONE),
    ),
    Line("Sync: prunes", f"{_SYNC}.automated.prune", by(staging=exactly(True), production=exactly(True))),
    Line("Sync: heals", f"{_SYNC}.automated.selfHeal", by(staging=exactly(True), production=exactly(True))),
    Line(
        "Sync: never to nothing", f"{_SYNC}.automated.allowEmpty", by(staging=exactly(False), production=exactly(False))
    ),
    Line("Retry: 5 times", f"{_SYNC}.retry.limit", by(production=exactly(5))),
    Line("Retry: from 5 s", f"{_SYNC}.retry.backoff.duration", by(production=exactly("5s"))),
    Line("Retry: twice as long", f"{_SYNC}.retry.backoff.factor", by(production=exactly(2))),
    Line("Retry: 3 m at most", f"{_SYNC}.retry.backoff.maxDuration", by(production=exactly("3m"))),
    Line("Sync windows", "object:AppProject::argocd/applications#spec.syncWindows.*.kind", by(production=THERE)),
    Line(
        "The bridge",
        "object:Secret::argocd/in-cluster#metadata.labels.<argocd.argoproj.io/secret-type>",
        by(production="cluster"),
    ),
    Line("Nothing is owned twice", "test:tests/stacks/test_delivery.py::test_nothing_is_owned_twice"),
    Line(
        "Production's manifests are goldens",
        "test:tests/stacks/test_delivery.py::test_what_pull_requests_would_change_in_production_is_shown",
    ),
)
