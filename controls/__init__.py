"""What the platform must be able to prove: every line of FSBP and of the CIS EKS benchmark, asked of a stack's graph.

A package of its own, beside the program and the packs: it imports neither, so that nothing is shared that could be
wrong in both. The packs stop a wrong resource before it is made; here a whole stack is asked afterwards, line by line,
whether it keeps what the lists say. All that is read is a deployment as ``pulumi stack export`` writes it, of AWS or
of the sandbox: ``python -m controls stack.json``.
"""

from __future__ import annotations

from controls.answers import Answer, Outcome, answers
from controls.evaluate import evaluate, verdict
from controls.exceptions import EXCEPTIONS, Exemption
from controls.graph import Graph, Resource
from controls.model import Control, Finding, Scope, Source, Status, Verdict
from controls.opt_outs import OPT_OUTS, OptOut
from controls.table import BY_ID, CONTROLS

__all__ = [
    "BY_ID",
    "CONTROLS",
    "EXCEPTIONS",
    "OPT_OUTS",
    "Answer",
    "Control",
    "Exemption",
    "Finding",
    "Graph",
    "OptOut",
    "Outcome",
    "Resource",
    "Scope",
    "Source",
    "Status",
    "Verdict",
    "answers",
    "evaluate",
    "verdict",
]
