"""What every settings class stands on: a frozen model, the domain's own types, and refusals that name a key.

A check over several fields is written as a ``field_validator`` on the last field it needs, reading the earlier
ones from ``info.data``. pydantic puts only valid fields there, so a check whose material is wrong is not run: one
mistake gives one error, and every independent mistake is still reported in the same run.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import pairwise
from typing import Annotated, Final, NoReturn, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError


class Settings(BaseModel):
    """Base of every settings class: immutable, unknown keys refused, defaults checked like given values."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, arbitrary_types_allowed=False)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema with what stands below each field as its description."""
        found = handler(schema)
        properties = handler.resolve_ref_schema(found).get("properties", {})
        for name, text in attribute_docs(cls).items():
            if name in properties:
                properties[name].setdefault("description", text)
        return found


def attribute_docs(model: type[BaseModel]) -> dict[str, str]:
    """The text below each field of ``model``, inherited ones too.

    Read from the source when an error or the schema wants it: pydantic's own ``use_attribute_docstrings`` reads it at
    every import, which is a tenth of the program's start.
    """
    docs: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if not issubclass(cls, Settings) or cls is Settings:
            continue
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
        if isinstance(tree, ast.ClassDef):
            docs |= dict(_texts_below(tree.body))
    return docs


def _texts_below(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
            and isinstance(below.value.value, str)
        ):
            yield field.target.id, inspect.cleandoc(below.value.value)


@dataclass(frozen=True)
class Problem:
    """One wrong key of a stack file.

    ``path`` leads from the section to the key (``("subnets", "private", 0)``), ``value`` is what stands there and
    ``allowed`` says what may stand there instead.
    """

    path: tuple[str | int, ...]
    value: object
    allowed: str


def refuse(allowed: str, *, value: object = ..., at: Sequence[str | int] = ()) -> NoReturn:
    """Refuse the key under validation, or the key ``at`` from it; ``allowed`` says what may stand there.

    ``at`` leads downward, or with ``".."`` first to a sibling, where the wrong key is one validated earlier.
    ``value`` replaces the value that the message shows, where the whole of the field would be too much.
    """
    raise _refusal((Problem(tuple(at), value, allowed),))


def refuse_all(problems: Iterable[Problem]) -> None:
    """Refuse every key that ``problems`` names, with paths relative to the field under validation; none: accept."""
    found = tuple(problems)
    if found:
        raise _refusal(found)


def _refusal(found: tuple[Problem, ...]) -> PydanticCustomError:
    return PydanticCustomError("refused", "{summary}", {"summary": found[0].allowed, "problems": found})


def one_of(values: Iterable[str]) -> str:
    """``one of a, b, c`` in the order given."""
    return "one of " + ", ".join(values)


def repeated(values: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Index and value of everything that stands in ``values`` a second time."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield index, value
        seen.add(value)


def each_once(what: str) -> AfterValidator:
    """Annotates a list of texts in which no ``what`` stands twice."""

    def check(values: list[str]) -> list[str]:
        refuse_all(Problem((index,), value, f"each {what} once") for index, value in repeated(values))
        return values

    return AfterValidator(check)


Unique: Final = each_once("value")
"""Annotates a list of texts in which nothing stands twice."""


# --- the domain's own types -------------------------------------------------------------------------------------

FORMS: Final[dict[str, str]] = {}
"""What the patterns of texts come to in words, for errors."""


def form(pattern: str, words: str, *, max_length: int | None = None) -> StringConstraints:
    """A text of ``pattern``, which errors describe by ``words``. Figures in it are ``[0-9]``: ``d`` is any script's."""
    FORMS[pattern] = words
    return StringConstraints(pattern=pattern, max_length=max_length)


def _network(value: object) -> IPv4Network:
    if isinstance(value, IPv4Network):
        return value
    try:
        return IPv4Network(str(value), strict=True)
    except ValueError:
        refuse("an IPv4 network in CIDR form whose host bits are zero, such as 10.1.0.0/16", value=value)


Cidr = Annotated[
    IPv4Network,
    PlainValidator(_network, json_schema_input_type=str),
    Field(json_schema_extra={"examples": ["10.1.0.0/16"]}),
]
"""An IPv4 network with no host bits set."""

_PRIVATE = tuple(IPv4Network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))


def is_private(network: IPv4Network) -> bool:
    """Whether no part of the network is reached over the internet."""
    return any(network.subnet_of(block) for block in _PRIVATE)


def _private(value: IPv4Network) -> IPv4Network:
    if not is_private(value):
        refuse("a private network (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10)", value=str(value))
    return value


PrivateCidr = Annotated[Cidr, AfterValidator(_private)]
"""A network of RFC 1918 or RFC 6598 space."""


def _quoted_digits(value: object) -> object:
    if isinstance(value, int):
        refuse("twelve digits in quotes (YAML reads unquoted digits as a number and drops leading zeros)", value=value)
    return value


AccountId = Annotated[str, BeforeValidator(_quoted_digits), form(r"^[0-9]{12}$", "twelve digits in quotes")]
"""An AWS account number: twelve digits, quoted."""
Slug = Annotated[
    str,
    form(
        r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "lower-case letters, digits and single hyphens, a letter first", max_length=24
    ),
]
"""A short lower-case name with single hyphens, letter first."""
DnsLabel = Annotated[
    str, form(r"^[a-z]([-a-z0-9]*[a-z0-9])?$", "lower-case letters, digits and hyphens, a letter first", max_length=63)
]
"""An RFC 1035 label, as Kubernetes wants it for Services and namespaces."""
Hostname = Annotated[
    str,
    form(
        r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        "a full host name in lower case, such as dev.example.com",
        max_length=253,
    ),
]
"""A fully qualified host name in lower case, without the final dot."""
Email = Annotated[
    str,
    form(
        r"^[A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$",
        "a mail address, such as team@example.com",
        max_length=254,
    ),
]
"""A mail address."""
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
Days = Annotated[int, Field(ge=1, le=3653, strict=True)]
"""A finite number of days, ten years at most."""
LOG_DAYS: Final = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
"""The retentions that CloudWatch Logs has (PutRetentionPolicy; 0, for ever, is left out on purpose)."""


def _log_days(value: int) -> int:
    if value not in LOG_DAYS:
        refuse("a retention that CloudWatch Logs has: " + ", ".join(map(str, LOG_DAYS)), value=value)
    return value


LogDays = Annotated[int, Field(strict=True, json_schema_extra={"enum": list(LOG_DAYS)}), AfterValidator(_log_days)]
"""Days that a log group keeps its events."""


def _no_bool(value: object) -> object:
    if isinstance(value, bool):
        refuse("a whole number", value=value)
    return value


Figure = BeforeValidator(_no_bool)
"""Annotates a choice of figures: to Python ``true`` is 1."""
Percent = Annotated[int, Field(ge=1, le=100, strict=True)]

_CPU = re.compile(r"(?P<milli>\d{1,7})m|(?P<cores>\d{1,4}(\.\d{1,3})?)", re.ASCII)
_BYTES = re.compile(r"(?P<number>\d{1,10})(?P<unit>Ki|Mi|Gi|Ti)", re.ASCII)
_UNITS = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4}


def cpu_millis(quantity: str) -> int:
    """Thousandths of a core in a Kubernetes CPU quantity (``250m``, ``2``, ``0.5``). ``ValueError`` for others."""
    match = _CPU.fullmatch(quantity)
    if match is None:
        raise ValueError(quantity)
    return int(match["milli"]) if match["milli"] else round(float(match["cores"]) * 1000)


def memory_bytes(quantity: str) -> int:
    """Bytes in a Kubernetes memory quantity with a binary unit (``512Mi``). ``ValueError`` for others."""
    match = _BYTES.fullmatch(quantity)
    if match is None:
        raise ValueError(quantity)
    return int(match["number"]) * _UNITS[match["unit"]]


def _cpu(value: object) -> object:
    text = str(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else ""
    if not _CPU.fullmatch(text) or cpu_millis(text) == 0:
        refuse("a CPU quantity above zero such as 250m, 1 or 1.5", value=value)
    return text


def _memory(value: object) -> object:
    if not isinstance(value, str) or not _BYTES.fullmatch(value) or memory_bytes(value) == 0:
        refuse("a memory quantity above zero with a binary unit, such as 256Mi or 1Gi", value=value)
    return value


Cpu = Annotated[
    str,
    BeforeValidator(_cpu),
    Field(
        json_schema_extra={
            "type": ["string", "number"],
            "exclusiveMinimum": 0,
            "pattern": r"^([0-9]{1,7}m|[0-9]{1,4}(\.[0-9]{1,3})?)$",
        }
    ),
]
"""CPU of a container: thousandths or cores."""
Memory = Annotated[str, BeforeValidator(_memory), Field(json_schema_extra={"pattern": "^[0-9]{1,10}(Ki|Mi|Gi|Ti)$"})]
"""Memory of a container, or the size of a disk, with a binary unit."""


class Quantities(Settings):
    """CPU and memory of one container."""

    cpu: Cpu
    memory: Memory


class Resources(Settings):
    """What a container asks for and may use at most."""

    requests: Quantities = Quantities(cpu="250m", memory="256Mi")
    limits: Quantities = Quantities(cpu="500m", memory="512Mi")

    @model_validator(mode="after")
    def _within_limits(self) -> Self:
        problems = []
        if cpu_millis(self.requests.cpu) > cpu_millis(self.limits.cpu):
            problems.append(Problem(("requests", "cpu"), self.requests.cpu, f"at most the limit, {self.limits.cpu}"))
        if memory_bytes(self.requests.memory) > memory_bytes(self.limits.memory):
            problems.append(
                Problem(("requests", "memory"), self.requests.memory, f"at most the limit, {self.limits.memory}")
            )
        refuse_all(problems)
        return self
