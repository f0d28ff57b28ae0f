"""From a task and your own data to a pretrained model that you can defend.

The public names are lazy (PEP 562): `import modelpick` loads nothing heavy, and `modelpick.search` costs what
searching costs. See the README for a tour, `help(modelpick.evaluate)` for one verb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelpick.errors import AnswerIsNo, CannotFindOut, ModelpickError, NothingMatched, UsageError
    from modelpick.models.estimators import MLPClassifier, MLPRegressor
    from modelpick.models.stack.estimators import MLPStackClassifier, MLPStackRegressor
    from modelpick.verbs.catalog import catalog
    from modelpick.verbs.download import download
    from modelpick.verbs.evaluate import evaluate
    from modelpick.verbs.predict import predict
    from modelpick.verbs.runs import runs
    from modelpick.verbs.search import search
    from modelpick.verbs.show import show
    from modelpick.verbs.verify import verify
    from modelpick.verbs.vet import vet, vet_many
    from modelpick.verbs.vet_bulk import vet_cards

__version__ = "0.3.0.dev0"

_PUBLIC = {
    "AnswerIsNo": "modelpick.errors",
    "CannotFindOut": "modelpick.errors",
    "ModelpickError": "modelpick.errors",
    "NothingMatched": "modelpick.errors",
    "UsageError": "modelpick.errors",
    "MLPClassifier": "modelpick.models.estimators",
    "MLPRegressor": "modelpick.models.estimators",
    "MLPStackClassifier": "modelpick.models.stack.estimators",
    "MLPStackRegressor": "modelpick.models.stack.estimators",
    "catalog": "modelpick.verbs.catalog",
    "download": "modelpick.verbs.download",
    "evaluate": "modelpick.verbs.evaluate",
    "predict": "modelpick.verbs.predict",
    "runs": "modelpick.verbs.runs",
    "search": "modelpick.verbs.search",
    "show": "modelpick.verbs.show",
    "verify": "modelpick.verbs.verify",
    "vet": "modelpick.verbs.vet",
    "vet_cards": "modelpick.verbs.vet_bulk",
    "vet_many": "modelpick.verbs.vet",
}

__all__ = [
    "AnswerIsNo",
    "CannotFindOut",
    "MLPClassifier",
    "MLPRegressor",
    "MLPStackClassifier",
    "MLPStackRegressor",
    "ModelpickError",
    "NothingMatched",
    "UsageError",
    "catalog",
    "download",
    "evaluate",
    "predict",
    "runs",
    "search",
    "show",
    "verify",
    "vet",
    "vet_cards",
    "vet_many",
]


def __getattr__(name: str) -> Any:
    module = _PUBLIC.get(name)
    if module is None:
        raise AttributeError(f"module 'modelpick' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
