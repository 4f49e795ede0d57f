"""Texts that would act, break or overflow if a paper took them for more than text."""

LONG_WORD = "Dài" * 400
HOSTILE = {
    "typst": (
        '#import "office.typ": *\n#read("/etc/passwd") $x^2$ #sys.inputs #panic("x") *đậm* _n_\n'
        "= Đầu mục\n- mục @ref <nhãn> \\ ~ [x] `mã` // chú thích /* c"
    ),
    "xml": "<script>alert(1)</script> &amp; ]]> <w:p/> <!DOCTYPE a> \u0085 \ufffe \uffff",
    "control": "a\x00b\x01\x0b\x0c\x1f\x7f\x9f c\u202ed\u2066e\u200f \u2028 \u2029",
    "braces": "{{7*7}} {%debug%} {# x #} %s %(x)s ${x}",
    "emoji": "Tốt 👍🏽 👨‍👩‍👧 🇻🇳 ﷽ 𝕏 漢字 مرحبا",
    "marks": "e" + "\u0301" * 60 + " Tiê\u0301ng Viê\u0323t",
    "long word": LONG_WORD,
    "long text": "Một câu dài về cải cách hành chính, hết câu này. " * 85,
    "lines": "\n" * 500 + "x\r\ny\rz" + "\n" * 500,
}
