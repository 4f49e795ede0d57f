"""Base fields and abstract models shared by both apps."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cchc.kit.text import nfc, squeeze


class LineField(models.CharField):  # type: ignore[type-arg]
    """Hold one line of text in NFC with single spaces, also when written past the forms."""

    def get_prep_value(self, value: Any) -> Any:
        """Normalise on every way into the database, lookups included."""
        prepared = super().get_prep_value(value)
        return squeeze(prepared) if isinstance(prepared, str) else prepared

    def to_python(self, value: Any) -> Any:
        """Normalise what a form or an import brings."""
        text = super().to_python(value)
        return squeeze(text) if isinstance(text, str) else text


class ProseField(models.TextField):  # type: ignore[type-arg]
    """Hold paragraphs of text in NFC, also when written past the forms."""

    def get_prep_value(self, value: Any) -> Any:
        """Normalise on every way into the database, lookups included."""
        prepared = super().get_prep_value(value)
        return nfc(prepared) if isinstance(prepared, str) else prepared

    def to_python(self, value: Any) -> Any:
        """Normalise what a form or an import brings."""
        text = super().to_python(value)
        return nfc(text) if isinstance(text, str) else text


class PointsField(models.DecimalField):  # type: ignore[type-arg]
    """Hold points: exact decimals with four places."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 8)
        kwargs.setdefault("decimal_places", 4)
        super().__init__(*args, **kwargs)


class IndexField(models.DecimalField):  # type: ignore[type-arg]
    """Hold an index: percent with ten places, the value on which ranks stand (design 0.8)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 13)
        kwargs.setdefault("decimal_places", 10)
        super().__init__(*args, **kwargs)


class FactField(models.DecimalField):  # type: ignore[type-arg]
    """Hold a counted or measured fact: up to two places (design 0.23)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 18)
        kwargs.setdefault("decimal_places", 2)
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class Stamped(models.Model):
    """Keep when a row was made and last changed."""

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        abstract = True


class Decided(models.Model):
    """Rest on a decision: number, date and signer are given together or not at all."""

    decision_number = LineField(_("decision number"), max_length=60, blank=True)
    decision_date = models.DateField(_("decision date"), null=True, blank=True)
    decision_signer = LineField(_("signer"), max_length=120, blank=True)

    class Meta:
        abstract = True

    @property
    def is_decided(self) -> bool:
        """Tell whether the decision is on record."""
        return bool(self.decision_number and self.decision_date and self.decision_signer)


def decided_together(name: str) -> models.CheckConstraint:
    """Return the constraint that a decision's number, date and signer stand together."""
    return models.CheckConstraint(
        name=name,
        condition=models.Q(decision_number="", decision_date=None, decision_signer="")
        | (
            ~models.Q(decision_number="")
            & models.Q(decision_date__isnull=False)
            & ~models.Q(decision_signer="")
        ),
        violation_error_message=_("Give the decision's number, date and signer together."),
    )
