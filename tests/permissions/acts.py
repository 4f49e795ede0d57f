"""What the workspace lets people do, act by act: with which data, when, by whom, changing what."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.forms import details_digest, digest
from assessments.models import Document
from tests.permissions.stages import MOMENTS, OWN, World
from tests.workspace import uploads

RUNNERS = ("focal", "head", "deputy")
SIGNERS = ("head", "deputy")
#: Who fills in leaf 1.1, which is delegated to the contributor.
HOLDERS = ("contributor", *RUNNERS)
Sent = Callable[[World, str], dict[str, Any]]
When = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Act:
    """A form of the workspace, filled in so that nothing but the right or the time is missing.

    `may` says at which moments who may do it; `does` what changes then. `instead` is what own
    people change at all other moments, for the one act that does a part of what it is asked;
    `also` what more changes at a moment.
    """

    page: str
    may: When
    does: frozenset[str]
    data: Sent
    code: str = "1.2"
    paper: str = ""
    json: bool = False
    instead: frozenset[str] = frozenset()
    also: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def address(self, world: World) -> str:
        """Return where the form is sent to."""
        more = {"pk": str(getattr(world, self.paper).pk)} if self.paper else {}
        return world.address(self.page, code=self.code, **more)

    def expected(self, person: str, when: str) -> frozenset[str]:
        """Return what changes when the person does it at that moment."""
        if person in self.may.get(when, ()):
            return self.does | self.also.get(when, frozenset())
        return self.instead if person in OWN else frozenset()


def _pairs(*moments: str, who: Iterable[str]) -> When:
    return dict.fromkeys(moments, who)


def _but(*moments: str, who: Iterable[str] = OWN) -> When:
    return {when: who for when in MOMENTS if when not in moments}


ALWAYS = _but()
DRAFT = _pairs("draft", who=OWN)
#: Leaf 1.1 is the one that the return names.
MENDED = _pairs("draft", "returned", who=HOLDERS)
RUN = _pairs("draft", "returned", who=RUNNERS)
ASKED = _pairs("appraising", "explaining", who=RUNNERS)


def _leaf(world: World, code: str, **typed: str) -> dict[str, Any]:
    return {"version": str(world.year.first.score(code).version), "note": "Ghi chú mới"} | typed


def _met(world: World, person: str) -> dict[str, Any]:
    return _leaf(world, "1.1", met="0")


def _option(world: World, person: str) -> dict[str, Any]:
    level = world.year.criterion("1.2").levels.last()
    return _leaf(world, "1.2", option=str(level.pk))


def _file(world: World, person: str) -> dict[str, Any]:
    return {"upload": uploads.pdf(extra=b"new"), "number": "9/KH"}


def _chosen(world: World, person: str) -> dict[str, Any]:
    revision = world.spare.revisions.get()
    return {"choose": "1", "revision": str(revision.pk)}


def _carried(world: World, person: str) -> dict[str, Any]:
    revision = world.carried.revisions.get()
    return {"choose": "1", "revision": str(revision.pk), "confirmed": "on"}


def _details(paper: Callable[[World], Document]) -> Sent:
    def data(world: World, person: str) -> dict[str, Any]:
        return {"number": "77/KH", "seen": details_digest(paper(world))}

    return data


def _remarks(world: World, person: str) -> dict[str, Any]:
    return {"seen": digest(world.submission), "difficulties": "Thiếu người", "proposals": ""}


def _hand(do: str, code: str, to: str = "") -> Sent:
    def data(world: World, person: str) -> dict[str, Any]:
        user = world.people[to] if to else None
        return {"do": do, "leaves": code, "note": "Xem lại", "to": str(user.pk) if user else ""}

    return data


def _moving(world: World, person: str) -> dict[str, Any]:
    return {"upload": uploads.pdf(extra=b"new"), "move": str(world.evidence.pk)}


def _book(world: World, person: str) -> dict[str, Any]:
    own = person if person in OWN else "focal"
    return {"workbook": SimpleUploadedFile("bang.xlsx", world.books[own])}


def _token(world: World, person: str) -> dict[str, Any]:
    return {"token": world.tokens[person if person in OWN else "focal"]}


def _adjustment(world: World, person: str) -> dict[str, Any]:
    return {"adjust-kind": "bonus", "adjust-points": "0,5", "adjust-reason": "Sáng kiến"}


def _fixed(**sent: str) -> Sent:
    return lambda world, person: dict(sent)


def _act(page: str, may: When, *does: str, data: Sent, **more: Any) -> Act:
    return Act(page, may, frozenset(does), data, **more)


_ATTACHED = ("evidence new", "document new", "documentrevision new")
ACTS = {
    "save the leaf in hand": _act("save", MENDED, "leaf 1.1 changed", data=_met, code="1.1"),
    "autosave the leaf in hand": _act(
        "save", MENDED, "leaf 1.1 changed", data=_met, code="1.1", json=True
    ),
    "save a leaf": _act("save", DRAFT, "leaf 1.2 changed", data=_option),
    "autosave a leaf": _act("save", DRAFT, "leaf 1.2 changed", data=_option, json=True),
    "save remarks": _act(
        "remarks", _pairs("draft", "returned", who=OWN), "submission changed", data=_remarks
    ),
    "sign": _act(
        "sign", _pairs("draft", "returned", who=SIGNERS), "submission changed", "receipt new",
        data=_fixed(statement="on"), also={"returned": frozenset({"leaf 1.1 changed"})},
    ),
    "attach to the leaf in hand": _act(
        "evidence", MENDED, "leaf 1.1 changed", *_ATTACHED, data=_file, code="1.1"
    ),
    "attach to a leaf": _act("evidence", DRAFT, "leaf 1.2 changed", *_ATTACHED, data=_file),
    "attach to the leaf asked about": _act(
        "evidence", {**DRAFT, **ASKED}, "leaf 1.4 changed", *_ATTACHED, data=_file, code="1.4"
    ),
    "attach by script": _act(
        "evidence", DRAFT, "leaf 1.2 changed", *_ATTACHED, data=_file, json=True
    ),
    "attach from the library": _act(
        "evidence", DRAFT, "leaf 1.2 changed", "evidence new", data=_chosen
    ),
    "attach a paper of an earlier year": _act(
        "evidence", DRAFT, "leaf 1.2 changed", "evidence new", "documentconfirmation new",
        data=_carried,
    ),
    "detach": _act(
        "detach", DRAFT, "leaf 1.2 changed", "evidence changed", data=_fixed()
    ),
    "delegate": _act(
        "delegations", _pairs("draft", who=RUNNERS), "delegation new",
        data=_hand("delegate", "1.2", "colleague"),
    ),
    "delegate the leaf in hand": _act(
        "delegations", RUN, "delegation changed", data=_hand("delegate", "1.1", "colleague")
    ),
    "take back": _act("delegations", RUN, "delegation gone", data=_hand("take_back", "1.1")),
    "give back": _act("delegations", RUN, "delegation changed", data=_hand("give_back", "1.1")),
    "report done": _act(
        "delegations", _pairs("draft", "returned", who=["contributor"]), "delegation changed",
        data=_hand("done", "1.1"),
    ),
    "add a paper": _act("library", ALWAYS, "document new", "documentrevision new", data=_file),
    "mend a paper in use": _act(
        "document", {**DRAFT, **_pairs("published", who=OWN)}, "document changed",
        data=_details(lambda world: world.evidence.revision.document),
    ),
    "mend a paper not in use": _act(
        "document", ALWAYS, "document changed", data=_details(lambda world: world.spare),
        paper="spare",
    ),
    "renew a paper": _act(
        "document_renew", ALWAYS, "documentrevision new",
        data=lambda world, person: {"upload": uploads.pdf(extra=b"new")},
    ),
    "renew a paper with its evidence": _act(
        "document_renew", DRAFT, "documentrevision new", "evidence changed", "evidence new",
        "leaf 1.2 changed", data=_moving, instead=frozenset({"documentrevision new"}),
    ),
    "confirm a paper": _act(
        "document_confirm", _pairs("draft", "returned", who=OWN), "documentconfirmation new",
        data=_fixed(), paper="carried",
    ),
    "delete a paper": _act(
        "document_delete", ALWAYS, "document gone", "documentrevision gone", data=_fixed(),
        paper="spare",
    ),
    "delete a paper in use": _act("document_delete", {}, data=_fixed()),
    "send a workbook": _act("sheet", {}, data=_book),
    "confirm a workbook": _act("sheet", DRAFT, "leaf 1.2 changed", data=_token),
    "keep a signed copy": _act(
        "add_copy", {when: RUNNERS for when, moment in MOMENTS.items() if moment.receipt},
        "signedcopy new", data=lambda world, person: {"upload": uploads.pdf(extra=b"new")},
    ),
    "propose an adjustment": _act(
        "adjustments", _but("appraised", "appealing", "appealed", "approved", "published"),
        "adjustment new", data=_adjustment,
    ),
    "file an appeal or a complaint": _act(
        "appeals", _pairs("appealing", "published", who=RUNNERS), "appeal new",
        data=_fixed(leaves="1.2", text="Đề nghị xem lại"),
    ),
    "withdraw an appeal": _act(
        "appeal_withdraw", _pairs("appealed", who=RUNNERS), "appeal changed", data=_fixed()
    ),
    "answer": _act("question", ASKED, "explanation changed", data=_fixed(answer="Vì vậy.")),
    "mark all messages as read": _act("read", {}, data=_fixed(all="1")),
    "choose what comes by e-mail": _act("mail", {}, data=_fixed(kinds="task")),
    "send again what was kept": _act("resume", {}, data=_fixed()),
}  # fmt: skip
