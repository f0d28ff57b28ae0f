"""The forms that a saved model can have. A new one is a file in this room, and its `FORM` in the tuple here."""

from modelpick.models.forms.dense import FORM as DENSE
from modelpick.models.forms.form import Form
from modelpick.models.forms.network import FORM as NETWORK
from modelpick.models.forms.probe import FORM as PROBE
from modelpick.models.forms.stack import FORM as STACK
from modelpick.models.forms.tuned import FORM as TUNED
from modelpick.models.forms.untrained import FORM as UNTRAINED

FORMS: tuple[Form, ...] = (DENSE, STACK, NETWORK, TUNED, PROBE, UNTRAINED)


def form_of(architecture: object) -> Form | None:
    """The form that reads this architecture, by its bare name; None where this version knows none."""
    return next((form for form in FORMS if architecture in form.architectures), None)
