"""catalog: the popular architectures, what each is for, when not to use it, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

from modelpick.document import Document, Result
from modelpick.errors import UsageError
from modelpick.verbs.catalog_summary import CatalogSummary, summarise
from modelpick.verbs.stored_summary import StoredSummary, stored_model, summarise_stored

if TYPE_CHECKING:
    from modelpick.registry.entry import Entry, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(Result):
    """The architectures, the oldest first; those for `task` where one was asked for."""

    entries: tuple[Entry, ...]
    task: str | None = None

    def document(self) -> Document:
        """The table: name, year, what for, parameters, what it is known for, whether eval trains it today."""
        from modelpick.registry.report import list_document

        return list_document(self.entries, task=self.task)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry(Result):
    """One architecture whole; `variant` is set where `name`, as it was asked for, is that of a variant."""

    name: str
    entry: Entry
    variant: Variant | None = None

    def document(self) -> Document:
        """The entry on one or two screens."""
        from modelpick.registry.report import entry_document

        return entry_document(self.entry, name=self.name, variant=self.variant)


@overload
def catalog(name: None = None, *, task: str | None = None) -> Catalog: ...


@overload
def catalog(name: str, *, task: None = None) -> CatalogEntry: ...


@overload
def catalog(
    name: str, *, summary: Literal[True], input_shape: str | None = None, classes: int | None = None
) -> CatalogSummary | StoredSummary: ...


@overload
def catalog(
    name: str | None = None,
    *,
    task: str | None = None,
    summary: bool = False,
    input_shape: str | None = None,
    classes: int | None = None,
) -> Catalog | CatalogEntry | CatalogSummary | StoredSummary: ...


def catalog(
    name: str | None = None,
    *,
    task: str | None = None,
    summary: bool = False,
    input_shape: str | None = None,
    classes: int | None = None,
) -> Catalog | CatalogEntry | CatalogSummary | StoredSummary:
    """The architectures that modelpick knows, one of them whole, or the layers of one in numbers.

    Args:
        name: An architecture, a variant or another name of it: `resnet`, `vgg16`, `LeNet-5`, `bert`.
        task: Only those for this task of the Hub, such as `image-classification`.
        summary: The layers of the named architecture with their output shapes, weights, biases and multiply-adds; or
            those of a run, a folder or a downloaded repo, as the headers of its weights state them.
        input_shape: For the summary, of one input: `3x224x224`, `128` words, `100x40`; None is as published.
        classes: For the summary; None is as published.

    Returns:
        A `Catalog`; with a name, a `CatalogEntry`; with `summary`, a `CatalogSummary`, or a `StoredSummary` of a model
        that lies here.

    Raises:
        UsageError: The name or task is unknown (the hint has close ones), or both were given.
        NothingMatched: No architecture is for that task.
        CannotFindOut: The cards of the catalogue are missing or broken, or the weights to be summed up are.
    """
    from modelpick.hub.tasks import task_id
    from modelpick.notebook import register
    from modelpick.registry.cards import entries
    from modelpick.registry.names import find, with_task

    register()
    if name is not None and task is not None:
        raise UsageError(
            f"a name (`{name}`) and a task (`{task}`) cannot be asked for together",
            f"leave one out: `modelpick catalog {name}` or `modelpick catalog --task {task}`",
        )
    if summary:
        if name is None:
            raise UsageError("a summary is of one architecture", "such as `modelpick catalog resnet18 --summary`")
        folder = stored_model(name)
        if folder is None:
            return summarise(name, input_shape, classes)
        if input_shape is not None or classes is not None:
            raise UsageError(
                "`--input` and `--classes` are for an architecture", f"leave them out: `{name}` has its own"
            )
        return summarise_stored(name, folder)
    if input_shape is not None or classes is not None:
        raise UsageError("`--input` and `--classes` are for a summary", "add `--summary`")
    if name is not None:
        match = find(name)
        return CatalogEntry(name=name, entry=match.entry, variant=match.variant)
    if task is None:
        return Catalog(entries=entries())
    task = task_id(task)
    return Catalog(entries=with_task(task), task=task)
