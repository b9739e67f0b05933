from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sandbox.projects import HERE, Project


def test_a_good_run_shows_tree_verdict_outputs_and_writes_the_deployment(project: Project) -> None:
    project.pack("security")
    result = project.call("up", "dev")
    assert result.code == 0, result.err + result.out
    assert "house" in result.out
    assert "security 1.2.3" in result.out
    assert "no violation" in result.out
    assert "dev is up in the sandbox: 4 resources" in result.out
    exported = json.loads(project.file("stack.json").read_text())
    assert exported["version"] == 3
    assert {r["type"] for r in exported["deployment"]["resources"]} == {
        "pulumi:pulumi:Stack",
        "demo:index:Part",
        "demo:index:Thing",
        "pulumi:providers:demo",
    }


def test_no_secret_is_printed_or_written(project: Project) -> None:
    project.pack("security")
    shown = project.call("up", "dev", "--tree", "full")
    told = project.call("up", "dev", "--json")
    written = [path.read_text() for path in project.file("").rglob("*.json")]
    assert len(written) == 2
    assert "[secret]" in shown.out
    assert told.report["outputs"]["key"] == "[secret]"
    for text in (shown.out, shown.err, told.out, told.err, *written):
        assert "opensesame" not in text


def test_what_the_sandbox_does_not_do_is_said_without_a_trace(project: Project) -> None:
    project.program("""
        hook = pulumi.ResourceHook("h", lambda args: None)
        thing("kitchen", opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(after_create=[hook])))
    """)
    result = project.call("up", "dev", "--json")
    assert result.code == 1
    assert result.report["error"] == {"kind": "unsupported", "message": "the sandbox doesn't run resource hooks (h)"}
    assert "the sandbox doesn't run resource hooks (h)" in result.err
    assert "Traceback" not in result.err


def test_json_is_one_object_with_the_specified_keys_and_the_rest_goes_to_standard_error(project: Project) -> None:
    project.pack("security")
    project.program("""
        print("from the program")
        thing("kitchen", door="ajar")
        pulumi.export("answer", 42)
    """)
    result = project.call("up", "dev", "--json")
    report = result.report
    assert result.code == 0
    assert "from the program" in result.err
    assert report["stack"] == "dev"
    assert report["engine"] == "in-process"
    assert report["resources"] == {
        "total": 3,
        "by_type": {"demo:index:Thing": 1, "pulumi:providers:demo": 1, "pulumi:pulumi:Stack": 1},
    }
    assert report["policies"]["packs"] == [{"name": "security", "version": "1.2.3", "rules": 2, "disabled": []}]
    assert report["policies"]["violations"] == []
    assert report["cost"] == {"monthly_usd": 0.0, "budget_usd": None}
    assert report["outputs"] == {"answer": 42}
    assert {"start", "import", "program", "policies", "total"} == set(report["seconds"])
    assert report["seconds"]["total"] >= report["seconds"]["import"] > 0


def test_seconds_count_from_the_moment_make_was_called(project: Project) -> None:
    seconds = project.call("up", "dev", "--json", SANDBOX_STARTED=str(time.time() - 100)).report["seconds"]
    assert seconds["total"] > 100
    assert 100 < seconds["start"] < seconds["total"]
    without = project.call("up", "dev", "--json", SANDBOX_STARTED="").report["seconds"]
    assert without["total"] < 60
    assert project.call("up", "dev", "--json", SANDBOX_STARTED="1700000000.N").report["seconds"]["total"] < 60


def test_a_mandatory_violation_stops_the_run_and_says_where_and_what_to_write(project: Project) -> None:
    project.pack("security")
    project.program("""thing("kitchen", Part("house"), door="open")""")
    result = project.call("up", "dev")
    assert result.code == 1
    assert "mandatory  no-open-door" in result.out
    assert "door: write door='shut'" in result.out
    assert "urn:pulumi:dev::demo::demo:index:Part$demo:index:Thing::kitchen" in result.out
    assert "stopped by 1 mandatory violation" in result.out
    assert "Traceback" not in result.out + result.err
    report = project.call("up", "dev", "--json").report
    assert report["verdict"] == "stopped"
    assert report["policies"]["violations"] == [
        {
            "pack": "security",
            "rule": "no-open-door",
            "level": "mandatory",
            "urn": "urn:pulumi:dev::demo::demo:index:Part$demo:index:Thing::kitchen",
            "message": "Doors are shut.\ndoor: write door='shut'",
        }
    ]


def test_an_advisory_violation_is_shown_and_does_not_stop(project: Project) -> None:
    project.pack("governance", level="ADVISORY")
    project.program("""thing("kitchen", door="open")""")
    result = project.call("up", "dev")
    assert result.code == 0
    assert "advisory  no-open-door" in result.out
    assert project.file("stack.json").is_file()


def test_a_stack_rule_sees_all_resources_and_names_one(project: Project) -> None:
    project.pack("security")
    project.program("""
        for number in range(7):
            thing(f"room-{number}")
    """)
    report = project.call("up", "dev", "--json").report
    assert [(v["rule"], v["urn"].rsplit("::", 1)[1]) for v in report["policies"]["violations"]] == [
        ("few-things", "room-6")
    ]


def test_what_was_stopped_does_not_become_the_state_that_a_preview_compares_with(project: Project) -> None:
    project.pack("security")
    assert project.call("up", "dev").code == 0
    good = project.file("stack.json").read_bytes()
    project.program("""thing("kitchen", door="open")""")
    assert project.call("up", "dev").code == 1
    assert project.file("stack.json").read_bytes() == good
    stopped = json.loads(project.file("stopped.json").read_text())
    assert "open" in {r["inputs"].get("door") for r in stopped["deployment"]["resources"] if "inputs" in r}
    verdict = json.loads(project.file("verdict.json").read_text())
    assert (verdict["verdict"], verdict["deployment"]) == ("stopped", "stopped.json")
    project.program("""thing("kitchen", door="shut")""")
    assert project.call("up", "dev").code == 0
    assert not project.file("stopped.json").exists()
    assert json.loads(project.file("verdict.json").read_text())["deployment"] == "stack.json"


def test_the_same_bytes_on_every_run(project: Project) -> None:
    project.pack("security")
    project.pack("governance", level="ADVISORY")
    project.program("""
        part = Part("house")
        rooms = [thing(f"room-{n}", part, door="open") for n in range(4)]
        pulumi.export("first", rooms[0].urn)
    """)
    assert project.call("up", "dev").code == 1
    first = {path.name: path.read_bytes() for path in project.file("").iterdir()}
    assert project.call("up", "dev").code == 1
    assert {path.name: path.read_bytes() for path in project.file("").iterdir()} == first
    assert set(first) == {"stopped.json", "verdict.json"}


def test_a_resource_made_to_fail_gives_1_and_says_what_and_why(project: Project) -> None:
    project.pack("security")
    result = project.call("up", "dev", "--fail", "demo:index:Thing:kitchen")
    assert result.code == 1
    assert "demo:index:Thing kitchen could not be made" in result.out
    assert "--fail" in result.out
    assert "Traceback" not in result.out + result.err
    assert not project.file("stack.json").exists()
    report = project.call("up", "dev", "--fail", "demo:index:Thing", "--json").report
    assert report["verdict"] == "failed"
    assert report["failed"]["name"] == "kitchen"


def test_fail_that_names_nothing_is_a_wrong_call(project: Project) -> None:
    result = project.call("up", "dev", "--fail", "demo:index:Thing:cellar")
    assert result.code == 2
    assert "demo:index:Thing:cellar" in result.err
    assert not project.file("stack.json").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["up", "nowhere"], "Pulumi.nowhere.yaml"),
        (["up", "../dev"], "is no name of a stack"),
        (["up"], "Missing argument"),
        (["up", "dev", "--nonsense"], "No such option"),
        (["fly", "dev"], "No such command"),
        (["up", "dev", "--tree", "bushy"], "bushy"),
        (["up", "dev", "--root", "nowhere"], "nowhere"),
        (["preview", "nowhere"], "Pulumi.nowhere.yaml"),
        (["render", "nowhere"], "Pulumi.nowhere.yaml"),
    ],
)
def test_a_wrong_call_gives_2_and_one_clear_message(project: Project, args: list[str], said: str) -> None:
    result = project.call(*args)
    assert result.code == 2
    assert said in result.out + result.err
    assert "Traceback" not in result.out + result.err


def test_wrong_settings_give_2_and_the_programs_own_words(project: Project) -> None:
    project.program("""raise pulumi.RunError("Pulumi.dev.yaml: 1 wrong key\\n  demo:a.b = 3\\n    allowed: 1 to 2")""")
    result = project.call("up", "dev")
    assert result.code == 2
    assert "demo:a.b = 3" in result.err
    assert "allowed: 1 to 2" in result.err
    assert "Traceback" not in result.out + result.err
    told = project.call("up", "dev", "--json")
    assert told.code == 2
    assert told.report["error"] == {
        "kind": "settings",
        "message": "Pulumi.dev.yaml: 1 wrong key\n  demo:a.b = 3\n    allowed: 1 to 2",
    }


def test_a_broken_stack_file_gives_2_with_its_line(project: Project) -> None:
    (project.root / "Pulumi.dev.yaml").write_text("config:\n  a: [1\n")
    result = project.call("up", "dev")
    assert result.code == 2
    assert "Pulumi.dev.yaml: line" in result.err
    assert "Traceback" not in result.out + result.err


def test_a_program_that_breaks_shows_its_own_frames_only(project: Project) -> None:
    project.program("""
        def furnish():
            return {}["table"]

        furnish()
    """)
    result = project.call("up", "dev")
    assert result.code == 1
    assert "the program broke" in result.err
    assert "in furnish" in result.err
    assert "KeyError: 'table'" in result.err
    assert "sandbox/engine" not in result.out + result.err


def test_a_program_that_ends_itself_is_told(project: Project) -> None:
    project.program("""
        import sys
        sys.exit(7)
    """)
    result = project.call("up", "dev")
    assert result.code == 1
    assert "ended itself with status 7" in result.err


def test_without_packs_it_says_so(project: Project) -> None:
    assert "no packs in policies/" in project.call("up", "dev").out
    project.pack("security", "raise SystemExit('never started')")
    result = project.call("up", "dev", "--no-policies")
    assert result.code == 0
    assert "not asked" in result.out


def test_full_tree_names_every_resource_and_folded_counts_them(project: Project) -> None:
    project.program("""
        part = Part("house")
        for number in range(40):
            thing(f"room-{number}", part)
        village = Part("village")
        for number in range(9):
            thing(f"bed-{number}", Part(f"hut-{number}", pulumi.ResourceOptions(parent=village)))
    """)
    folded = project.call("up", "dev", "--tree", "folded").out
    assert "40\N{MULTIPLICATION SIGN}Thing" in folded
    assert "room-17" not in folded
    assert "9 \N{MULTIPLICATION SIGN} Part  18  hut-0, hut-1" in folded
    full = project.call("up", "dev", "--tree", "full").out
    assert all(f"room-{number}  Thing" in full for number in range(40))
    assert "room-17" not in project.call("up", "dev", "--tree", "none").out


def test_two_runs_at_once_leave_whole_files(project: Project) -> None:
    project.pack("security")
    runs = [project.start("up", "dev", "--json") for _ in range(4)]
    for run in runs:
        with run:
            run.communicate(timeout=120)
        assert run.returncode == 0
    verdict = json.loads(project.file("verdict.json").read_text())
    assert verdict["verdict"] == "passed"
    assert len(json.loads(project.file("stack.json").read_text())["deployment"]["resources"]) == 4
    assert [path.name for path in project.root.joinpath(".sandbox").iterdir() if path.name.startswith(".dev")] == []


@pytest.mark.parametrize("there", [".sandbox", ".sandbox/dev"])
def test_a_file_in_the_way_is_told_before_the_program_is_run(project: Project, there: str) -> None:
    (project.root / there).parent.mkdir(exist_ok=True)
    (project.root / there).write_text("in the way")
    for command in ("up", "render"):
        result = project.call(command, "dev")
        assert result.code == 2
        assert f"{there}: is in the way" in result.err
        assert "running the program" not in result.out
        assert "Traceback" not in result.out + result.err
    assert (project.root / there).read_text() == "in the way"


def test_a_file_that_can_not_be_replaced_is_told_by_its_own_name(project: Project) -> None:
    project.file("stack.json").mkdir(parents=True)
    result = project.call("up", "dev")
    assert result.code == 2
    assert ".sandbox/dev/stack.json: can't be written" in result.err
    told = project.call("preview", "dev")
    assert told.code == 2
    assert "stack.json: can't be read" in told.err
    assert "run `up` again" in told.err


def test_what_a_killed_run_was_writing_is_swept(project: Project) -> None:
    left = project.root / ".sandbox" / ".dev~killed"
    left.mkdir(parents=True)
    other = project.root / ".sandbox" / ".dev-two~killed"
    other.mkdir()
    assert project.call("up", "dev").code == 0
    assert not left.exists()
    assert other.exists()


def test_a_reader_that_goes_away_does_not_disturb(project: Project) -> None:
    project.pack("security")
    with project.start("up", "dev", "--tree", "full") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait(timeout=120) == 0
    assert err == ""
    assert project.file("stack.json").is_file()


def _servers(root: Path) -> list[int]:
    """The pack servers that run below ``root``, from the kernel: ``ps`` cuts its lines where COLUMNS says."""
    found = []
    packs = list(root.glob("policies/*/"))
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
            if not any(argument.endswith(b"/host.py") for argument in arguments):
                continue
            if any((process / "cwd").samefile(pack) for pack in packs):
                found.append(int(process.name))
        except (FileNotFoundError, ProcessLookupError):  # it ended between the list and the look
            continue
    return found


def test_no_server_outlives_its_run(project: Project) -> None:
    project.pack("security")
    project.pack("governance")
    for args in (["up", "dev"], ["up", "dev", "--fail", "demo:index:Thing"], ["preview", "dev"]):
        project.call(*args)
        assert _servers(project.root) == []
    project.program("""raise ValueError("x")""")
    project.call("up", "dev")
    assert _servers(project.root) == []


@pytest.mark.parametrize(("name", "code"), [("INT", -2), ("TERM", -15), ("HUP", -1), ("KILL", -9)])
def test_a_run_that_is_ended_from_outside_takes_its_servers_with_it(project: Project, name: str, code: int) -> None:
    project.pack("security")
    project.pack("governance")
    project.program("""
        import pathlib, time
        thing("kitchen")
        pathlib.Path("waiting").touch()
        time.sleep(60)
    """)
    with project.start("up", "dev") as process:
        _until((project.root / "waiting").exists)
        assert len(_servers(project.root)) == 2
        subprocess.run(["kill", f"-{name}", str(process.pid)], check=True)
        out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in out + err
    _until(lambda: not _servers(project.root))


def test_an_interruption_that_the_program_swallows_is_no_fault_of_its(project: Project) -> None:
    project.program("""
        import pathlib, time
        pathlib.Path("waiting").touch()
        try:
            time.sleep(60)
        except BaseException:
            raise AttributeError("half imported") from None
    """)
    with project.start("up", "dev") as process:
        _until((project.root / "waiting").exists)
        subprocess.run(["kill", "-INT", str(process.pid)], check=True)
        out, err = process.communicate(timeout=30)
    assert process.returncode == -2
    assert "half imported" not in out + err
    assert "dev was interrupted" in err


def test_an_interruption_that_is_lost_altogether_still_ends_the_run(project: Project) -> None:
    project.pack("security")
    project.program("""
        import pathlib, time
        pathlib.Path("waiting").touch()
        try:
            time.sleep(60)
        except BaseException:
            pathlib.Path("lost").touch()
        time.sleep(600)
    """)
    with project.start("up", "dev", "--json") as process:
        _until((project.root / "waiting").exists)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == -2
    assert (project.root / "lost").exists()
    assert out == ""
    _until(lambda: not _servers(project.root))


def test_who_interrupts_twice_does_not_wait(project: Project) -> None:
    project.program("""
        import pathlib, time
        pathlib.Path("waiting").touch()
        try:
            time.sleep(60)
        finally:
            pathlib.Path("tidying").touch()
            time.sleep(600)
    """)
    with project.start("up", "dev") as process:
        _until((project.root / "waiting").exists)
        process.send_signal(signal.SIGTERM)
        _until((project.root / "tidying").exists)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == -15


def test_a_signal_that_the_caller_ignores_stays_ignored(project: Project) -> None:
    project.program("""
        import pathlib, time
        pathlib.Path("waiting").touch()
        while not pathlib.Path("go").exists():
            time.sleep(0.05)
    """)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        process = project.start("up", "dev")
    finally:
        signal.signal(signal.SIGHUP, before)
    with process:
        _until((project.root / "waiting").exists)
        process.send_signal(signal.SIGHUP)
        (project.root / "go").touch()
        process.communicate(timeout=60)
    assert process.returncode == 0


def test_what_the_sandbox_itself_breaks_at_is_told_like_the_rest(project: Project) -> None:
    project.program("""
        from sandbox import cost
        cost.estimate = None
    """)
    result = project.call("up", "dev", "--json")
    assert result.code == 1
    assert result.report["error"]["kind"] == "sandbox"
    assert "TypeError" in result.report["error"]["message"]
    assert "the sandbox broke" in result.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_that_cant_hold_every_character_breaks_no_run(project: Project, encoding: str) -> None:
    project.program("""
        thing("kitchen")
        pulumi.export("menu", "Kürbis → Suppe")
    """)
    with (project.root / "out").open("wb") as out, (project.root / "err").open("wb") as err:
        code = subprocess.run(
            [sys.executable, "-m", "sandbox", "up", "dev"],
            cwd=project.root,
            env={**os.environ, "PYTHONPATH": str(HERE), "PYTHONIOENCODING": encoding},
            stdout=out,
            stderr=err,
            check=False,
            timeout=60,
        ).returncode
    assert code == 0, (project.root / "err").read_text(encoding)
    shown = (project.root / "out").read_text(encoding)
    assert "dev is up in the sandbox" in shown
    assert {"ascii": "K?rbis ? Suppe", "latin-1": "Kürbis ? Suppe"}[encoding] in shown


@pytest.mark.parametrize("how", ["", "--json"])
def test_a_full_disk_under_the_output_is_told(project: Project, how: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", "up", "dev", *how.split()],
            cwd=project.root,
            env={**os.environ, "PYTHONPATH": str(HERE)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert "what it says can't be written" in done.stderr
    assert "<stdout>: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("columns", ["0", "1", "39"])
def test_no_width_is_too_small_for_the_verdict(project: Project, columns: str) -> None:
    result = project.call("up", "dev", COLUMNS=columns)
    assert result.code == 0
    assert "dev is up in the" in result.out
    assert max(map(len, result.out.splitlines())) <= 120


def _until(reached: object, seconds: float = 30.0) -> None:
    assert callable(reached)
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_on_a_terminal_progress_leaves_no_trace_and_the_report_is_coloured(project: Project) -> None:
    project.pack("security")
    near, far = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "sandbox", "up", "dev"],
            cwd=project.root,
            env={**os.environ, "PYTHONPATH": str(HERE), "TERM": "xterm-256color", "COLUMNS": "100"},
            stdin=far,
            stdout=far,
            stderr=far,
        ) as process:
            os.close(far)
            shown = _read_all(near)
            assert process.wait(timeout=120) == 0
    finally:
        os.close(near)
    assert "\x1b[2K" in shown  # what progress drew is erased
    last = shown.rpartition("\x1b[2K")[2]
    assert "Resources" in last
    assert "importing" not in last
    assert "dev is up in the sandbox: 4 resources" in last
    assert "\x1b[1m" in last


def _read_all(descriptor: int) -> str:
    found = b""
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not chunk:
            break
        found += chunk
    return found.decode()


def test_a_small_component_is_one_line_with_its_types_and_outputs_stand_in_order(project: Project) -> None:
    project.program("""
        house = Part("house")
        thing("kitchen", Part("wing", pulumi.ResourceOptions(parent=house)))
        thing("door", house, type_="demo:index:Door")
        pulumi.export("rooms", {"b": "bath", "a": {"deep": 1}, "c": pulumi.Output.secret("opensesame")})
        pulumi.export("flat", {"z": 1, "a": "attic"})
    """)
    result = project.call("up", "dev")
    assert "house  Part  4  Door, Thing" in result.out
    lines = [line.split() for line in result.out.splitlines()]
    assert lines.index(["flat", "a", "attic"]) + 1 == lines.index(["z", "1"])
    assert ["c", "[secret]"] in lines
    report = project.call("up", "dev", "--json").report
    assert list(report["outputs"]) == ["flat", "rooms"]
    assert list(report["outputs"]["rooms"]) == ["a", "b", "c"]
