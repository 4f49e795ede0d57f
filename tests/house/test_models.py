"""What holds for every model: history protects, decisions stand whole."""

import datetime as dt

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from cchc.kit.models import Decided, decided_together

#: A draft scheme or a cycle in preparation is thrown away with its parts; a unit with its names.
PARTS = {
    "Criterion.scheme",
    "Criterion.parent",
    "Criterion.field",
    "ScoreLevel.criterion",
    "Band.scheme",
    "SurveyComponent.criterion",
    "CycleScheme.cycle",
    "Milestone.cycle",
    "Extension.cycle",
    "UnitAlias.unit",
    # What was told to an account goes with it; nothing rests on it.
    "Message.user",
    "MessagePreference.user",
    "Digest.user",
    "NoticeCursor.cycle",
    # Parts of a meeting that no decision cites yet.
    "Attendance.meeting",
    "AgendaItem.meeting",
}
OURS = [
    model for app in ("units", "assessments") for model in apps.get_app_config(app).get_models()
    if not model._meta.auto_created
]  # fmt: skip
DECIDED = [model for model in OURS if issubclass(model, Decided)]
DECISION = {
    "decision_number": "12/QĐ-UBND",
    "decision_date": dt.date(2026, 1, 5),
    "decision_signer": "Chủ tịch",
}


def foreign_keys() -> dict[str, models.ForeignKey]:
    return {
        f"{model.__name__}.{field.name}": field
        for model in OURS
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
    }


def test_every_foreign_key_protects_but_those_of_parts() -> None:
    loose = {
        name for name, field in foreign_keys().items()
        if field.remote_field.on_delete is not models.PROTECT
    }  # fmt: skip
    assert loose == PARTS


def test_published_rows_know_no_live_row() -> None:
    targets = {
        field.related_model.__name__
        for name, field in foreign_keys().items() if name.startswith(("Published", "FrozenPage"))
    }  # fmt: skip
    assert targets == {"Publication", "PublishedGroup", "PublishedResult"}


def decision_constraint(model: type[models.Model]) -> models.CheckConstraint:
    whole = decided_together("any").condition
    found = [row for row in model._meta.constraints if getattr(row, "condition", None) == whole]
    assert len(found) == 1, f"{model.__name__} takes half a decision"
    return found[0]


@pytest.mark.parametrize("model", DECIDED, ids=lambda model: model.__name__)
@pytest.mark.django_db
def test_decision_stands_whole(model) -> None:
    constraint = decision_constraint(model)

    constraint.validate(model, model(**DECISION))
    constraint.validate(model, model())
    for name, value in DECISION.items():
        half = {key: other for key, other in DECISION.items() if key != name}
        with pytest.raises(ValidationError):
            constraint.validate(model, model(**half))
        with pytest.raises(ValidationError):
            constraint.validate(model, model(**{name: value}))


def test_models_resting_on_decisions_are_known() -> None:
    assert {
        "Scheme",
        "Cycle",
        "Extension",
        "Council",
        "Appointment",
        "Publication",
        "Succession",
    } <= {model.__name__ for model in DECIDED}
