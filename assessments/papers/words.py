"""The fixed words of the report, said once for PDF, Word and the page on which it is signed."""

from dataclasses import dataclass

#: The mark of a paper that nobody has signed.
DRAFT = "DỰ THẢO"
#: The mark of a signed one: it stays true when the office writes the number in by hand.
UNNUMBERED = "DỰ THẢO cho đến khi được cấp số"
ILLUSTRATIVE = "DỮ LIỆU MINH HỌA"


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
