"""Say in words what the event log keeps as codes: acts and kinds of objects."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.workflow import machine

#: Acts that move no state; the others are named by the rows of the transition table.
ACTS: Mapping[str, Promise] = {
    "abstain": _("Abstain from a leaf"),
    "add_document": _("Put a paper into the library"),
    "add_revision": _("Upload a new file of a paper"),
    "answer": _("Answer a question"),
    "appoint": _("Appoint"),
    "appraise": _("Appraise"),
    "ask": _("Ask for explanation"),
    "attach": _("Attach evidence"),
    "attach_copy": _("Keep a signed copy"),
    "change_clocks": _("Change rounds and terms for answers"),
    "change_dates": _("Change dates"),
    "close_question": _("Close a question without an answer"),
    "confirm_document": _("Confirm a paper of an earlier year"),
    "copy_scheme": _("Make a new version"),
    "decide_leaf": _("Decide a leaf"),
    "decide_survey": _("Decide on a survey result"),
    "declare_conflict": _("Declare a conflict of interest"),
    "delete_document": _("Delete a paper that was never used"),
    "delegate": _("Delegate leaves"),
    "detach": _("Take evidence off"),
    "discard_draft": _("Discard a draft"),
    "discard_meeting": _("Delete a meeting"),
    "draft": _("Draft a publication"),
    "draft_record": _("Draft a record of the press"),
    "dry_run": _("See the dry run"),
    "end_conflict": _("End a declared conflict of interest"),
    "extend": _("Extend a stage"),
    "extend_question": _("Give more time for an answer"),
    "file_appeal": _("File an appeal or a complaint"),
    "flag_conflict": _("Flag points given with a conflict"),
    "give_back": _("Give leaves back for mending"),
    "import_scheme": _("Import a scheme"),
    "opinion": _("Give an opinion beside the points"),
    "set_sight": _("Set what appraisers are shown"),
    "seat": _("Give a seat in the council"),
    "unseat": _("Take a seat in the council away"),
    "assign": _("Assign a field"),
    "unassign": _("Take an assignment away"),
    "mark_done": _("Report leaves done"),
    "propose_adjustment": _("Propose a bonus or penalty"),
    "remind": _("Remind a unit"),
    "remarks": _("Save difficulties and proposals"),
    "record_attendance": _("Record the attendance of a meeting"),
    "record_independent": _("Enter an independent figure"),
    "replace": _("Put evidence on the new file of its paper"),
    "save": _("Save a leaf"),
    "save_meeting": _("Save a meeting and its minutes"),
    "set_agenda": _("Set the agenda of a meeting"),
    "save_paper": _("Mend the details of a paper"),
    "set_decision_aside": _("Set a decision aside"),
    "substitute": _("Let a substitute appraise"),
    "survey_result": _("Enter a survey result"),
    "undelegate": _("Take leaves back"),
    "withdraw_question": _("Withdraw a question"),
    "working_day": _("Enter a day of the working calendar"),
}


def act_word(action: str) -> str:
    """Return the name of an act, or its code when a later release no longer knows it."""
    if action in ACTS:
        return str(ACTS[action])
    return next((str(row.label) for row in machine.rows() if row.action == action), action)


def kind_word(object_type: str) -> str:
    """Return the name of a kind of object, or its code when no model bears it."""
    for app in ("assessments", "units"):
        model = apps.all_models[app].get(object_type)
        if model is not None:
            return str(model._meta.verbose_name)
    return object_type


def object_named(object_type: str, object_id: str) -> str:
    """Return the present name of an object of the log; empty when it is gone or has no key."""
    for app in ("assessments", "units"):
        model = apps.all_models[app].get(object_type)
        if model is not None and object_id.isdigit():
            found = model._base_manager.filter(pk=object_id).first()
            return str(found) if found is not None else ""
    return ""


class ActFilter(admin.AllValuesFieldListFilter):
    """Filter by act, in words."""

    word: Callable[[str], str] = staticmethod(act_word)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the choices of the filter with the words in place of the codes."""
        for choice in super().choices(changelist):
            yield {**choice, "display": self.word(str(choice["display"]))}


class KindFilter(ActFilter):
    """Filter by kind of object, in words."""

    word = staticmethod(kind_word)
