"""Draw one page of an untrusted file as a picture: a process of its own that may do little else.

Run by `previews` with the file as its standard input, nothing in its environment, and the number
of the page as its argument. It takes its own rights away before it looks at a byte: memory, time,
files and children are bounded. Written out are the number of pages, a line's end, and a PNG.
"""

import io
import resource
import sys
from typing import IO

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 15
OUTPUT_BYTES = 16 * 1024 * 1024
#: Dots along the longer side of the picture.
SIDE = 1600
#: Dots of an image that is still unpacked.
PIXELS = 100_000_000


def bound() -> None:
    """Take from this process what it does not need, for good."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),  # the three that are open: no file and no address besides
    ):
        resource.setrlimit(limit, (value, value))


def draw_pdf(file: IO[bytes], number: int) -> tuple[int, bytes]:
    """Return how many pages the PDF has and page `number` as PNG, empty when there is none."""
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    pages = len(document)
    if not 1 <= number <= pages:
        return pages, b""
    page = document[number - 1]
    longer = max(*page.get_size(), 1)
    return pages, _png(page.render(scale=min(SIDE / longer, 4)).to_pil())


def draw_image(file: IO[bytes], number: int) -> tuple[int, bytes]:
    """Return the image, upright and small, as the only page."""
    from PIL import Image, ImageOps

    if number != 1:
        return 1, b""
    with Image.open(file, formats=("PNG", "JPEG")) as image:
        if image.width * image.height > PIXELS:
            raise ValueError("the image is too large")
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE))
        return 1, _png(ImageOps.exif_transpose(image))


def _png(image: object) -> bytes:
    from PIL import Image

    assert isinstance(image, Image.Image)  # noqa: S101
    flat = image.convert("RGBA")
    paper = Image.new("RGB", flat.size, "white")
    paper.paste(flat, mask=flat)
    out = io.BytesIO()
    paper.save(out, "PNG", optimize=False)
    return out.getvalue()


def main(number: int) -> None:
    """Draw the page of the file on standard input; end with an error where that fails."""
    # Loaded while files may still be opened; what they look at comes after.
    import pypdfium2  # noqa: F401
    from PIL import Image, ImageOps, MpoImagePlugin, TiffImagePlugin  # noqa: F401

    Image.preinit()
    bound()
    file = sys.stdin.buffer
    beginning = file.read(5)
    file.seek(0)
    draw = draw_pdf if beginning == b"%PDF-" else draw_image
    pages, picture = draw(file, number)
    sys.stdout.buffer.write(b"%d\n" % pages + picture)


if __name__ == "__main__":
    main(int(sys.argv[1]))
