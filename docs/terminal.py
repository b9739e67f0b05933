"""The picture of `make up`: ``python -m docs.terminal`` runs it in a terminal and writes ``docs/sandbox.svg`` anew.

Long parts are left out, each marked by ``...``; nothing else of what the run says is changed.
"""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

HERE: Final = Path(__file__).parent
PICTURE: Final = HERE / "sandbox.svg"
WIDTH: Final = 120
_CONTROL: Final = re.compile(r"(\n|\x1b\[1A|\x1b\[2K|\x1b\[\?25[lh])")
_SPINNER: Final = re.compile(r"^[\u2800-\u28ff] ")
_GUIDES: Final = "\u2502\u251c\u2514\u2500 "
_COMPONENT, _STEP = 6, 4
"""Column at which a component's name begins in the tree, and of each level how much further."""
_OUTPUT, _NESTED = 2, 4
"""Column at which an output's name begins; a value on more lines goes on further right."""
BELOW: Final = 3
"""Lines shown below a component."""

# the colours of platform.svg
THEME: Final = TerminalTheme(
    (14, 23, 48),
    (226, 234, 250),
    [(30, 41, 70), (251, 132, 150), (62, 213, 152), (248, 191, 60), (106, 171, 255), (183, 156, 255), (54, 214, 195),
     (200, 211, 236)],
    [(133, 150, 188), (255, 160, 175), (110, 231, 183), (252, 211, 77), (147, 197, 253), (205, 187, 255),
     (125, 232, 218), (255, 255, 255)],
)  # fmt: skip

FORMAT: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" \
aria-labelledby="{unique_id}-what">
<title id="{unique_id}-what">A terminal: make up brings the stack dev up in the sandbox; resource tree, verdict of the \
policy packs, cost, outputs</title>
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", \
"Liberation Mono", monospace; font-size: {char_height}px; line-height: {line_height}px }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; \
font-family: "Segoe UI", -apple-system, Roboto, Arial, sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def said(*command: str) -> str:
    """All that ``command`` writes to a terminal of ``WIDTH`` columns. ``CalledProcessError`` where it fails."""
    ours, its = pty.openpty()
    environment = {
        **os.environ,
        "COLUMNS": str(WIDTH),
        "LINES": "60",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
    with subprocess.Popen(command, cwd=HERE.parent, env=environment, stdout=its, stderr=its, stdin=its) as process:  # noqa: S603 - the sandbox
        os.close(its)
        with os.fdopen(ours, "rb", buffering=0) as stream:
            text = b"".join(_until_closed(stream))
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, text)
    return text.decode()


def _until_closed(stream: io.RawIOBase) -> Iterator[bytes]:
    while True:
        try:
            part = stream.read(65536)
        except OSError:  # Linux says so that the other end is closed
            return
        if not part:
            return
        yield part


def screen(text: str) -> list[Text]:
    """The lines that stay on the terminal: what a progress display took back is gone."""
    lines: list[str] = []
    line = ""
    for part in _CONTROL.split(text.replace("\r", "")):
        match part:
            case "\n":
                lines.append(line)
                line = ""
            case "\x1b[1A":
                line = lines.pop() if lines else ""
            case "\x1b[2K":
                line = ""
            case _ if part.startswith("\x1b[?25"):
                continue  # the cursor, hidden or shown
            case _:
                line += part
    return [shown for shown in map(Text.from_ansi, lines) if not _SPINNER.match(shown.plain)]


def trimmed(lines: list[Text]) -> Iterator[Text]:
    """At most ``BELOW`` lines below each component, one line an output, no list of files."""
    section, shown, left_out = "", 0, False
    for line in lines:
        plain = line.plain
        column = len(plain) - len(plain.lstrip(_GUIDES))
        if plain[:1].isalpha():
            section, shown, left_out = plain.split()[0], 0, False
        last = "is up in" in plain
        if last:
            section = ""
        if section == "Files":
            continue
        if section == "Resources" and column:
            shown = 0 if column <= _COMPONENT else shown + 1
            if shown > BELOW or column > _COMPONENT + _STEP:
                if not left_out:
                    yield Text(plain[:_COMPONENT] + " " * _STEP + "...", style="bright_black")
                left_out = True
                continue
            left_out = False
        if section == "Outputs" and column > _OUTPUT:
            if not left_out:
                yield Text(" " * _NESTED + "...", style="bright_black")
            left_out = True
            continue
        left_out = False
        yield line


def picture(lines: list[Text]) -> str:
    """The lines as SVG, the same bytes for the same lines."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for line in (Text.assemble(("$ ", "bright_black"), ("make up", "bold")), Text(), *lines):
        console.print(line, no_wrap=True, overflow="crop", highlight=False)
    svg = console.export_svg(title="make up", theme=THEME, code_format=FORMAT, unique_id="sandbox")
    return "\n".join(line.strip() for line in svg.splitlines() if line.strip()) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(list(trimmed(screen(said(sys.executable, "-m", "sandbox", "up", "dev"))))))
