"""`validate_<form>` of every form."""

from actions.context import Handler
from actions.forms.catalogue import FORMS

HANDLERS: dict[str, Handler] = {f"validate_{name}": form.handle for name, form in FORMS.items()}
