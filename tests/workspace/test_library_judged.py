"""Papers and files that are judged, or that another person or time has charge of, stay as is."""

import datetime as dt
import json
import threading
import time

import pytest
from django.db import connection, transaction

from assessments.choices import Stage, SubmissionState
from assessments.errors import BadInput, NotPermitted, WindowClosed, WrongState
from assessments.models import CriterionScore, Document, DocumentRevision, Evidence, Submission
from assessments.workflow import delegations, documents, library, questions
from assessments.workflow.machine import perform
from tests.factories.cycles import make_year
from tests.workspace import papers, uploads
from tests.workspace.filling import fill

DAY = dt.timedelta(days=1)


def put(year, state, **more):
    Submission.objects.filter(pk=year.first.submission.pk).update(state=state, **more)


def mend(year, document, **more):
    given = {
        "document": document, "by": year.first.contributor, "at": year.at, "number": "99/MOI",
        "issued_on": None, "issuer": "", "abstract": "", "unchanged": lambda _row: True,
    }  # fmt: skip
    return library.save_paper(**given | more)


def returned(year, code):
    put(
        year, SubmissionState.RETURNED, return_due_at=year.at + DAY,
        returned_from=SubmissionState.SUBMITTED,
    )  # fmt: skip
    CriterionScore.objects.filter(
        submission=year.first.submission, criterion__code=code
    ).update(open_to_unit=True)  # fmt: skip


def number_of(document):
    return Document.objects.get(pk=document.pk).number


def test_paper_of_a_leaf_that_was_not_returned_stays(year):
    document = papers.attach(year.first, "1.1").revision.document
    returned(year, "1.2")

    with pytest.raises(WrongState):
        mend(year, document)
    assert number_of(document) == "12/BC-STN"


def test_paper_of_a_returned_leaf_is_mended_until_the_time_is_over(year):
    document = papers.attach(year.first, "1.1").revision.document
    returned(year, "1.1")

    with pytest.raises(WindowClosed):
        mend(year, document, at=year.at + DAY)
    assert number_of(document) == "12/BC-STN"
    mend(year, document)
    assert number_of(document) == "99/MOI"


def test_paper_of_a_leaf_delegated_to_another_stays(year):
    document = papers.attach(year.first, "1.1").revision.document
    delegations.delegate(
        submission=year.first.submission, codes=["1.1"], to=year.first.focal, by=year.first.head,
        at=year.at,
    )  # fmt: skip

    with pytest.raises(NotPermitted):
        mend(year, document)
    assert number_of(document) == "12/BC-STN"


def test_what_is_judged_is_not_taken_off_while_a_question_is_open(db):
    year = make_year(stage=Stage.APPRAISAL)
    signed = papers.attach(year.first, "1.1")
    put(year, SubmissionState.APPRAISING)
    year.first.submission.scores.update(open_to_appraiser=True)
    questions.ask(
        score=year.first.score("1.1"), by=year.member, at=year.at, question="?",
        due_at=year.at + DAY,
    )  # fmt: skip
    given = {"by": year.first.focal, "at": year.at}
    answer = documents.attach_file(
        score=year.first.score("1.1"), upload=uploads.pdf(), number="1", **given
    )

    with pytest.raises(WrongState):
        documents.detach(evidence=Evidence.objects.get(pk=signed.pk), **given)
    documents.detach(evidence=Evidence.objects.get(pk=answer.pk), **given)

    assert list(year.first.score("1.1").evidence.filter(removed_at=None)) == [signed]


def test_paper_that_a_receipt_lists_stays_though_it_was_taken_off(year):
    fill(year.first, year.at)
    item = papers.attach(year.first, "1.1")
    perform(
        "submit", year.first.submission, by=year.first.head, at=year.at, statement=True
    )  # fmt: skip
    Evidence.objects.filter(pk=item.pk).update(removed_at=year.at + DAY)

    assert library.is_being_judged(item.revision.document)
    Evidence.objects.filter(pk=item.pk).update(removed_at=year.at)
    assert not library.is_being_judged(item.revision.document)


def test_paper_is_not_confirmed_once_the_dossier_left_the_unit(year):
    document = papers.attach(year.first, "1.1").revision.document
    given = {"document": document, "cycle": year.cycle, "by": year.first.focal}

    with pytest.raises(WindowClosed):
        library.confirm(at=year.milestone().closes_at, **given)
    put(year, SubmissionState.SUBMITTED)
    with pytest.raises(WrongState):
        library.confirm(at=year.at, **given)
    assert document.confirmations.count() == 0


def meanwhile(act):
    """Start an act in a thread of its own; return the thread."""

    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
def test_signing_waits_for_a_paper_that_is_being_mended(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    year = make_year()
    fill(year.first, year.at)
    document = papers.attach(year.first, "1.1").revision.document
    started = []

    def sign_first(_row):
        started.append(
            meanwhile(
                lambda: perform(
                    "submit", year.first.submission, by=year.first.head, at=year.at, statement=True
                )
            )
        )
        time.sleep(1)
        return True

    mend(year, document, unchanged=sign_first)
    started[0].join()

    year.first.submission.refresh_from_db()
    receipt = year.first.submission.receipts.get()
    assert year.first.submission.state == SubmissionState.SUBMITTED
    told = json.dumps(json.loads(receipt.content), ensure_ascii=False)
    assert (told.count("99/MOI"), told.count("12/BC-STN")) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_attaching_with_confirmation_waits_for_a_paper_that_is_being_deleted():
    year = make_year()
    item = papers.attach(year.first, "1.1")
    item.delete()
    DocumentRevision.objects.update(uploaded_at=year.at - 400 * DAY)
    given = {"by": year.first.focal, "at": year.at}
    outcomes = []

    def attach():
        with pytest.raises(BadInput) as refused:
            documents.attach_existing(
                score=year.first.score("1.2"), revision=item.revision, confirmed=True, **given
            )
        outcomes.append(refused.value.field)

    with transaction.atomic():
        library.held(item.revision.document)
        other = meanwhile(attach)
        time.sleep(1)
        library.delete_document(document=item.revision.document, **given)
    other.join()

    assert (outcomes, Document.objects.count()) == (["revision"], 0)
