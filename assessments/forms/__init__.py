"""The forms of the unit's workspace."""

from typing import Any

from assessments.forms.appeals import AppealForm
from assessments.forms.delegations import DelegationForm
from assessments.forms.dossier import (
    AnswerForm,
    RemarksForm,
    SignForm,
    digest,
)  # fmt: skip
from assessments.forms.leaf import LABELS, LeafForm, both_texts, stated
from assessments.forms.library import (
    LibraryForm,
    MendForm,
    PaperForm,
    RenewForm,
    details_digest,
)  # fmt: skip
from assessments.forms.sent import refuse

__all__ = [
    "AnswerForm",
    "AppealForm",
    "DelegationForm",
    "LeafForm",
    "LibraryForm",
    "MendForm",
    "PaperForm",
    "RemarksForm",
    "RenewForm",
    "SignForm",
    "both_texts",
    "details_digest",
    "digest",
    "label_of",
    "refuse",
    "stated",
]


def label_of(name: str) -> Any:
    """Return the label of an input of these forms, its bare name when it has none."""
    shown = PaperForm.base_fields | RemarksForm.base_fields | AnswerForm.base_fields
    shown |= DelegationForm.base_fields | AppealForm.base_fields
    return LABELS.get(name) or (shown[name].label if name in shown else name)
