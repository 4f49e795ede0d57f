"""Which act tells whom what: one row per act and kind of listener, readable as data (design 3).

Nothing of a publication is told before its moment. A test holds that every act of the log is
either here or in SILENT.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assessments.choices import MessageKind
from assessments.notices import listeners as to
from assessments.notices import words
from assessments.notices.audience import Users
from assessments.notices.told import Told
from assessments.notices.words import Words, said

_TASK, _ANSWER, _CHANGE = MessageKind.TASK, MessageKind.ANSWER, MessageKind.CHANGE
_DEADLINE, _RESULT = MessageKind.DEADLINE, MessageKind.RESULT
_MINE = words.office_list("?waiting=mine", "criterionscore")


@dataclass(frozen=True)
class Row:
    """What acts `on` ("model.act") tell the listeners `to`: the sentence `text`, leading to `url`.

    `many`, with {count}, is the sentence in place of several about several dossiers, leading to
    `all_at`; without it each dossier has its own. `council`: it tells the council's side of an
    appraisal, and is hidden where a conflict of interest arises later. `apart`: leaf by leaf.
    """

    on: tuple[str, ...]
    kind: MessageKind
    to: Callable[[Told], Users]
    text: Words
    url: Words
    many: str = ""
    all_at: Words = words.office_home
    council: bool = False
    apart: bool = False

    @property
    def name(self) -> str:
        """Return what sets the row's messages apart from those of others on the same acts."""
        return f"{self.on[0]}:{self.to.__name__}"


TABLE: tuple[Row, ...] = (
    # The unit hands in ------------------------------------------------------------------------
    Row(
        ("cycle.open",), _TASK, to.every_unit,
        said("Kỳ đánh giá năm {year} đã mở; hồ sơ tự đánh giá của đơn vị đã sẵn sàng để điền."),
        words.own_home,
    ),
    Row(
        ("submission.delegate",), _TASK, to.new_holders,
        said("Anh/chị được giao tiêu chí {codes} của hồ sơ năm {year}."), words.own(),
    ),
    Row(
        ("submission.give_back",), _TASK, to.holders,
        said("Tiêu chí {codes} của hồ sơ năm {year} được trả lại cho anh/chị để sửa."),
        words.own(),
    ),
    Row(
        ("submission.mark_done",), _ANSWER, to.focal,
        said("Tiêu chí {codes} của hồ sơ năm {year} đã được báo làm xong."),
        words.own("delegations"),
    ),
    Row(
        ("submission.submit",), _TASK, to.secretaries,
        said("{unit} đã nộp hồ sơ tự đánh giá năm {year}."), words.office(),
        many="{count} đơn vị đã nộp hồ sơ tự đánh giá.",
        all_at=words.office_list("?state__exact=submitted"), council=True,
    ),
    Row(
        ("submission.lock",), _DEADLINE, to.unit,
        said("Hết hạn tự đánh giá: hồ sơ năm {year} của {unit} chưa nộp và đã bị khóa."),
        words.own(),
    ),
    Row(
        ("submission.lock",), _DEADLINE, to.secretaries,
        said("Hồ sơ năm {year} của {unit} quá hạn chưa nộp và đã bị khóa."), words.office(),
        many="{count} hồ sơ quá hạn chưa nộp đã bị khóa.",
        all_at=words.office_list("?state__exact=locked"), council=True,
    ),
    Row(
        ("submission.accept_late",), _RESULT, to.unit,
        said("Tổ Thư ký đã tiếp nhận hồ sơ nộp muộn năm {year} của {unit}."), words.own(),
    ),
    Row(
        ("submission.remind",), _DEADLINE, to.unit, words.reminded, words.own(),
    ),
    # Mending ------------------------------------------------------------------------------------
    Row(
        ("submission.return",), _TASK, to.unit_and_holders,
        said(
            "Hồ sơ năm {year} của {unit} được trả lại để bổ sung tiêu chí {codes}; "
            "hạn bổ sung: {mend}."
        ),
        words.own(),
    ),
    Row(
        ("submission.restore",), _DEADLINE, to.unit,
        said("Hết hạn bổ sung: hồ sơ năm {year} của {unit} được thẩm định như đã có."),
        words.own(),
    ),
    Row(
        ("submission.restore",), _DEADLINE, to.secretaries,
        said("{unit} không nộp lại hồ sơ năm {year} trong hạn bổ sung."), words.office(),
        council=True,
    ),
    # Appraisal and explanation ------------------------------------------------------------------
    Row(
        ("submission.start",), _TASK, to.appraisers,
        said("Hồ sơ năm {year} của {unit} đã sẵn sàng để thẩm định."),
        words.office("appraisal"), many="{count} hồ sơ mới để thẩm định.", all_at=_MINE,
        council=True,
    ),
    Row(
        ("criterionscore.ask",), _TASK, to.unit_and_holders,
        said(
            "Hội đồng đề nghị {unit} giải trình tiêu chí {codes} của hồ sơ năm {year}; "
            "hạn trả lời: {due}."
        ),
        words.own_question,
    ),
    Row(
        ("criterionscore.extend_question",), _DEADLINE, to.unit_and_holders,
        said("Hạn giải trình tiêu chí {codes} của {unit} được kéo dài đến {due}."),
        words.own_question,
    ),
    Row(
        ("criterionscore.withdraw_question",), _ANSWER, to.unit_and_holders,
        said("Câu hỏi về tiêu chí {codes} của {unit} đã được rút lại."), words.own(),
    ),
    Row(
        ("criterionscore.answer",), _ANSWER, to.askers,
        said("{unit} đã giải trình tiêu chí {codes}."), words.office_leaf, council=True,
    ),
    Row(
        ("criterionscore.close_question",), _ANSWER, to.askers,
        said("{unit} không giải trình tiêu chí {codes} trong hạn; câu hỏi đã đóng."),
        words.office_leaf, council=True,
    ),
    Row(
        ("criterionscore.close_question",), _DEADLINE, to.unit,
        said("Hết hạn giải trình: câu hỏi về tiêu chí {codes} của {unit} đã đóng."),
        words.own(),
    ),
    Row(
        ("submission.request_explanation",), _TASK, to.unit,
        said("Hồ sơ năm {year} của {unit} chuyển sang giải trình; xem các câu hỏi đang chờ."),
        words.own(),
    ),
    Row(
        ("submission.resume",), _TASK, to.all_appraisers,
        said("Hồ sơ năm {year} của {unit} vào vòng thẩm định {round}."),
        words.office("appraisal"), many="{count} hồ sơ vào vòng thẩm định tiếp theo.",
        all_at=_MINE, council=True,
    ),
    Row(
        (
            "criterionscore.save", "criterionscore.attach", "criterionscore.detach",
            "criterionscore.replace",
        ),
        _CHANGE, to.judges,
        said("{unit} đã thay đổi tiêu chí {codes} sau khi anh/chị chấm điểm."),
        words.office_leaf, many="{count} tiêu chí đã thay đổi sau khi anh/chị chấm điểm.",
        all_at=_MINE, council=True, apart=True,
    ),
    Row(
        ("criterionscore.flag_conflict",), _CHANGE, to.secretaries,
        said(
            "Có điểm của {unit} do người có xung đột lợi ích cho, phải thẩm định lại: "
            "tiêu chí {codes}."
        ),
        words.office("appraisal"), council=True,
    ),
    Row(
        ("adjustment.propose_adjustment",), _TASK, to.chairs,
        said("Có đề nghị điểm thưởng hoặc điểm trừ cho {unit}, chờ Hội đồng quyết định."),
        words.office("council"), council=True,
    ),
    # Conclusion, approval, back again -----------------------------------------------------------
    Row(
        ("submission.conclude", "submission.close_without_dossier"), _RESULT, to.unit,
        words.concluded, words.own(),
    ),
    Row(
        ("submission.conclude", "submission.close_without_dossier"), _TASK, to.leaders,
        said("Hội đồng đã kết luận hồ sơ năm {year} của {unit}, chờ phê duyệt."),
        words.office(), many="{count} hồ sơ đã được kết luận, chờ phê duyệt.",
        all_at=words.office_list("?state__exact=appraised"), council=True,
    ),
    Row(
        ("submission.approve",), _RESULT, to.unit,
        said("Sở Nội vụ đã phê duyệt hồ sơ năm {year} của {unit}."), words.own(),
    ),
    Row(
        ("submission.send_back", "submission.reopen", "submission.open_correction"),
        _RESULT, to.unit,
        said("Tiêu chí {codes} của hồ sơ năm {year} của {unit} được Hội đồng xem xét lại."),
        words.own(),
    ),
    Row(
        ("submission.send_back", "submission.reopen", "submission.open_correction"),
        _TASK, to.whole_council,
        said("Sở Nội vụ chuyển lại Hội đồng tiêu chí {codes} của {unit}, năm {year}."),
        words.office("appraisal"), council=True,
    ),
    Row(
        ("appeal.file_appeal",), _TASK, to.chairs_and_leaders,
        said(
            "{unit} kiến nghị xem xét lại tiêu chí {codes} của hồ sơ năm {year}; "
            "hạn trả lời: {due}."
        ),
        words.office_object, council=True,
    ),
    Row(
        ("appeal.withdraw_appeal",), _ANSWER, to.chairs_and_leaders,
        said("{unit} đã rút kiến nghị về hồ sơ năm {year}."), words.office_object, council=True,
    ),
    Row(
        ("appeal.uphold", "appeal.uphold_partly", "appeal.reject"), _ANSWER, to.unit,
        said("Kiến nghị của {unit} về tiêu chí {codes} của hồ sơ năm {year} đã được trả lời."),
        words.own("appeals"),
    ),
    # The year -----------------------------------------------------------------------------------
    Row(("extension.extend",), _DEADLINE, to.given_time, words.longer, words.own_home),
    Row(
        ("cycle.change_dates",), _DEADLINE, to.everybody,
        said("Lịch các giai đoạn của kỳ đánh giá năm {year} đã thay đổi."), words.own_home,
    ),
    Row(
        ("councilmember.seat",), _TASK, to.seated,
        said("Anh/chị có tên trong Hội đồng đánh giá năm {year}, hoặc phần việc vừa thay đổi."),
        words.office_home,
    ),
    Row(
        ("assignment.assign", "assignment.unassign", "assignment.substitute"), _TASK, to.assigned,
        said("Phân công thẩm định năm {year} của anh/chị vừa thay đổi."), words.office_home,
        many="Phân công thẩm định của anh/chị vừa thay đổi.",
    ),
    Row(("publication.flip",), _RESULT, to.everybody, words.published, words.rankings),
    Row(
        ("publication.withdraw",), _RESULT, to.office,
        said("Lịch công bố kết quả năm {year} đã được rút lại."),
        words.office_list(model="publication"),
    ),
)  # fmt: skip

_DRAFTING = "what is being prepared concerns nobody else yet"
_JUDGING = "points and what leads to them are never told; the round's end is"
_LIBRARY = "the library is the unit's own shelf; evidence on a judged leaf is told"
_WITH_ACT = "it comes with an act that is told"
_AT_MOMENT = "nothing of a publication is told before its moment; “flip” tells it"
_OFFICE = "accounts, calendars and schemes belong to no dossier; pages show them as they are"

#: Acts that tell nobody, each with the reason.
SILENT: Mapping[str, str] = {
    "abstain": _JUDGING, "change_clocks": _OFFICE, "fill_surveys": _JUDGING,
    "record_attendance": _DRAFTING, "set_agenda": _DRAFTING, "set_sight": _JUDGING,
    "accept": "the proposer finds the outcome beside the proposal", "add_document": _LIBRARY,
    "add_revision": _LIBRARY, "appoint": _OFFICE, "appraise": _JUDGING,
    "attach_copy": "the signed copy only completes a receipt", "close": _OFFICE,
    "confirm_document": _LIBRARY, "copy_scheme": _DRAFTING, "decide_leaf": _JUDGING,
    "decide_survey": _JUDGING, "declare_conflict": "points given with it are flagged and told",
    "delete_document": _LIBRARY, "discard_draft": _DRAFTING, "discard_meeting": _DRAFTING,
    "draft": _DRAFTING, "draft_record": _DRAFTING, "dry_run": _DRAFTING,
    "end_conflict": "whoever meets the unit again finds its leaves in their list",
    "import_scheme": _DRAFTING, "issue": _OFFICE, "opinion": _JUDGING, "publish": _AT_MOMENT,
    "record": "a record of the press is of no dossier", "record_independent": _JUDGING,
    "refuse": "the proposer finds the outcome beside the proposal",
    "remarks": "they are read with the dossier", "retire": _OFFICE, "save_meeting": _DRAFTING,
    "save_paper": _LIBRARY, "schedule": _AT_MOMENT, "set_decision_aside": _WITH_ACT,
    "survey_result": _JUDGING, "undelegate": "who no longer holds a leaf has nothing to do",
    "unseat": "whoever has no seat any more is told nothing of the council",
    "working_day": _OFFICE,
}  # fmt: skip
