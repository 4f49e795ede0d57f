"""The fixed words of the report, said once for PDF, Word and the page on which it is signed."""

from dataclasses import dataclass

#: The mark of a paper that nobody has signed.
DRAFT = "DỰ THẢO"
#: The mark of a signed one: it stays true when the office writes the number in by hand.
UNNUMBERED = "DỰ THẢO cho đến khi được cấp số"
ILLUSTRATIVE = "DỮ LIỆU MINH HỌA"
#: The mark of a paper from which its reader's own unit is left out.
EXTRACT = "BẢN TRÍCH, KHÔNG DÙNG ĐỂ KÝ"


@dataclass(frozen=True)
class Words:
    """What every report says, whatever is in it."""

    kind: str = "BÁO CÁO"
    scores: str = "I. BẢNG ĐIỂM TỰ ĐÁNH GIÁ"
    code: str = "Mã"
    name: str = "Lĩnh vực, tiêu chí"
    maximum: str = "Điểm tối đa"
    points: str = "Điểm tự chấm"
    notes: str = "Cách tính, giải trình, tài liệu kiểm chứng"
    explained: str = "II. GIẢI TRÌNH CÁC TIÊU CHÍ KHÔNG CÓ TÀI LIỆU KIỂM CHỨNG"
    all_backed: str = "Các tiêu chí do đơn vị tự chấm đều có tài liệu kiểm chứng."
    unexplained: str = "chưa giải trình."
    wishes: str = "III. KHÓ KHĂN, VƯỚNG MẮC VÀ ĐỀ XUẤT, KIẾN NGHỊ"
    difficulties: str = "1. Khó khăn, vướng mắc"
    proposals: str = "2. Đề xuất, kiến nghị"
    nothing: str = "Không có."
    recipients: str = "Nơi nhận:"


@dataclass(frozen=True)
class MinutesWords:
    """What every minutes of the council say."""

    kind: str = "BIÊN BẢN"
    begun: str = "Thời gian bắt đầu: "
    place: str = "Địa điểm: "
    who: str = "I. THÀNH PHẦN THAM DỰ"
    unrecorded: str = "Chưa ghi nhận thành phần tham dự."
    absent: str = "Vắng mặt:"
    nobody_absent: str = "Không có thành viên vắng mặt."
    chair: str = "Chủ trì: "
    secretary: str = "Thư ký (người ghi biên bản): "
    agenda: str = "II. NỘI DUNG, CHƯƠNG TRÌNH HỌP"
    no_agenda: str = "Không có tiêu chí nào trong chương trình."
    course: str = "III. DIỄN BIẾN VÀ KẾT LUẬN"
    no_decision: str = "Không có tiêu chí nào được quyết định tại cuộc họp."
    waiting: str = "Chưa quyết định: "
    name: str = "Tiêu chí"
    maximum: str = "Tối đa"
    claimed: str = "Tự chấm"
    appraised: str = "Thẩm định (khoảng)"
    decided: str = "Hội đồng"
    notes: str = "Biểu quyết, lý do, ý kiến khác"
    left_out: str = "IV. TIÊU CHÍ KHÔNG TÍNH VÀO TỔNG ĐIỂM"
    adjustments: str = "V. ĐIỂM THƯỞNG, ĐIỂM TRỪ ĐÃ QUYẾT ĐỊNH"
    nothing: str = "Không có."
    omission: str = (
        "Bản này không có nội dung về đơn vị mà người đọc không được tham gia thẩm định; không"
        " dùng làm bản ký."
    )
    left_sign: str = "THƯ KÝ"
    right_sign: str = "CHỦ TRÌ"
    recipients: str = "Nơi nhận:"
