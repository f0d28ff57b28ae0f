"""Results show as tables and plots in a notebook, through IPython's own display machinery."""

from dataclasses import dataclass

import pytest

from modelpick import notebook
from modelpick.document import Chart, Document, Heading, Result, Series, Table

pytest.importorskip("IPython")


@dataclass(frozen=True, slots=True)
class Small(Result):
    name: str

    def document(self):
        chart = Chart("Accuracy", "epoch", "accuracy", (Series("train", (1, 2), (0.5, 0.9)),))
        blocks = [Heading(self.name, 1), Table(("model", "score"), (("mlp", "0.95"),)), chart]
        return Document(blocks=blocks, data={"name": self.name})


@pytest.fixture
def shell():
    from IPython.core.interactiveshell import InteractiveShell

    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def test_a_result_shows_as_html_and_as_text(shell):
    notebook.register()
    notebook.register()
    shown, _ = shell.display_formatter.format(Small("<b>iris</b>"))
    assert "<table>" in shown["text/html"]
    assert "data:image/png;base64," in shown["text/html"]
    assert "&lt;b&gt;iris&lt;/b&gt;" in shown["text/html"]
    assert "<b>iris</b>" in shown["text/plain"]
    assert "mlp" in shown["text/plain"]


def test_a_verb_registers_by_itself(shell):
    import modelpick

    listed = modelpick.catalog()
    shown, _ = shell.display_formatter.format(listed)
    assert "<table>" in shown["text/html"]


def test_without_ipython_nothing_happens():
    notebook.register()
