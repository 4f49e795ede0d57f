"""What each field of the JSON and each column of the CSVs means; the page on open data says it."""

from django.utils.translation import gettext_lazy as _

from assessments.press import columns

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
_KIND = _("official, record (copied from the press) or illustrative")
#: Heads of a group's CSV as they are written (always in Vietnamese), and what stands below them.
CSV = (
    (columns.YEAR, _("assessed year")),
    (columns.KIND, _KIND),
    (columns.RANK, _("rank in the group on the exact index; equals share one")),
    (f"{columns.UNIT_CODE}, {columns.UNIT}", _("code and name of the unit in that year")),
    (columns.INDEX, _("percent with ten decimals, with a point")),
    (columns.BAND, _("the highest band that the exact index reaches")),
    (f"{columns.ACHIEVED}, {columns.APPLICABLE}", _("sums of points over applicable leaves")),
    (f"{columns.BONUS}, {columns.PENALTY}", _("index points added and taken, after the caps")),
    ("1. …, 2. …", _("index of each field, by its code and name")),
    (columns.BASIS, _("computed, stated by the source, or inferred")),
    (columns.UNRANKED, _("why the unit is not ranked; empty: it is ranked")),
    (
        f"{columns.SOURCE}, {columns.NOTE}",
        _("where a recorded figure comes from; what is said beside it"),
    ),
)
#: The same of the CSV of all criteria, which has one row for each unit and leaf.
LEAVES_CSV = (
    (columns.YEAR, _("assessed year")),
    (columns.KIND, _KIND),
    (columns.GROUP, _("code of the group of units that are ranked among themselves")),
    (columns.UNIT_CODE, _("code of the unit in that year, as in the CSV of its group")),
    (columns.UNIT, _("name of the unit in that year")),
    (columns.CRITERION_CODE, _("code of the criterion, a leaf of the group’s scheme")),
    (columns.FIELD, _("code of the field to which the criterion belongs")),
    (columns.CRITERION, _("name of the criterion in the scheme")),
    (columns.MAX_POINTS, _("highest points that the criterion gives")),
    (columns.APPLIES, _("“không”: the criterion does not apply to the unit and counts nowhere")),
    (columns.SELF_POINTS, _("points that the unit gave itself; empty: there are none")),
    (columns.APPRAISED_POINTS, _("points of the appraisal; empty: there are none")),
    (columns.FINAL_POINTS, _("final points, from which the index is computed")),
    (columns.TRACE, _("why the final points are what they are, in words; may be empty")),
)
