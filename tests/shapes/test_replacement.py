"""What would replace a store, and that production refuses it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import pytest

from sandbox.cloud.replacement import replaces
from sandbox.model import Resource, Run
from sandbox.preview import plan
from tests.shapes.conftest import EVERY, of_aws
from tests.shapes.stores import FINAL_SNAPSHOT, NO_STORES, SPARED, STORES
from tests.stacks.conftest import STACKS

RunOf = Callable[[str], Run]
PRODUCTION = tuple(it for it in EVERY if "production" in it)


def stores(run: Run) -> Iterator[Resource]:
    """Every store of a run."""
    return (it for it in of_aws(run) if it.type in STORES and (it.type, it.name) not in SPARED)


@pytest.mark.parametrize("stack", PRODUCTION)
def test_the_inputs_that_would_replace_a_store_are_listed(stack: str, any_run: RunOf) -> None:
    """Of those that production gives; a new one turns this red, so that somebody thinks about it."""
    for store in stores(any_run(stack)):
        assert replaces(store.type) & set(store.inputs) <= STORES[store.type].replaced_by, store.name


def test_every_listed_input_is_one_that_production_gives(any_run: RunOf) -> None:
    given = {
        type_: set().union(
            *(set(it.inputs) for run in map(any_run, PRODUCTION) for it in stores(run) if it.type == type_)
        )
        for type_ in STORES
    }
    for type_, store in STORES.items():
        assert store.replaced_by <= given[type_] & replaces(type_), type_


@pytest.mark.parametrize("stack", PRODUCTION)
def test_production_refuses_to_replace_a_store(stack: str, any_run: RunOf) -> None:
    """Each input in turn is changed, and the preview says that it would replace the store, and that it may not."""
    tried = 0
    for store in stores(any_run(stack)):
        for name in sorted(STORES[store.type].replaced_by & set(store.inputs)):
            changed = copy.deepcopy(store)
            changed.inputs[name] = "other"
            found = plan(Run("platform", stack, [changed], {}), Run("platform", stack, [store], {}))
            assert [it.op for it in found.steps] == ["replace"], f"{store.urn} {name}"
            assert [it.resource.urn for it in found.refused] == [store.urn], f"{store.urn} {name}"
            tried += 1
        gone = plan(Run("platform", stack, [], {}), Run("platform", stack, [store], {}))
        assert [it.resource.urn for it in gone.refused] == [store.urn]
    assert tried >= 20


@pytest.mark.parametrize("stack", PRODUCTION)
def test_the_services_keep_them_too(stack: str, any_run: RunOf) -> None:
    """Whoever passes by Pulumi's protection meets AWS's own."""
    found = [
        f"{store.name}: {name} is {store.inputs.get(name)}, not {value}"
        for store in stores(any_run(stack))
        for name, value in STORES[store.type].kept.items()
        if store.inputs.get(name) != value
    ]
    assert found == []
    snapshots = [
        str(it.inputs["finalSnapshotIdentifier"]) for it in stores(any_run(stack)) if it.type in FINAL_SNAPSHOT
    ]
    assert len(set(snapshots)) == len(snapshots)


def test_a_store_without_protection_of_its_own_has_a_reason() -> None:
    for type_, store in STORES.items():
        assert bool(store.kept) != bool(store.why), type_


def test_what_is_spared_is_there_and_unprotected(any_run: RunOf) -> None:
    found = {(it.type, it.name): it.protect for stack in PRODUCTION for it in of_aws(any_run(stack))}
    assert {key: found[key] for key in SPARED} == dict.fromkeys(SPARED, False)


def test_every_protected_type_is_a_store_and_no_other_is(any_run: RunOf) -> None:
    protected = {it.type for stack in PRODUCTION for it in of_aws(any_run(stack)) if it.protect}
    assert set(STORES) <= protected
    assert protected & set(NO_STORES) == set()


@pytest.mark.parametrize("stack", [it for it in STACKS if "production" not in it])
def test_nothing_of_other_stacks_is_protected(stack: str, any_run: RunOf) -> None:
    """dev and staging end empty."""
    assert [it.urn for it in any_run(stack).resources if it.protect] == []
