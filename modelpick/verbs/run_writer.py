"""Writes the run folder of an evaluation: models, card, report, history, plots, in one go."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelpick.document import Block, Heading, Table, Text
from modelpick.errors import ModelpickError, UsageError, from_os_error
from modelpick.progress import Listener

if TYPE_CHECKING:
    from modelpick.data.candidate import SavedForm
    from modelpick.data.dataset import Dataset
    from modelpick.evaluation.card import Card
    from modelpick.evaluation.closer import CloserLook
    from modelpick.evaluation.contract import Saved
    from modelpick.evaluation.protocol import CandidateResult, Evaluation
    from modelpick.verbs.eval_options import Keeping
    from modelpick.verbs.eval_result import Bar
    from modelpick.verbs.pictures import Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A run that is on disk.

    Attributes:
        folder: As it was asked for, or `modelpick-runs/...`.
        saved: Name of a candidate -> where it lies in the folder; the best comes first and lies at the top (`.`).
    """

    folder: Path
    saved: Mapping[str, Saved]


def write_run(
    evaluation: Evaluation,
    place: Path,
    *,
    unique: bool,
    device: str,
    license: Mapping[str, str] | None,  # noqa: A002 - the Hub's own word
    extra: Mapping[str, Any],
    closer: CloserLook | None,
    pictures: Pictures,
) -> Written:
    """Builds the run beside its place and moves it there when it is complete.

    Args:
        unique: A number is added to the name where the place is taken meanwhile.
        license: Front-matter keys of the stated licence.
        extra: Further members of the report's JSON.
        closer: A look at the candidate that comes first.
        pictures: Of the run.
    """
    from modelpick.evaluation import report
    from modelpick.evaluation.answers_file import write_answers
    from modelpick.models.run_folder import REPORT, building, place_of
    from modelpick.render.as_json import to_json
    from modelpick.render.markdown import render_markdown
    from modelpick.verbs.stored_report import FILE, blocks_text

    savable = [(result, result.form) for result in evaluation.ranked if result.form is not None]
    with building(place, unique=unique) as run:
        saved: dict[str, Saved] = {}
        for result, form in savable:
            where = "." if not saved else place_of(result.entry.name, [found.path for found in saved.values()])
            saved[result.entry.name] = _save(
                evaluation, named_form(form, result, evaluation.dataset), run.folder, where
            )
        document = report.document(evaluation, run_dir=".", saved=saved, device=device, closer=closer)
        document = replace(document, blocks=[*document.blocks, *network_section(evaluation)])
        _write(run.folder / REPORT, to_json({**document.data, **extra}) + "\n")
        _write(run.folder / "report.md", render_markdown(document))
        _write(run.folder / FILE, blocks_text(document.blocks))
        _write(run.folder / "history.json", to_json(_history(evaluation)) + "\n")
        write_answers(evaluation, run.folder)
        plots = pictures.write(run.folder)
        if savable:
            _write(run.folder / "README.md", _readme(evaluation, *savable[0], run.place.name, license, plots))
    return Written(folder=run.place, saved=saved)


def write_or_tell(
    evaluation: Evaluation,
    place: Path,
    keeping: Keeping,
    *,
    device: str,
    bar: Bar | None,
    closer: CloserLook | None,
    pictures: Pictures,
    listener: Listener,
) -> tuple[Written, ModelpickError | None]:
    """As `write_run`; where nothing can be written, as on a full disk, why, which the listener hears: the comparison is
    there to be shown all the same.
    """
    from modelpick.models.run_folder import shown
    from modelpick.verbs.eval_result import report_extra, told_unwritten

    try:
        written = write_run(
            evaluation,
            place,
            unique=keeping.unique,
            device=device,
            license=keeping.terms,
            extra=report_extra(keeping.created, bar),
            closer=closer,
            pictures=pictures,
        )
    except (OSError, UsageError) as error:  # UsageError: someone else took the place meanwhile
        why = error if isinstance(error, UsageError) else from_os_error(error, f"`{shown(place.parent)}`")
        listener.notice(told_unwritten(why))
        return Written(folder=place, saved={}), why
    return written, None


def named_form(form: SavedForm, result: CandidateResult, dataset: Dataset) -> SavedForm:
    """The form with what only the comparison knows: its name and kind, and the columns that it was not given."""
    ignored = [*dataset.dropped, *(column.name for column in dataset.kept_out)]
    about: dict[str, Any] = {"name": result.entry.name, "kind": result.entry.kind, "ignored_columns": ignored}
    if dataset.kind == "text":
        about["text_column"] = dataset.features.name
    if dataset.reading:
        about["reading"] = dict(dataset.reading)
    return replace(form, config={**about, **form.config})


def network_blocks(form: SavedForm) -> list[Block]:
    """The layers of a saved network as a table, and the count of its updates where it tells one."""
    from modelpick.models.saved import SavedModel

    columns, rows = SavedModel(form).layers()
    blocks: list[Block] = [Table(columns, rows, right=columns[1:])]
    if "trained" in form.config:
        blocks.append(Text(f"{form.config['trained']}."))
    return blocks


def network_section(evaluation: Evaluation) -> list[Block]:
    """The layers of row `mlp` under a heading, where it was saved."""
    form = next((r.form for r in evaluation.results if r.entry.name == "mlp" and r.form is not None), None)
    return [] if form is None else [Heading("The network"), *network_blocks(form)]


def look_closer(evaluation: Evaluation, pictures: Pictures) -> CloserLook | None:
    """A look at the candidate that `predict` will take, or at the best one where none can be saved.

    The pictures of the run are handed over to be drawn as soon as what they show is known.
    """
    from modelpick.data.threads import one_thread
    from modelpick.evaluation.closer import closer_look, subject
    from modelpick.models.saved import SavedModel
    from modelpick.verbs.pictures import of_look, of_trainings

    pictures.draw(of_trainings(evaluation))
    result = subject(evaluation)
    columns = evaluation.dataset.kind == "table"  # of other rows nothing is asked of the model itself
    form = result.form if result is not None and columns else None
    with one_thread():  # the last bits must not depend on the count of cores
        look = closer_look(evaluation, None if form is None else SavedModel(form))
    if look is not None:
        pictures.draw(of_look(look))
    return look


def _save(evaluation: Evaluation, form: SavedForm, folder: Path, where: str) -> Saved:
    from modelpick.evaluation.contract import Saved
    from modelpick.models.checkpoint import CONFIG, PREPROCESSING, WEIGHTS, save
    from modelpick.verbs.given_models import used_row_hashes

    hashes = used_row_hashes(evaluation.dataset.features.take(evaluation.final_rows)) if where == "." else None
    save(form, folder / where, hashes)
    size = sum((folder / where / name).stat().st_size for name in (CONFIG, PREPROCESSING, WEIGHTS))
    return Saved(path=where, bytes=size)


def _history(evaluation: Evaluation) -> dict[str, Any]:
    """Of the networks, by epoch, in the first split."""
    return {
        "schema": "modelpick.history/1",
        "score": "accuracy" if evaluation.dataset.task == "classification" else "r2",
        "models": {r.entry.name: [asdict(record) for record in r.history] for r in evaluation.results if r.history},
    }


def _readme(
    evaluation: Evaluation,
    result: CandidateResult,
    form: SavedForm,
    name: str,
    license_: Mapping[str, str] | None,
    plots: Sequence[tuple[str, str]],
) -> str:
    import yaml

    from modelpick.data.readers.bundled import BUNDLED
    from modelpick.evaluation.card import card
    from modelpick.render.markdown import escape_markdown, render_markdown
    from modelpick.render.sanitise import clean_line

    made = card(
        evaluation,
        result,
        form,
        name=name,
        license=license_,
        bundled=evaluation.dataset.path in BUNDLED,
        network=network_blocks(form) if result.entry.kind in ("mlp", "architecture") else [],
    )
    front = yaml.safe_dump(dict(made.front_matter), sort_keys=False, allow_unicode=False)
    pictures = "".join(f"\n![{escape_markdown(clean_line(words))}]({plot})\n" for plot, words in plots)
    before, after = render_markdown(made.before_usage), render_markdown(made.after_usage)
    usage = _usage(made) if evaluation.dataset.kind == "table" else _usage_of_kind(evaluation.dataset)
    return f"---\n{front}---\n\n{before}{pictures}\n{usage}\n{after}"


def _usage(made: Card) -> str:
    from modelpick.data.cells import values_line
    from modelpick.render.sanitise import clean_line

    row = clean_line(values_line(made.row)).replace("`", "'")
    return f"""## How to use

`FOLDER` is the folder of this card. Columns are matched by name; rows come from a file or one by one:

```sh
modelpick predict FOLDER --input rows.csv
modelpick predict FOLDER --row {shlex.quote(row)}
```

In Python:

```python
import modelpick

result = modelpick.predict("FOLDER", row={row!a})
print(result.predictions[0].answer)
```

The weights are in safetensors and the preprocessing in JSON: loading them runs no code of this folder.
"""


def _usage_of_kind(dataset: Dataset) -> str:
    """How to use a model of texts, images or sounds. No row of the data stands in it."""
    given = {"text": "new.csv", "image": "photo.png", "audio": "clip.wav"}[dataset.kind]
    what = {
        "text": "a table with a column of texts; one text is typed as `--row TEXT`",
        "image": "an image or a folder of images",
        "audio": "a wav file or a folder of them",
    }[dataset.kind]
    return f"""## How to use

`FOLDER` is the folder of this card; the input is {what}:

```sh
modelpick predict FOLDER --input {given}
```

In Python:

```python
import modelpick

result = modelpick.predict("FOLDER", input="{given}")
print(result.predictions[0].answer)
```

The weights are in safetensors and the preprocessing in JSON: loading them runs no code of this folder.
"""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
