"""What our forms share about the data that a browser sent."""

from typing import Any

from django import forms

from assessments.errors import BadInput


def flat(data: Any) -> dict[str, Any]:
    """Return sent data with one value a name, which is all that our forms have."""
    return {name: data[name] for name in data}


def refuse(form: forms.Form, refusal: BadInput) -> None:
    """Show a refusal of the workflow beside its input, above the form when it names none."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
