"""Atom feeds: what was announced of a unit, for who follows it; live, public figures only."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments import press
from assessments.choices import PublicationKind
from assessments.press.stored import kind_label
from assessments.queries.public import published
from assessments.queries.public.addresses import address
from assessments.queries.public.unit_feed import Announcement, announcements
from assessments.views.public.answers import by_content, site_base
from cchc.templatetags.portal import decimal_filter


class _Feed(Atom1Feed):
    """An Atom feed whose bytes depend on what is announced only, also when nothing is yet."""

    def latest_post_date(self) -> Any:
        return super().latest_post_date() if self.items else self.feed["begun"]


@require_safe
def unit_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """List the public announcements of a unit's results; a correction updates its entry."""
    now = timezone.now()
    subject, found = published.unit(slug), announcements(now, slug)
    if subject is None and not found:
        raise Http404
    base = site_base(request)
    name = subject.name if subject else found[0].result.unit_name
    feed = _feed(base, slug, name, subject.created_at if subject else None)
    for row in found:
        press.ring_for(row.publication, now)
        feed.add_item(**_entry(row, base, request.path))
    answer = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    if any(row.publication.is_illustrative for row in found):
        answer["X-Robots-Tag"] = "noindex"
    return by_content(request, answer)


def _feed(base: str, slug: str, name: str, begun: dt.datetime | None) -> _Feed:
    return _Feed(
        title=_("%(unit)s: reform index") % {"unit": name},
        link=f"{base}{address('unit', slug=slug)}",
        description=None,
        subtitle=_("What is announced of the results of %(unit)s.") % {"unit": name},
        language=get_language(),
        author_name=_("Public Administration Reform Index"),
        feed_url=f"{base}{address('unit_feed', slug=slug)}",
        begun=begun,
    )


def _entry(row: Announcement, base: str, path: str) -> dict[str, Any]:
    publication, result = row.publication, row.result
    ranking = address("ranking", key=publication.slug, group=result.group.code)
    host, begun = urlsplit(base).hostname, row.first.published_at
    return {
        "title": _title(row),
        "link": f"{base}{ranking}",
        # A tag keeps when the portal moves to https or another port (RFC 4151).
        "unique_id": f"tag:{host},{begun:%Y}:{path}:{row.first.slug}",
        "description": escape(_summary(row)),
        "pubdate": begun,
        "updateddate": publication.published_at,
        "categories": [kind_label(publication)],
    }


def _title(row: Announcement) -> str:
    said = {"unit": row.result.unit_name, "year": row.publication.year}
    title = _("%(unit)s: results of %(year)d") % said
    if row.is_correction:
        title = _("%(title)s, corrected") % {"title": title}
    if row.publication.kind == PublicationKind.RECORD:
        return _("%(title)s (record of the press)") % {"title": title}
    return f"{title} (minh họa)" if row.publication.is_illustrative else title


def _summary(row: Announcement) -> str:
    result, group = row.result, row.result.group
    said = [_("Group: %(group)s.") % {"group": group.name}]
    if result.rank:
        said.append(_("Rank: %(rank)d.") % {"rank": result.rank})
    if result.index is not None:
        index = decimal_filter(result.index, group.decimals)
        said.append(_("Index: %(index)s.") % {"index": index})
    if result.band:
        said.append(_("Band: %(band)s.") % {"band": result.band})
    if row.is_correction:
        reason = row.publication.correction_reason
        said.append(_("Corrected: %(reason)s") % {"reason": reason})
    if row.dropped:
        said.append(_("A later correction no longer has this unit."))
    if row.publication.is_illustrative:
        said.append(_("These figures were made up to show how the portal works."))
    return " ".join(said)
