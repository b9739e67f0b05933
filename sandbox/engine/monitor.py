"""The resource monitor: what the engine would do with each registration, in process.

A subclass of the SDK's mock monitor, from which it has the list of features and the parts nothing here needs. Order of
a registration, as in the engine (pkg/resource/deploy/source_eval.go, 2026-08-21): inherit from the parent, run the
transforms, resolve the provider, check, create, record.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Final, NoReturn

from google.protobuf import empty_pb2
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import provider_pb2, resource_pb2

from sandbox.cloud import Cloud, Refused
from sandbox.engine import transforms
from sandbox.engine.errors import InvokeFailed, ResourceFailed, Unsupported
from sandbox.engine.order import in_order
from sandbox.engine.preview import Prior, standing
from sandbox.model import UNKNOWN, Properties, Resource, Run, Secret, Unknown
from sandbox.protocol import urns
from sandbox.protocol.convert import contains, to_python, to_struct
from sandbox.protocol.goal import Goal, alias_urn, not_done

if TYPE_CHECKING:
    from pulumi.runtime.proto import alias_pb2, callback_pb2

GET_RESOURCE: Final = "pulumi:pulumi:getResource"
Response = resource_pb2.RegisterResourceResponse
Later = Coroutine[Any, Any, Response]


class _NoMocks(Mocks):
    """The base class wants mocks; this monitor never asks them."""

    def call(self, args: MockCallArgs) -> Any:  # noqa: ANN401 - the SDK's own signature
        raise NotImplementedError(args.token)

    def new_resource(self, args: MockResourceArgs) -> Any:  # noqa: ANN401 - the same
        raise NotImplementedError(args.typ)


class SandboxMonitor(MockMonitor):
    """Records everything a program registers, as checked and made by the simulated ``cloud``.

    ``denied`` are the packages whose default provider is switched off (``*``: all). Nothing here blocks; all of it
    runs on the program's own loop, so there are no locks.
    """

    def __init__(
        self,
        project: str,
        stack: str,
        cloud: Cloud,
        *,
        preview: bool = False,
        prior: Prior | None = None,
        denied: frozenset[str] = frozenset(),
        on_resource: Callable[[Resource], None] | None = None,
    ) -> None:
        super().__init__(_NoMocks())
        self._project = project
        self._stack = stack
        self._cloud = cloud
        self._preview = preview
        self._prior = prior
        self._denied = denied
        self._on_resource = on_resource
        self._goals: dict[str, Goal] = {}
        self._recorded: dict[str, Resource] = {}
        self._output_dependencies: dict[str, dict[str, list[str]]] = {}
        self._transforms = transforms.Transforms()

    # --- what the rest of the engine asks ---------------------------------------------------------------------

    def run(self) -> Run:
        """What has been recorded so far, in dependence order."""
        root = next((r for r in self._recorded.values() if r.type == urns.STACK_TYPE), None)
        outputs = root.outputs if root is not None else {}
        return Run(self._project, self._stack, in_order(self._recorded.values()), outputs)

    # --- the monitor's protocol -------------------------------------------------------------------------------

    def RegisterResource(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> Response | Later:
        """Make and record one resource, or a remote component with its children."""
        refused = not_done(request)
        if refused:
            options = ", ".join(refused)
            raise Unsupported(f"{request.type} {request.name!r}: the sandbox doesn't do its option {options}")
        goal = Goal.of(request, self._alias)
        self._inherit(goal)
        found = self._transforms.of(request.transforms, goal.parent)
        if found:
            return self._register_transformed(goal, request, found)
        return self._respond(self._register(goal, request.transforms))

    async def _register_transformed(
        self, goal: Goal, request: resource_pb2.RegisterResourceRequest, found: list[transforms.Callback]
    ) -> Response:
        await self._transforms.apply(goal, request, found, self._alias)
        if not goal.remote:
            return self._respond(self._register(goal, request.transforms))
        children = self._component(goal, request.transforms)
        made: Resource | None = None
        while True:
            try:
                child = children.send(made)
            except StopIteration as stop:
                return self._respond(stop.value)
            self._inherit(child)
            await self._transforms.apply(child, None, self._transforms.of((), child.parent), self._alias)
            made = self._settle(child)
            self._transforms.remember(made.urn, child.parent, ())

    def _register(self, goal: Goal, own: transforms.Callbacks) -> Resource:
        if not goal.remote:
            made = self._settle(goal)
            self._transforms.remember(made.urn, goal.parent, own)
            return made
        children = self._component(goal, own)
        child_made: Resource | None = None
        while True:
            try:
                child = children.send(child_made)
            except StopIteration as stop:
                component: Resource = stop.value
                return component
            self._inherit(child)
            child_made = self._settle(child)

    def _component(self, goal: Goal, own: transforms.Callbacks) -> Generator[Goal, Resource | None, Resource]:
        """Record a remote component; yields the children it makes and wants each back as made."""
        urn = self._urn(goal)
        goal.tell_dependencies()
        self._resolve_provider(goal, urn)
        # the component's host registers it as one of its own, which has no provider: only the map goes to its children
        goal.provider = ""
        component = self._record(goal, urn, "", goal.inputs, {})
        self._transforms.remember(urn, goal.parent, own)
        try:
            expansion = self._cloud.expand(goal, urn, self._recorded.get)
            made: Resource | None = None
            while True:
                try:
                    child = expansion.send(made)
                except StopIteration as stop:
                    component.outputs, self._output_dependencies[urn] = stop.value
                    return component
                made = yield child
        except Refused as refused:
            raise ResourceFailed(urn, goal.type, goal.name, refused.reasons) from None

    def RegisterResourceOutputs(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        """Outputs of a component or of the stack."""
        self._recorded[request.urn].outputs = to_python(request.outputs)
        return empty_pb2.Empty()

    def ReadResource(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.ReadResourceRequest
    ) -> resource_pb2.ReadResourceResponse:
        """A resource that exists already: recorded with its ID, and not created."""
        goal = Goal(
            request.type,
            request.name,
            custom=True,
            inputs=to_python(request.properties),
            parent=request.parent,
            dependencies=sorted(request.dependencies),
            provider=request.provider,
            version=request.version,
            additional_secret_outputs=list(request.additionalSecretOutputs),
        )
        self._inherit(goal)
        urn = self._urn(goal)
        self._resolve_provider(goal, urn)
        try:
            outputs = self._cloud.read(goal, urn)
        except Refused as refused:
            raise ResourceFailed(urn, goal.type, goal.name, refused.reasons) from None
        made = self._record(goal, urn, request.id, {}, outputs, external=True)
        return resource_pb2.ReadResourceResponse(urn=urn, id=made.id, properties=to_struct(outputs))

    def ExistsResource(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.ExistsResourceRequest
    ) -> resource_pb2.ExistsResourceResponse:
        """Whether a resource of that type and ID has been recorded."""
        exists = any(r.type == request.type and r.id == request.id for r in self._recorded.values())
        return resource_pb2.ExistsResourceResponse(exists=exists)

    def Invoke(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        """Call a provider's function, or look up a resource that a reference stands for."""
        args = to_python(request.args)
        if request.tok == GET_RESOURCE:
            # a function of the engine's own provider, which is then in the state like any other, and can't be denied
            self._default_provider("pulumi", "")
            found = self._recorded.get(str(args["urn"]))
            if found is None:
                raise InvokeFailed(f"unknown resource {args['urn']}")
            state = found.outputs or found.inputs
            result: Properties = {"urn": found.urn, "id": found.id, "state": state}
            return _answer(result)
        package = urns.package_of(request.tok)
        provider = request.provider
        if not provider:
            if self._denies(package):
                raise InvokeFailed(_denial(package, request.tok))
            provider = self._default_provider(package, request.version)
        try:
            return _answer(self._cloud.invoke(request.tok, args, provider))
        except Refused as refused:
            failures = [provider_pb2.CheckFailure(property="", reason=reason) for reason in refused.reasons]
            return resource_pb2.ResourceInvokeResponse(failures=failures)

    def RegisterStackTransform(  # noqa: N802 - the protocol's name
        self, request: callback_pb2.Callback
    ) -> empty_pb2.Empty:
        """A transform of every resource from here on."""
        self._transforms.add_stack(request)
        return empty_pb2.Empty()

    def Call(self, request: resource_pb2.ResourceCallRequest) -> NoReturn:  # noqa: N802 - the protocol's name
        """A method of a resource: none is modelled."""
        raise Unsupported(f"the sandbox doesn't answer the method {request.tok}")

    def RegisterStackInvokeTransform(self, request: callback_pb2.Callback) -> NoReturn:  # noqa: N802, ARG002
        """Transforms of functions aren't run here, and not left out in silence either."""
        raise Unsupported("the sandbox runs transforms of resources, not of functions (register_invoke_transform)")

    def RegisterResourceHook(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterResourceHookRequest
    ) -> NoReturn:
        """Hooks aren't run here, and not left out in silence either."""
        raise Unsupported(f"the sandbox doesn't run resource hooks ({request.name})")

    def RegisterErrorHook(  # noqa: N802 - the protocol's name
        self, request: resource_pb2.RegisterErrorHookRequest
    ) -> NoReturn:
        """The same."""
        raise Unsupported(f"the sandbox doesn't run error hooks ({request.name})")

    def SignalAndWaitForShutdown(self, request: empty_pb2.Empty) -> Coroutine[Any, Any, None]:  # noqa: N802, ARG002
        """The program has run to its end."""
        return self.close()

    async def close(self) -> None:
        """Let go of what the run has open."""
        await self._transforms.close()

    # --- making one resource ----------------------------------------------------------------------------------

    def _urn(self, goal: Goal) -> str:
        urn = urns.make(self._stack, self._project, goal.parent, goal.type, goal.name)
        if urn in self._recorded:
            raise ResourceFailed(
                urn, goal.type, goal.name, [f"Duplicate resource URN '{urn}'; try giving it a unique name"]
            )
        if self._prior is not None:
            problem = self._prior.meet(urn, goal, self._recorded)
            if problem:
                raise ResourceFailed(urn, goal.type, goal.name, [problem])
        return urn

    def _alias(self, goal: Goal, alias: alias_pb2.Alias) -> str:
        renamed = self._prior.renamed if self._prior is not None else {}
        return alias_urn(goal, alias, self._stack, self._project, renamed)

    def _inherit(self, goal: Goal) -> None:
        parent = self._goals.get(goal.parent)
        if parent is not None:
            goal.inherit(parent, parent.providers if not parent.custom else {})

    def _settle(self, goal: Goal) -> Resource:
        """Check, create and record one resource that is no remote component."""
        urn = self._urn(goal)
        goal.tell_dependencies()
        if not goal.custom:
            return self._record(goal, urn, "", goal.inputs, {})
        self._resolve_provider(goal, urn)
        try:
            if self._preview and self._prior is not None:
                inputs, old = self._prior.check(urn, goal, self._cloud.check)
            else:
                inputs, old = self._cloud.check(goal, urn), None
            id_, computed = self._cloud.create(goal, urn, inputs)
        except Refused as refused:
            raise ResourceFailed(urn, goal.type, goal.name, refused.reasons) from None
        if old is not None:
            id_, computed = old.id, standing(old, computed)
        elif self._preview and not goal.type.startswith(urns.PROVIDER_PREFIX):
            id_, computed = "", dict.fromkeys(computed, UNKNOWN)
        elif goal.import_id:
            id_ = goal.import_id
        outputs: Properties = {**inputs, **computed} if not self._unconfigured(goal) else {}
        if goal.type.startswith(urns.PROVIDER_PREFIX):
            # what the engine keeps for itself in a provider's inputs is no output
            outputs.pop("__internal", None)
        for key in goal.additional_secret_outputs:
            if key in outputs and not isinstance(outputs[key], Secret):
                outputs[key] = Secret(outputs[key])
        return self._record(goal, urn, id_, inputs, outputs)

    def _unconfigured(self, goal: Goal) -> bool:
        """Whether a preview can't say anything of ``goal``, because its provider's configuration isn't known yet.

        So it is with the objects of a cluster that the same update makes. Source: ``Create`` and ``Update`` in
        pkg/resource/plugin/provider_plugin.go (2026-08-21). Inputs are checked here all the same.
        """
        provider = self._recorded.get(goal.provider.rpartition("::")[0]) if self._preview else None
        return provider is not None and contains(provider.inputs, Unknown)

    def _record(
        self, goal: Goal, urn: str, id_: str, inputs: Properties, outputs: Properties, *, external: bool = False
    ) -> Resource:
        resource = goal.resource(urn, inputs)
        resource.id, resource.outputs, resource.external = id_, outputs, external
        self._goals[urn] = goal
        self._recorded[urn] = resource
        if self._on_resource is not None:
            self._on_resource(resource)
        return resource

    # --- providers --------------------------------------------------------------------------------------------

    def _resolve_provider(self, goal: Goal, urn: str) -> None:
        if goal.type.startswith(urns.PROVIDER_PREFIX):
            if goal.version:
                goal.inputs["version"] = goal.version
                goal.inputs.setdefault("__internal", {})
            return
        package = urns.package_of(goal.type)
        if goal.provider or package == "pulumi":
            return
        if self._denies(package):
            raise ResourceFailed(urn, goal.type, goal.name, [_denial(package, goal.type)])
        goal.provider = self._default_provider(package, goal.version)

    def _denies(self, package: str) -> bool:
        return package in self._denied or "*" in self._denied

    def _default_provider(self, package: str, version: str) -> str:
        """Reference of the package's default provider, which is recorded when it is first wanted."""
        name = f"default_{version.replace('.', '_').replace('-', '_').replace('+', '_')}" if version else "default"
        type_ = f"{urns.PROVIDER_PREFIX}{package}"
        urn = urns.make(self._stack, self._project, "", type_, name)
        made = self._recorded.get(urn)
        if made is None:
            # the engine's own provider takes no configuration: what stands under its name is about other things
            inputs = self._cloud.default_provider_inputs(package) if package != "pulumi" else {}
            made = self._settle(Goal(type_, name, custom=True, inputs=inputs, version=version))
            made.property_dependencies = {}
        return f"{made.urn}::{made.id}"

    # --- answers ----------------------------------------------------------------------------------------------

    def _respond(self, made: Resource) -> Response:
        """What the SDK needs to know: on an update it takes from its own inputs whatever isn't said here."""
        outputs = made.outputs
        if not self._preview and made.custom:
            given = self._goals[made.urn].inputs
            outputs = {key: value for key, value in outputs.items() if given.get(key, given) is not value}
        response = Response(urn=made.urn, id=made.id, object=to_struct(outputs))
        for key, found in self._output_dependencies.get(made.urn, {}).items():
            response.propertyDependencies[key].urns.extend(found)
        return response


def _denial(package: str, token: str) -> str:
    return f"Default provider for '{package}' disabled. '{token}' must use an explicit provider."


def _answer(result: Properties) -> resource_pb2.ResourceInvokeResponse:
    response = resource_pb2.ResourceInvokeResponse()
    # the field's name is a keyword of Python
    getattr(response, "return").CopyFrom(to_struct(result))
    return response
