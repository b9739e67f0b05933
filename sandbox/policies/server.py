"""One pack's analyzer server: the process, the calls, its end."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol, TypeVar

from sandbox.policies.config import PolicyConfig, Rule, reconcile
from sandbox.policies.model import LEVELS, PackFailed

if TYPE_CHECKING:
    import grpc
    from google.protobuf.message import Message
    from pulumi.runtime.proto import analyzer_pb2

M = TypeVar("M", bound="Message")

START_SECONDS: Final = 60.0
"""How long a pack may take to print its port: its imports, on a machine that is busy with other things."""
STOP_SECONDS: Final = 2.0
_HOST: Final = Path(__file__).with_name("host.py")
_SERVICE: Final = "/pulumirpc.Analyzer/"
_MEGABYTES_400: Final = 400 * 1024 * 1024
"""Largest message: that of the SDK's servers (``_MAX_RPC_MESSAGE_SIZE``). A stack's outputs exceed gRPC's 4 MB."""


class Answer(Protocol):
    """A call under way."""

    def result(self) -> analyzer_pb2.AnalyzeResponse: ...  # noqa: D102 - as in ``concurrent.futures``
    def exception(self) -> BaseException | None: ...  # noqa: D102 - the same


class PackServer:
    """The analyzer server of the pack in ``directory``.

    Made, the process runs; ``connect`` waits for its port and introduces the stack as the engine does; ``stop`` ends
    it, however far it came. Every failure is ``PackFailed`` with what the server printed.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.directory = directory
        self.name = directory.name
        self.version = _version(directory)
        self.rules: dict[str, Rule] = {}
        self.types: dict[str, int] = {}
        self.severities: dict[str, str] = {}
        self.cpu_seconds = 0.0
        self.start_cpu_seconds = 0.0
        self._channel: grpc.Channel | None = None
        self._analyze: Callable[[bytes], Answer] | None = None
        self._stopped = False
        self._printed = tempfile.TemporaryFile("a+b")  # noqa: SIM115 - closed in `stop`
        # The command line of Pulumi's own language host (RunPlugin in pulumi-language-python/main.go), through ours.
        # Nobody listens at the engine's address: the SDK's policy module doesn't call it.
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(_HOST), "127.0.0.1:0", "."],
            cwd=directory,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            # A Ctrl-C in the terminal is for the command, which then ends its servers.
            start_new_session=True,
        )

    # --- beginning ------------------------------------------------------------------------------------------------

    def read_port(self) -> int:
        """Wait until the server prints its port."""
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - it was asked for above
        late = threading.Timer(START_SECONDS, self._process.kill)
        late.start()
        try:
            line = stdout.readline().strip()
        finally:
            timely = late.is_alive()
            late.cancel()
        if line.isdigit():
            # Whatever a rule prints goes here too: unread, a full pipe would stop the server.
            threading.Thread(target=_drain, args=(stdout,), daemon=True).start()
            return int(line)
        if not timely:
            raise PackFailed(self.name, f"its server printed no port within {START_SECONDS:.0f} s", self.printed())
        if line:
            said = f"its server printed {line.decode(errors='replace')!r} where its port should stand"
            raise PackFailed(self.name, said, self.printed())
        self._process.wait()
        raise PackFailed(self.name, f"its server ended with {_status(self._process)} at its start", self.printed())

    def connect(self, stack: analyzer_pb2.AnalyzerStackConfigureRequest) -> None:
        """Connect and introduce the stack, in the engine's order: handshake, stack, what the pack is."""
        import grpc  # noqa: PLC0415 - with the protocol's messages, what the program imports anyway
        from google.protobuf import empty_pb2  # noqa: PLC0415
        from pulumi.runtime.proto import analyzer_pb2  # noqa: PLC0415

        port = self.read_port()
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{port}",
            options=[
                ("grpc.max_send_message_length", _MEGABYTES_400),
                ("grpc.max_receive_message_length", _MEGABYTES_400),
                ("grpc.enable_http_proxy", 0),
            ],
        )
        directory = str(self.directory.resolve())
        handshake = analyzer_pb2.AnalyzerHandshakeRequest(
            engine_address="127.0.0.1:0", root_directory=directory, program_directory=directory
        )
        self._call("Handshake", handshake, analyzer_pb2.AnalyzerHandshakeResponse.FromString, optional=True)
        self._call("ConfigureStack", stack, analyzer_pb2.AnalyzerStackConfigureResponse.FromString, optional=True)
        info = self._call("GetAnalyzerInfo", empty_pb2.Empty(), analyzer_pb2.AnalyzerInfo.FromString)
        assert info is not None  # noqa: S101 - only optional calls give nothing
        self.info = info
        self.name = info.name or self.name
        self.version = self.version or info.version
        for policy in info.policies:
            self.types[policy.name] = policy.policy_type
            severity = analyzer_pb2.PolicySeverity.Name(policy.severity)
            self.severities[policy.name] = severity.removeprefix("POLICY_SEVERITY_").lower().replace("unspecified", "")
        self._analyze = self._method("Analyze", analyzer_pb2.AnalyzeResponse.FromString)
        self.start_cpu_seconds = self._cpu_so_far()

    def configure(self, config: PolicyConfig) -> None:
        """Give every rule its level and settings. ``PolicyConfigRefused`` where they are wrong."""
        from google.protobuf import empty_pb2, struct_pb2  # noqa: PLC0415
        from pulumi.runtime.proto import analyzer_pb2  # noqa: PLC0415

        self.rules = reconcile(self.info, config)
        if not self.rules or not self.info.supportsConfig:
            return
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, rule in self.rules.items():
            properties = struct_pb2.Struct()
            properties.update(json.loads(json.dumps(rule.settings)))
            request.policyConfig[name].CopyFrom(
                analyzer_pb2.PolicyConfig(enforcementLevel=LEVELS.index(rule.level), properties=properties)  # type: ignore[arg-type]
            )
        self._call("Configure", request, empty_pb2.Empty.FromString)

    # --- judging --------------------------------------------------------------------------------------------------

    def wants(self, type_: int) -> bool:
        """Whether a rule of that type (resource or stack) is enabled; packs may leave the type out."""
        return any(
            rule.level != "disabled" and self.types.get(name, 0) in (0, type_) for name, rule in self.rules.items()
        )

    @property
    def remediates(self) -> bool:
        """Whether any rule may change inputs."""
        return any(rule.level == "remediate" for rule in self.rules.values())

    def analyze(self, request: bytes) -> Answer:
        """Have one resource judged; the answer comes later."""
        assert self._analyze is not None  # noqa: S101 - set by `connect`
        return self._analyze(request)

    def remediate(self, request: analyzer_pb2.AnalyzeRequest) -> analyzer_pb2.RemediateResponse:
        """Have one resource changed where a rule can."""
        from pulumi.runtime.proto import analyzer_pb2  # noqa: PLC0415

        response = self._call("Remediate", request, analyzer_pb2.RemediateResponse.FromString, optional=True)
        return response if response is not None else analyzer_pb2.RemediateResponse()

    def analyze_stack(self, request: bytes) -> Answer:
        """Have the whole stack judged; the answer comes later."""
        from pulumi.runtime.proto import analyzer_pb2  # noqa: PLC0415

        return self._method("AnalyzeStack", analyzer_pb2.AnalyzeResponse.FromString)(request)

    def answer(self, call: Answer, about: str) -> analyzer_pb2.AnalyzeResponse:
        """Wait for ``call``; ``about`` says in a failure what was being judged."""
        import grpc  # noqa: PLC0415

        try:
            return call.result()
        except grpc.RpcError as problem:
            raise self._failed(problem, about) from None

    # --- the end --------------------------------------------------------------------------------------------------

    def printed(self) -> str:
        """What the server wrote to its standard error, at most the last 4,000 characters."""
        if self._printed.closed:
            return ""
        self._printed.seek(0)
        return self._printed.read().decode(errors="replace")[-4000:]

    def stop(self) -> None:
        """End the server; harmless when it has ended, and when called twice."""
        if self._stopped:
            return
        self._stopped = True
        if self._channel is not None:
            self._channel.close()
        self._process.terminate()
        killer = threading.Timer(STOP_SECONDS, self._process.kill)
        killer.start()
        try:
            self._wait()
        finally:
            killer.cancel()
            for stream in (self._process.stdin, self._printed):
                if stream is not None:
                    stream.close()

    def _wait(self) -> None:
        if self._process.returncode is not None or not hasattr(os, "wait4"):
            self._process.wait()
            return
        try:
            _, status, usage = os.wait4(self._process.pid, 0)
        except ChildProcessError:
            self._process.wait()
            return
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_seconds = usage.ru_utime + usage.ru_stime

    # --- calls ----------------------------------------------------------------------------------------------------

    def _method(self, name: str, deserialize: Callable[[bytes], Message]) -> Callable[[bytes], Answer]:
        assert self._channel is not None  # noqa: S101 - set by `connect`
        method: Callable[[bytes], Answer] = self._channel.unary_unary(_SERVICE + name, None, deserialize).future
        return method

    def _call(self, name: str, request: Message, read: Callable[[bytes], M], *, optional: bool = False) -> M | None:
        import grpc  # noqa: PLC0415

        assert self._channel is not None  # noqa: S101 - set by `connect`
        method = self._channel.unary_unary(_SERVICE + name, None, read)
        try:
            found: M = method(request.SerializeToString(), timeout=START_SECONDS, wait_for_ready=name == "Handshake")
        except grpc.RpcError as problem:
            if optional and isinstance(problem, grpc.Call) and problem.code() is grpc.StatusCode.UNIMPLEMENTED:
                return None
            raise self._failed(problem, name) from None
        return found

    def _failed(self, problem: grpc.RpcError, about: str) -> PackFailed:
        import grpc  # noqa: PLC0415

        detail = str(problem.details()) if isinstance(problem, grpc.Call) else str(problem)
        if detail.startswith("Exception calling application: "):
            # An exception in a rule: the server answers with its text, and prints its traceback.
            what = detail.removeprefix("Exception calling application: ")
            return PackFailed(self.name, f"a rule broke at {about}: {what}", self.printed())
        with contextlib.suppress(subprocess.TimeoutExpired):
            # The connection is gone a moment before the process is.
            self._process.wait(timeout=1.0)
        if self._process.returncode is not None:
            return PackFailed(self.name, f"its server ended with {_status(self._process)} at {about}", self.printed())
        return PackFailed(self.name, f"no answer at {about}: {detail}", self.printed())

    def _cpu_so_far(self) -> float:
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _drain(stream: IO[bytes]) -> None:
    """Read to the end what nobody wants, so that the other side never waits for room."""
    with stream:
        stream.read()


def _status(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"signal {-code}" if code is not None and code < 0 else f"status {code}"


def _version(directory: Path) -> str:
    # A pack's own server doesn't know its version: the engine, too, takes it from here.
    for line in (directory / "PulumiPolicy.yaml").read_text(encoding="utf-8").splitlines():
        key, colon, value = line.partition(":")
        if colon and key == "version":
            return value.split(" #")[0].strip().strip("'\"")
    return ""
