"""Both packs beside a run: started first, fed while the program registers, asked for the verdict at the end.

The program never waits for a pack. ``feed`` puts a resource into a queue; a thread of its own makes the message, once
for all packs, and sends it to each; the packs answer when they can. ``verdict`` then waits for what is outstanding and
has the whole stack judged, by all packs at once.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from sandbox.policies.config import PolicyConfig
from sandbox.policies.model import LEVELS, PackFailed, PackReport, Remediated, Verdict, Violation
from sandbox.policies.server import Answer, PackServer

if TYPE_CHECKING:
    from pulumi.runtime.proto import analyzer_pb2

    from sandbox.model import Resource, Run

RESOURCE_RULE: Final = 1
STACK_RULE: Final = 2
"""``POLICY_TYPE_RESOURCE`` and ``POLICY_TYPE_STACK`` of the analyzer protocol."""
WINDOW: Final = 256
"""Requests that a pack may have before it at once: thousands make its server give some up."""


def packs(root: Path) -> list[Path]:
    """The packs of a project: each directory of ``policies/`` that has a ``PulumiPolicy.yaml``, by name."""
    return sorted(path.parent for path in (root / "policies").glob("*/PulumiPolicy.yaml"))


def judged_by(root: Path) -> Path:
    """Whose packs judge the project in ``root``: its own, or if it has none those of the project that it stands in."""
    if not packs(root) and (root.parent / "Pulumi.yaml").is_file():
        return root.parent
    return root


@dataclass
class _Pack:
    server: PackServer
    answers: list[tuple[str, Answer]] = field(default_factory=list)


class Packs:
    """The packs that judge ``root``, for one run of ``stack``; a context manager, whose end is the end of every server.

    ``PolicyConfigRefused`` when made, or from ``verdict``, where the stack's policy configuration is wrong;
    ``PackFailed`` from ``verdict`` where a pack didn't start or broke.
    """

    def __init__(
        self, root: Path, project: str, stack: str, *, preview: bool = False, config: Mapping[str, str] | None = None
    ) -> None:
        root = judged_by(root)
        self._policy_config = PolicyConfig.load(root, stack)
        self._stack = (project, stack, preview, dict(config or {}))
        self._queue: queue.SimpleQueue[Resource | None] = queue.SimpleQueue()
        self._failure: Exception | None = None
        self._remediated: list[Remediated] = []
        self._violations: list[Violation] = []
        self._fed = 0
        self._closed = False
        self._packs: list[_Pack] = []
        environment = _environment(project, stack, preview=preview, config=self._stack[3])
        try:
            for directory in packs(root):
                self._packs.append(_Pack(PackServer(directory, environment)))
        except BaseException:
            self.close()
            raise
        self._sender = threading.Thread(target=self._send_all, name="policies", daemon=True)
        if self._packs:
            self._sender.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._packs)

    def feed(self, resource: Resource) -> None:
        """Have ``resource`` judged by its inputs. Returns at once."""
        self._fed += 1
        self._queue.put(resource)

    def verdict(self, run: Run) -> Verdict:
        """Wait for every answer, have the whole stack judged, and say what was found."""
        began = time.perf_counter()
        if not self._packs:
            return Verdict(resources=self._fed)
        self._queue.put(None)
        self._sender.join()
        if self._failure is not None:
            raise self._failure
        whole = self._ask_stack(run.resources)
        names = {resource.urn for resource in run.resources}
        root = next((r.urn for r in run.resources if r.type == "pulumi:pulumi:Stack"), "")
        for pack in self._packs:
            for urn, answer in pack.answers:
                self._note(pack.server, pack.server.answer(answer, urn), urn)
        for pack, answer in whole:
            response = pack.server.answer(answer, "the whole stack")
            self._note(pack.server, response, root, names)
        self.close()
        return Verdict(
            packs=[_report(pack.server) for pack in self._packs],
            violations=sorted(self._violations, key=Violation.order),
            remediated=sorted(self._remediated, key=lambda change: (change.pack, change.rule, change.urn)),
            resources=self._fed,
            seconds=time.perf_counter() - began,
        )

    def close(self) -> None:
        """End every server, whatever state it is in."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            for pack in self._packs:
                pack.server.stop()

    # --- the sender's thread --------------------------------------------------------------------------------------

    def _send_all(self) -> None:
        try:
            # By its first resource the program has imported the SDKs: imports here don't mix with its own, whose time
            # is measured. The servers have been starting meanwhile.
            first = self._queue.get()
            if not self._closed:
                self._connect()
                self._send(first)
        except Exception as problem:  # noqa: BLE001 - handed to the thread that wants the verdict
            if not self._closed:
                self._failure = problem

    def _connect(self) -> None:
        from pulumi.runtime.proto import analyzer_pb2  # noqa: PLC0415 - in this thread, beside the program's imports

        project, stack, preview, config = self._stack
        request = analyzer_pb2.AnalyzerStackConfigureRequest(
            stack=stack, project=project, organization="organization", dry_run=preview, config=config
        )
        for pack in self._packs:
            pack.server.connect(request)
        self._policy_config.refuse_unknown(rule for pack in self._packs for rule in pack.server.types)
        for pack in self._packs:
            pack.server.configure(self._policy_config)

    def _send(self, resource: Resource | None) -> None:
        from sandbox.policies.messages import Messages  # noqa: PLC0415 - it imports the protocol's messages

        self._messages = Messages()
        judging = [pack for pack in self._packs if pack.server.wants(RESOURCE_RULE)]
        remediating = [pack for pack in self._packs if pack.server.remediates]
        while resource is not None:
            request = self._messages.analyze(resource)
            for pack in remediating:
                self._remediate(pack.server, request)
            encoded = request.SerializeToString()
            for pack in judging:
                if len(pack.answers) >= WINDOW:
                    # It waits, and tells nothing: what went wrong is told when the answer is read.
                    pack.answers[-WINDOW][1].exception()
                pack.answers.append((resource.urn, pack.server.analyze(encoded)))
            resource = self._queue.get()

    def _remediate(self, server: PackServer, request: analyzer_pb2.AnalyzeRequest) -> None:
        for change in server.remediate(request).remediations:
            if change.diagnostic:
                self._violations.append(
                    Violation(server.name, change.policyName, "advisory", request.urn, change.diagnostic, unseen=True)
                )
                continue
            before, after = request.properties.fields, change.properties.fields
            keys = sorted(key for key in {*before, *after} if key not in before or before[key] != after.get(key))
            self._remediated.append(Remediated(server.name, change.policyName, request.urn, tuple(keys)))
            request.properties.CopyFrom(change.properties)

    # --- the verdict ----------------------------------------------------------------------------------------------

    def _ask_stack(self, resources: Sequence[Resource]) -> list[tuple[_Pack, Answer]]:
        judging = [pack for pack in self._packs if pack.server.wants(STACK_RULE)]
        if not judging:
            return []
        encoded = self._messages.analyze_stack(resources).SerializeToString()
        return [(pack, pack.server.analyze_stack(encoded)) for pack in judging]

    def _note(
        self,
        server: PackServer,
        response: analyzer_pb2.AnalyzeResponse,
        urn: str,
        names: set[str] | None = None,
    ) -> None:
        """Take over a response's violations, on ``urn`` unless a stack rule names a resource in ``names``."""
        for found in response.diagnostics:
            level = LEVELS[found.enforcementLevel]
            self._violations.append(
                Violation(
                    pack=server.name,
                    rule=found.policyName,
                    level="mandatory" if level == "remediate" else level,
                    urn=found.urn if names is not None and found.urn in names else urn,
                    message=found.message,
                    severity=server.severities.get(found.policyName, ""),
                    unseen=found.message.startswith("can't run policy ") and " during preview: " in found.message,
                )
            )


def _environment(project: str, stack: str, *, preview: bool, config: Mapping[str, str]) -> dict[str, str]:
    # What Pulumi's language host gives a pack (RunPlugin in pulumi-language-python/main.go).
    import json  # noqa: PLC0415 - only where there are packs

    return {
        "PULUMI_ORGANIZATION": "organization",
        "PULUMI_PROJECT": project,
        "PULUMI_STACK": stack,
        "PULUMI_DRY_RUN": "true" if preview else "false",
        "PULUMI_CONFIG": json.dumps(dict(config)),
    }


def _report(server: PackServer) -> PackReport:
    disabled = tuple(sorted(name for name, rule in server.rules.items() if rule.level == "disabled"))
    return PackReport(
        name=server.name,
        version=server.version,
        rules=len(server.rules) - len(disabled),
        disabled=disabled,
        cpu_seconds=round(server.cpu_seconds, 3),
        start_cpu_seconds=round(server.start_cpu_seconds, 3),
    )


__all__ = ["PackFailed", "Packs", "packs"]
