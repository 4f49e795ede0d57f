"""A paper of the demo: one printed page that says it is an illustration."""

from cchc.kit.text import unaccent


def illustrative_pdf(title: str) -> bytes:
    """Return a PDF of one A4 page with `title`; without marks, as its built-in font has none."""
    safe = "".join(ch if ch.isascii() and ch not in "()\\" else " " for ch in unaccent(title))
    lines = ["MINH HOA - khong phai van ban that", safe]
    shown = " ".join(f"({line}) Tj 0 -24 Td" for line in lines)
    drawing = f"BT /F1 12 Tf 72 760 Td {shown} ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(drawing)}>>stream\n{drawing}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {size}\n0000000000 65535 f \n{table}{tail}".encode("ascii")
