"""What each field of the JSON and each column of the CSV means; the page on open data prints it."""

from django.utils.translation import gettext_lazy as _

#: Field of the JSON (design 5) and its meaning.
JSON = (
    ("publication.id", _("address of the publication")),
    ("publication.kind", _("official, record (copied from the press) or illustrative")),
    ("publication.year, .revision", _("assessed year; number of the revision")),
    ("publication.title, .note", _("title of the announcement; what is said beside it, or null")),
    ("publication.supersedes", _("the publication that this one corrects, or null")),
    ("publication.correction_reason", _("why it was corrected, or null")),
    ("publication.decision", _("number, date and signer of the decision to publish")),
    ("publication.published_at", _("moment of the publication, in UTC")),
    ("publication.illustrative", _("true: the figures were made up to show the portal")),
    ("publication.event_chain_head", _("last hash of the event log at that moment")),
    ("publication.sources", _("addresses from which recorded figures were copied")),
    ("groups[].code, .name", _("group of units that are ranked among themselves")),
    ("groups[].scheme", _("scheme, caps, bands by lowest index, and criteria")),
    ("…scheme.decimals", _("how many decimals of the index are shown; ranks use all ten")),
    ("…scheme.tie_rule", _("shared: equal indexes share a rank, the next rank is left out")),
    ("…criteria[]", _("code, parent, highest points and method; “sum” is a branch")),
    ("…results[].unit", _("code and name of the unit in that year")),
    (
        "…results[].index",
        _("percent, ten decimals: achieved ÷ applicable × 100 + bonus − penalty, 0 to 100"),
    ),
    ("…results[].rank", _("rank in the group on the exact index; equals share one")),
    ("…results[].rank_basis", _("computed, stated by the source, or inferred")),
    ("…results[].band", _("the highest band that the exact index reaches")),
    ("…results[].ranked, .unranked_reason", _("false: scored, not ranked, and why")),
    ("…results[].achieved, .applicable", _("sums of points over applicable leaves")),
    ("…results[].bonus, .penalty", _("index points added and taken, after the caps")),
    ("…results[].source, .note", _("where a recorded figure comes from; what is said beside it")),
    ("…results[].fields[]", _("the same sums and index for each field")),
    ("…scores[]", _("each leaf: self-assessed, appraised and final points, and why")),
    ("…scores[].applicable", _("false: the leaf does not apply and counts nowhere")),
    ("sha256", _("hash of the canonical JSON of all the rest")),
)
#: Heads of the CSV as they are written (always in Vietnamese), and the meaning of the column.
CSV = (
    ("Năm", _("assessed year")),
    ("Loại số liệu", _("official, record (copied from the press) or illustrative")),
    ("Hạng", _("rank in the group on the exact index; equals share one")),
    ("Mã, Đơn vị", _("code and name of the unit in that year")),
    ("Chỉ số", _("percent with ten decimals, with a point")),
    ("Xếp loại", _("the highest band that the exact index reaches")),
    ("Điểm đạt được, Điểm áp dụng", _("sums of points over applicable leaves")),
    ("Điểm thưởng, Điểm trừ", _("index points added and taken, after the caps")),
    ("1. …, 2. …", _("index of each field, by its code and name")),
    ("Căn cứ xếp hạng", _("computed, stated by the source, or inferred")),
    ("Không xếp hạng vì", _("why the unit is not ranked; empty: it is ranked")),
    ("Nguồn, Ghi chú", _("where a recorded figure comes from; what is said beside it")),
)
