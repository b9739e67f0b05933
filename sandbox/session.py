"""One command about one stack: the program, the packs beside it, and what is shown and written."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sandbox import clock
from sandbox.engine import ResourceFailed, SandboxError, Timings, run_program
from sandbox.exits import GOOD, STOPPED
from sandbox.model import Run
from sandbox.policies.model import Verdict
from sandbox.refusals import CallRefused, ProgramFailed
from sandbox.report import Outcome, Seconds, full, outcome
from sandbox.state import State
from sandbox.ui import report as ui
from sandbox.ui.console import for_people, for_programs, indented
from sandbox.ui.progress import Progress
from sandbox.ui.words import count, seconds

if TYPE_CHECKING:
    from rich.console import Console

    from sandbox.cost import CostReport
    from sandbox.engine.project import Config, Project
    from sandbox.model import Resource
    from sandbox.paths import Paths
    from sandbox.policies.runner import Packs
    from sandbox.preview import Plan
    from sandbox.ui.tree import Detail

_STACK_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Options:
    """What a command was called with."""

    stack: str
    root: Path
    as_json: bool = False
    policies: bool = True
    fail: Sequence[str] = ()
    detail: Detail = "folded"


@dataclass
class Session:
    """A command under way."""

    options: Options
    began: float = field(default_factory=clock.started)
    timings: Timings = field(default_factory=Timings)

    def __post_init__(self) -> None:
        self.console: Console = for_people(to_stderr=self.options.as_json)
        self.state = State(self.options.root, self.options.stack)

    # --- the commands ---------------------------------------------------------------------------------------------

    def up(self) -> int:
        """Run, judge, write, show."""
        project, config = self._open()
        self.state.refuse_unwritable()
        expected = self._expected()
        with self._packs(project, config) as packs:
            run, failed = self._run(packs, expected=expected)
            verdict = self._verdict(packs, run, failed)
        self._check_fail(failed)
        result: Outcome = "failed" if failed else "stopped" if verdict.stops else "passed"
        deployment = self.state.write(run, outcome(run, verdict, result, failed), good=result == "passed")
        cost = self._cost(run, failed)
        took = Seconds.of(self.timings, self.began, verdict.seconds)
        self._show_tree(run)
        self._show_policies(verdict, failed)
        self._show_cost(cost)
        if result == "passed":
            self._show_outputs(run)
        self._show_failure(failed)
        self._show_files(deployment, result)
        self._close(result, run, verdict, took, cost=cost)
        self._print(full(run, verdict, result, failed=failed, seconds=took, cost=cost))
        return GOOD if result == "passed" else STOPPED

    def preview(self) -> int:
        """Run against the last good run, judge, show what would change."""
        project, config = self._open()
        prior = self.state.read()
        with self._packs(project, config, preview=True) as packs:
            run, failed = self._run(packs, expected=len(prior.resources) if prior else 0, preview=True, prior=prior)
            verdict = self._verdict(packs, run, failed)
        self._check_fail(failed)
        from sandbox.preview import plan  # noqa: PLC0415 - only this command compares; it needs the SDKs

        changes = plan(run, prior)
        result: Outcome = (
            "failed" if failed else "stopped" if verdict.stops else "refused" if changes.refused else "passed"
        )
        cost = self._cost(run, failed)
        took = Seconds.of(self.timings, self.began, verdict.seconds)
        if failed is None:
            self._show_plan(changes, prior)
        self._show_policies(verdict, failed)
        self._show_cost(cost)
        self._show_failure(failed)
        self._close(result, run, verdict, took, changes, cost=cost)
        shown = changes if failed is None else None
        self._print(full(run, verdict, result, failed=failed, seconds=took, changes=shown, cost=cost))
        return GOOD if result == "passed" else STOPPED

    def render(self, to: Path | None) -> int:
        """Run and write the Kubernetes objects as YAML."""
        from sandbox.owned import refuse_foreign, replace  # noqa: PLC0415 - only this command writes a tree
        from sandbox.render import render  # noqa: PLC0415

        self._open()
        directory = to if to is not None else self.state.directory / "rendered"
        refuse_foreign(directory)
        run, failed = self._run(None, expected=self._expected())
        if failed is not None:
            raise failed
        manifests = render(run)
        written = replace(directory, manifests.files)
        if not self.options.as_json:
            shown = _relative(directory)
            what = f"{count(manifests.objects, 'object')}, {count(manifests.releases, 'Helm release')}"
            changed = f"{written.added} new, {written.changed} changed, {written.removed} gone"
            ui.closing(self.console, f"rendered {self.options.stack}", f"{what} in {shown}: {changed}", good=True)
        self._print(
            {
                "stack": self.options.stack,
                "directory": str(directory),
                "objects": manifests.objects,
                "releases": manifests.releases,
                "files": list(manifests.files),
                "seconds": Seconds.of(self.timings, self.began, 0.0).plain(),
            }
        )
        return GOOD

    def delivered(self, to: Path | None) -> int:
        """Write what the program leaves to Argo CD, as YAML. Its settings say it all: nothing is run."""
        from sandbox.delivered import delivered  # noqa: PLC0415 - only this command
        from sandbox.owned import replace  # noqa: PLC0415

        project, config = self._open()
        directory = to if to is not None else self.state.directory / "delivered"
        files = delivered(project, config, self.options.stack)
        written = replace(directory, files)
        if not self.options.as_json:
            changed = f"{written.added} new, {written.changed} changed, {written.removed} gone"
            what = f"{count(len(files), 'object')} for Argo CD in {_relative(directory)}: {changed}"
            ui.closing(self.console, f"rendered {self.options.stack}", what, good=True)
        self._print({"stack": self.options.stack, "directory": str(directory), "files": list(files)})
        return GOOD

    def paths(self) -> int:
        """Run, and show who may reach whom: as declared, and as the rendered policies have it."""
        from sandbox.paths import paths, report  # noqa: PLC0415 - only this command asks for paths

        project, config = self._open()
        run, failed = self._run(None, expected=self._expected())
        if failed is not None:
            raise failed
        found = paths(project, config, run)
        good = not found.missing and not found.extra
        self._show_paths(found)
        if not self.options.as_json:
            number = count(sum(len(declared) for declared in found.declared.values()), "path")
            text = "the rendered policies open what is declared and nothing else between pods"
            wrong = f"{count(len(found.missing) + len(found.extra), 'difference')} to the rendered policies"
            ui.closing(self.console, f"{self.options.stack}: {number}", text if good else wrong, good=good)
        self._print(report(self.options.stack, found))
        return GOOD if good else STOPPED

    # --- their parts ----------------------------------------------------------------------------------------------

    def _open(self) -> tuple[Project, Config]:
        from sandbox.engine.project import Config, Project  # noqa: PLC0415 - needs the YAML reader

        project = Project.load(self.options.root.resolve())
        if not _STACK_NAME.fullmatch(self.options.stack):
            there = ", ".join(project.stacks()) or "none"
            raise CallRefused(f"{self.options.stack!r} is no name of a stack; stacks here: {there}")
        config = Config.load(project, self.options.stack)
        ui.title(self.console, self.options.stack, project.name)
        return project, config

    def _expected(self) -> int:
        """How many resources the last good run had, for the progress."""
        # An export has one resource a line and a few lines around them: near enough for a progress.
        with contextlib.suppress(OSError), self.state.last.open("rb") as file:
            return max(0, sum(1 for _ in file) - 5)
        return 0

    @contextlib.contextmanager
    def _packs(self, project: Project, config: Config, *, preview: bool = False) -> Iterator[Packs | None]:
        if not self.options.policies:
            yield None
            return
        from sandbox.policies.runner import Packs  # noqa: PLC0415 - it needs processes

        with Packs(project.root, project.name, self.options.stack, preview=preview, config=config.values) as packs:
            yield packs

    def _run(
        self, packs: Packs | None, *, expected: int, preview: bool = False, prior: Run | None = None
    ) -> tuple[Run, ResourceFailed | None]:
        """The program's run; with a resource that failed, what had been made before it."""
        options = self.options
        with Progress(self.console, expected=expected) as progress:

            def on_resource(resource: Resource) -> None:
                progress.resource(resource)
                if packs is not None:
                    packs.feed(resource)

            try:
                with _program_prints_to_stderr(enabled=options.as_json):
                    run = run_program(
                        options.stack,
                        root=options.root.resolve(),
                        preview=preview,
                        prior=prior,
                        fail=options.fail,
                        on_resource=on_resource,
                        timings=self.timings,
                    )
            except ResourceFailed as failed:
                if failed.run is None:
                    raise
                return failed.run, failed
            except SandboxError:
                raise
            except SystemExit as ended:
                raise ProgramFailed(f"the program ended itself with status {ended.code}") from None
            except Exception as broke:
                raise ProgramFailed(_own_trace(broke)) from broke
            if packs:
                progress.phase("waiting for the packs")
            return run, None

    def _verdict(self, packs: Packs | None, run: Run, failed: ResourceFailed | None) -> Verdict:
        """What the packs say; of a run that failed, nothing: half a stack breaks rules that the whole one keeps."""
        return packs.verdict(run) if packs is not None and failed is None else Verdict()

    def _cost(self, run: Run, failed: ResourceFailed | None) -> CostReport | None:
        """What the stack would cost; of a run that failed, nothing: half a stack costs half."""
        if failed is not None:
            return None
        from sandbox.cost import estimate  # noqa: PLC0415 - a run that fails needs none

        return estimate(run)

    def _check_fail(self, failed: ResourceFailed | None) -> None:
        if self.options.fail and failed is None:
            named = ", ".join(self.options.fail)
            raise CallRefused(f"--fail {named}: the program creates nothing of that type and name")

    # --- showing --------------------------------------------------------------------------------------------------

    def _show_tree(self, run: Run) -> None:
        if self.options.detail == "none" or self.options.as_json:
            return
        from sandbox.ui.tree import tree  # noqa: PLC0415 - only where it is shown

        ui.heading(self.console, "Resources", f"{len(run.resources):,}")
        self.console.print(indented(tree(run.resources, full=self.options.detail == "full")))

    def _show_policies(self, verdict: Verdict, failed: ResourceFailed | None) -> None:
        if failed is not None:
            return
        from sandbox.ui import verdict as shown  # noqa: PLC0415 - only where there is one

        if not verdict.packs:
            why = "not asked (--no-policies)" if not self.options.policies else "no packs in policies/"
            ui.heading(self.console, "Policies", why)
            return
        ui.heading(self.console, "Policies", shown.cost(verdict))
        self.console.print(indented(shown.verdict(verdict)), crop=False)

    def _show_cost(self, found: CostReport | None) -> None:
        if found is None or self.options.as_json:
            return
        from sandbox.ui.cost import BESIDE, cost  # noqa: PLC0415 - only where it is shown

        ui.heading(self.console, "Cost", BESIDE)
        self.console.print(indented(cost(found)))

    def _show_plan(self, changes: Plan, prior: Run | None) -> None:
        if self.options.as_json:
            return
        from sandbox.ui.plan import plan as shown  # noqa: PLC0415 - only where there is one

        against = "against the last `up`" if prior is not None else "there has been no `up` yet: all is new"
        ui.heading(self.console, "Changes", against)
        self.console.print(indented(shown(changes, full=self.options.detail == "full")), crop=False)

    def _show_paths(self, found: Paths) -> None:
        if self.options.as_json:
            return
        from sandbox.ui import paths as shown  # noqa: PLC0415 - only where they are shown

        for cluster, declared in found.declared.items():
            ui.heading(self.console, "Declared", f"{cluster}: who is reached, and by whom")
            self.console.print(indented(shown.declared(declared)))
            reasoned = [path for path in declared if path.reason]
            if reasoned:
                ui.heading(self.console, "Exceptions", "open for a written reason only")
                self.console.print(indented(shown.exceptions(reasoned)))
        ui.heading(self.console, "Rendered", "what the network policies open, evaluated anew")
        self.console.print(indented(shown.opened(found.opened)))
        if found.missing or found.extra:
            ui.heading(self.console, "Differences")
            self.console.print(indented(shown.differences(found.missing, found.extra)), crop=False)

    def _show_outputs(self, run: Run) -> None:
        if run.outputs and not self.options.as_json:
            ui.heading(self.console, "Outputs")
            self.console.print(indented(ui.outputs(run.outputs)))

    def _show_failure(self, failed: ResourceFailed | None) -> None:
        if failed is not None:
            self.console.print()
            text = "\n".join([*failed.reasons, failed.urn])
            ui.problem(self.console, f"{failed.type} {failed.name} could not be made", text)

    def _show_files(self, deployment: Path, result: Outcome) -> None:
        if self.options.as_json:
            return
        what = "the deployment, as `pulumi stack export` gives it"
        if result != "passed":
            what += "; what was refused, so a preview still compares with the last good run"
        ui.heading(self.console, "Files")
        files = [(deployment, what), (deployment.with_name("verdict.json"), "the verdict, every violation")]
        self.console.print(indented(ui.files((_relative(path), text) for path, text in files)))

    def _close(
        self,
        result: Outcome,
        run: Run,
        verdict: Verdict,
        took: Seconds,
        changes: Plan | None = None,
        *,
        cost: CostReport | None,
    ) -> None:
        stack = self.options.stack
        good = result == "passed"
        number = count(len(run.resources), "resource")
        if result == "stopped":
            text = f"{stack} is stopped by {count(len(verdict.mandatory), 'mandatory violation')}"
        elif result == "failed":
            text = f"{stack} failed after {number}"
        elif result == "refused":
            text = f"{stack} would lose what is protected"
        elif changes is not None:
            text = f"{stack}: {count(len(changes.changes), 'change')}"
        else:
            text = f"{stack} is up in the sandbox: {number}"
        times = {"imports": took.sdk_import, "program": took.program}
        if verdict.packs:
            times["packs after it"] = took.policies
        figures = [*_violations(verdict, good=good), *_budget(cost)]
        ui.closing(
            self.console, text, ", ".join(figures), good=good, below=f"{seconds(took.total)}: {ui.timing(times)}"
        )

    def _print(self, report: object) -> None:
        if self.options.as_json:
            for_programs(json.dumps(report, ensure_ascii=False))


def _violations(verdict: Verdict, *, good: bool) -> Iterator[str]:
    """What the packs found, in a word; the closing line of a stack that they stop says it already."""
    if verdict.packs and good:
        number = len(verdict.advisory)
        yield count(number, "advisory violation") if number else "no violation"


def _budget(cost: CostReport | None) -> Iterator[str]:
    if cost is not None and cost.budget_usd is not None:
        yield f"{cost.monthly_usd:,.0f} of {cost.budget_usd:,.0f} USD a month"


@contextlib.contextmanager
def _program_prints_to_stderr(*, enabled: bool) -> Iterator[None]:
    """Standard output is for one JSON object: what the program prints goes beside it."""
    if not enabled:
        yield
        return
    with contextlib.redirect_stdout(sys.stderr):
        yield


def _relative(path: Path) -> Path:
    with contextlib.suppress(ValueError):
        return path.resolve().relative_to(Path.cwd())
    return path


def _own_trace(broke: BaseException) -> str:
    """The stack trace without the sandbox's, the SDK's and Python's own frames, unless nothing is left then."""
    import traceback  # noqa: PLC0415 - only where a program broke

    here = Path(__file__).parent
    frames = traceback.extract_tb(broke.__traceback__)
    own = [
        frame
        for frame in frames
        if "site-packages" not in frame.filename
        and not frame.filename.startswith("<frozen")
        and Path(sys.base_prefix) not in Path(frame.filename).parents
        and here not in Path(frame.filename).parents
    ]
    shown = traceback.format_list(own or frames[-3:])
    return "".join(["Traceback (most recent call last):\n", *shown, *traceback.format_exception_only(broke)]).rstrip()
