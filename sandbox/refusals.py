"""What the commands refuse to do, apart from what the engine and the packs refuse."""

from __future__ import annotations


class CallRefused(Exception):  # noqa: N818 - named for what happened, as the command line prints it
    """The command can't be carried out as it was called."""


class DirectoryRefused(Exception):  # noqa: N818 - the same
    """A directory can't be written or replaced: it isn't ours, or the system refuses."""


class ProgramFailed(Exception):  # noqa: N818 - the same
    """The program broke on its own account; the text is its stack trace, from its first line on."""


class OutputRefused(Exception):  # noqa: N818 - the same
    """Standard output or standard error takes no more: a full disk, for one."""
