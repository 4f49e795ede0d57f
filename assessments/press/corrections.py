"""What a public correction adds to the stored pages that it replaces (design 0.18)."""

import gzip

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from assessments.models import FrozenPage, Publication
from assessments.press import stored
from assessments.queries.public import published
from assessments.queries.public.addresses import address


def body_of(page: FrozenPage, replaced_by: Publication | None) -> bytes:
    """Return the compressed bytes to send: the stored ones, in a replaced page with the banner.

    A file stays what its hash says; only a header names its successor.
    """
    body = bytes(page.body)
    if replaced_by is None or page.content_type != stored.HTML:
        return body
    said = banner(page, replaced_by).encode()
    whole = gzip.decompress(body).replace(stored.CORRECTION_MARK.encode(), said, 1)
    return gzip.compress(whole, mtime=0)


def successor_address(page: FrozenPage, replaced_by: Publication) -> str:
    """Return the corrected page's address, or that of the correction where the page is gone."""
    # The last part that names it: a unit's address may hold the same letters before.
    before, _slug, after = page.path.rpartition(page.publication.slug)
    path = f"{before}{replaced_by.slug}{after}"
    if published.has_page(replaced_by, path):
        return path
    return address("ranking_of", language_of(page.path), key=replaced_by.slug)


def language_of(path: str) -> str:
    """Return the language of the page at `path`: the same whoever asks, and when nobody does."""
    return translation.get_language_from_path(path) or settings.LANGUAGE_CODE


def banner(page: FrozenPage, replaced_by: Publication) -> SafeString:
    """Return the banner that says by what a page was replaced, in the page's language."""
    context = {
        "current_url": successor_address(page, replaced_by),
        "decision": replaced_by.decision_number,
        "decided_on": replaced_by.decision_date,
        "reason": replaced_by.correction_reason,
    }
    with translation.override(language_of(page.path)):
        return render_to_string("_components/banner_correction.html", context)
