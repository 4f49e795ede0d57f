"""The marks that stand in everything that must not leak, and who may meet which (design 6)."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

#: What the unit itself wrote and computed.
OWN = ("1,2357", "1.2357", "LOI-CUA-DON-VI")
#: What the council thinks of it; the unit meets it from the stage of explanation on.
JUDGED = ("0,7713", "0.7713", "LOI-CUA-HOI-DONG")
#: Why an appraiser gave a leaf no points.
ABSTAINED = ("LOI-KHONG-CHO-DIEM",)
#: A question is addressed to the unit: it reads the words at once, and writes the answer.
ASKED = ("LOI-HOI-DON-VI",)
EXPLAINED = ("LOI-GIAI-TRINH",)
#: What the unit asks to be looked at again, and what it is answered.
APPEALED, REPLIED = ("LOI-KIEN-NGHI",), ("TRA-LOI-KIEN-NGHI",)
#: What was said of the unit in the council's meeting, and why somebody was not there.
SAID, ATTENDED = ("DIEN-BIEN-CUOC-HOP",), ("GHI-CHU-DU-HOP",)
#: Why a member takes no part in another unit's appraisal.
DECLARED = ("LY-DO-KHAI-BAO",)
#: A message on the appraisal, sent to a member, to one with a conflict, and into the unit.
TOLD = ("TIN-VE-THAM-DINH",)
#: The frozen copy that waits for its moment.
EMBARGOED = ("91,8273", "91.8273", "HANG-CHUA-CONG-BO")
#: The unit's very name: nothing of its appraisal is told to a member it employs.
NAMED = ("Sở Mật Danh",)
SURVEYED = ("86,4142", "86.4142")

#: Who reads the dossiers handed in, and who oversees the council's meetings besides keeping them.
_COUNCIL = {"member", "secretary", "chair", "leader", "approver", "auditor"}
_MEETING = {"secretary", "chair", "leader", "auditor"}
#: Who may meet which marks; nobody else meets one in any answer.
READERS: dict[tuple[str, ...], set[str]] = {
    OWN: {"contributor", *_COUNCIL},
    JUDGED: _COUNCIL,
    ABSTAINED: _COUNCIL,
    ASKED: {"contributor", *_COUNCIL},
    EXPLAINED: {"contributor", *_COUNCIL},
    APPEALED: {"contributor", *_COUNCIL},
    REPLIED: {"contributor", *_COUNCIL},
    SAID: _MEETING,
    ATTENDED: _MEETING,
    # Who declared it reads it too, as the one who wrote it.
    DECLARED: {"member", *_MEETING},
    TOLD: {"member"},
    SURVEYED: (_COUNCIL - {"member"}) | {"survey_officer"},
    EMBARGOED: {"leader"},
}
#: What tells nothing of the unit's appraisal: it stays readable in a conflict with the unit.
ELSEWHERE = (ATTENDED, DECLARED, EMBARGOED)
#: Words about the year that are plans, not results: an extension's reason is Home Affairs' own.
PLANS = ("admin/assessments/extension/", "admin/assessments/surveydecision/")
_PRIVATE = ("admin/", "tu-danh-gia/", "tai-lieu/", "hop-thu/")
#: A line of a PDF or a narrow cell breaks words anywhere, also at what stands for a hyphen.
_BREAKS = re.compile("[\\s\\-\x02\ufffe\xad]+")


def marks_in(path: str, text: str, role: str) -> Iterator[str]:
    """Yield the marks that an answer under `path` (without its first slash) tells the role."""
    for marks, readers in READERS.items():
        if role in readers or (marks is JUDGED and path.startswith(PLANS)):
            continue
        yield from held(marks, text)
    if role == "employed" and path.startswith(_PRIVATE):
        yield from held(NAMED, text)


def held(marks: Iterable[str], text: str) -> Iterator[str]:
    """Yield the marks that a text holds, whole or broken over lines."""
    bare = _bare(text)
    yield from (mark for mark in marks if mark in text or _BREAKS.sub("", mark) in bare)


@lru_cache(maxsize=1)  # one answer is asked for many marks
def _bare(text: str) -> str:
    return _BREAKS.sub("", text)
