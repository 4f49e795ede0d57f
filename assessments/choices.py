"""The words for states, kinds and methods, each with the tone in which pages show it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tone(models.TextChoices):
    """How a state looks: always with its word, never by colour alone."""

    NEUTRAL = "neutral"
    ACTIVE = "active"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Toned(models.TextChoices):
    """Choices whose members carry a tone; `tones` maps the ones that are not neutral."""

    @property
    def tone(self) -> str:
        """Return the tone of this member."""
        return _TONES.get((type(self).__name__, self.value), Tone.NEUTRAL)


class SchemeState(Toned):
    """The life of a scheme version."""

    DRAFT = "draft", _("draft")
    ISSUED = "issued", _("issued")
    RETIRED = "retired", _("retired")


class Level(models.TextChoices):
    """The three levels of a scheme; a leaf stands at the second or third."""

    FIELD = "field", _("field")
    CRITERION = "criterion", _("criterion")
    SUBCRITERION = "subcriterion", _("sub-criterion")


class Method(models.TextChoices):
    """How a leaf is scored (design 4); `sum` marks a branch."""

    SUM = "sum", _("sum of its parts")
    YES_NO = "yes_no", _("met or not met")
    OPTIONS = "options", _("option chosen")
    TIERS = "tiers", _("tiers")
    RATIO = "ratio", _("ratio b/a")
    DEDUCTION = "deduction", _("deduction per case")
    CAPPED_SUM = "capped_sum", _("points per item, capped")
    APPRAISER = "appraiser", _("points by the appraiser")
    SURVEY = "survey", _("sociological survey")


#: Methods whose points the unit computes from its own facts.
SELF_SCORED = (
    Method.YES_NO, Method.OPTIONS, Method.TIERS, Method.RATIO, Method.DEDUCTION, Method.CAPPED_SUM,
)  # fmt: skip


class TierBasis(models.TextChoices):
    """What the limits of tiers are measured in."""

    PERCENT = "percent", _("percent")
    COUNT = "count", _("count")


class NaPolicy(models.TextChoices):
    """What becomes of a leaf that does not apply to a unit."""

    NOT_ALLOWED = "not_allowed", _("always applies")
    EXCLUDE = "exclude", _("left out of the denominator")
    FULL = "full", _("full points")
    ZERO = "zero", _("no points")


class CycleState(Toned):
    """The life of a cycle; its stage is read from the milestones (design 0.4)."""

    DRAFT = "draft", _("in preparation")
    OPEN = "open", _("open")
    PUBLISHED = "published", _("published")
    CLOSED = "closed", _("closed")


class Stage(models.TextChoices):
    """The stages of a year, each a window of time."""

    SELF_ASSESSMENT = "self_assessment", _("self-assessment")
    APPRAISAL = "appraisal", _("appraisal")
    EXPLANATION = "explanation", _("explanation")
    SECOND_APPRAISAL = "second_appraisal", _("second appraisal")
    COUNCIL = "council", _("council")
    APPEAL = "appeal", _("appeal")
    APPROVAL = "approval", _("approval")


class SubmissionState(Toned):
    """The states of a unit's self-assessment dossier (design 3 and 0.3)."""

    DRAFT = "draft", _("being filled in")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned for mending")
    LOCKED = "locked", _("locked, overdue")
    APPRAISING = "appraising", _("being appraised")
    EXPLAINING = "explaining", _("awaiting explanation")
    APPRAISED = "appraised", _("concluded")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")
    CORRECTING = "correcting", _("being corrected")


class CouncilRole(models.TextChoices):
    """What a member does in the council."""

    CHAIR = "chair", _("chair")
    SECRETARY = "secretary", _("secretary")
    MEMBER = "member", _("member")


class PortalRole(models.TextChoices):
    """Roles given by a dated appointment, outside units and councils."""

    HOME_AFFAIRS_OFFICER = "home_affairs_officer", _("Home Affairs officer")
    HOME_AFFAIRS_LEADER = "home_affairs_leader", _("Home Affairs leader")
    CITY_APPROVER = "city_approver", _("City approver")
    SURVEY_OFFICER = "survey_officer", _("survey officer")
    INSPECTOR = "inspector", _("inspector")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class ScanState(Toned):
    """What the virus scanner said of a file."""

    PENDING = "pending", _("waiting for the scan")
    CLEAN = "clean", _("clean")
    UNSCANNED = "unscanned", _("not scanned")
    QUARANTINED = "quarantined", _("quarantined")


class SampleDecision(models.TextChoices):
    """What the council decided of a survey result under the minimum sample or missing."""

    USE = "use", _("use the result as it is")
    GROUP_MEAN = "group_mean", _("use the group's mean")
    EXCLUDE = "exclude", _("leave the leaf out")
    ZERO = "zero", _("no points")


class AdjustmentKind(models.TextChoices):
    """Index points outside the hundred (design 0.10)."""

    BONUS = "bonus", _("bonus")
    PENALTY = "penalty", _("penalty")


class AdjustmentState(Toned):
    """Where a proposed adjustment stands."""

    PROPOSED = "proposed", _("proposed")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class AgendaReason(models.TextChoices):
    """Why a leaf is on the agenda of a meeting."""

    DISPUTED = "disputed", _("appraisers disagree")
    UNSETTLED = "unsettled", _("nobody gave points")
    CHOSEN = "chosen", _("put there by the secretariat")


class AppealKind(models.TextChoices):
    """Before the publication a unit appeals, after it a unit complains."""

    APPEAL = "appeal", _("appeal before the publication")
    COMPLAINT = "complaint", _("complaint after the publication")


class AppealState(Toned):
    """Where an appeal or a complaint stands; the last four are its outcomes."""

    FILED = "filed", _("waiting for the answer")
    UPHELD = "upheld", _("found right")
    PARTLY = "partly", _("found right in part")
    REJECTED = "rejected", _("found wrong")
    WITHDRAWN = "withdrawn", _("withdrawn")


class MessageKind(models.TextChoices):
    """What a message tells; each person chooses which kinds come by e-mail as well."""

    TASK = "task", _("work for me")
    ANSWER = "answer", _("answers to me")
    CHANGE = "change", _("changes of what I judged or signed")
    DEADLINE = "deadline", _("days left")
    RESULT = "result", _("decisions and results")


class DigestState(Toned):
    """What became of a daily e-mail."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


class PublicationKind(models.TextChoices):
    """Whose figures a publication shows; the kinds never share a ranking or a series."""

    OFFICIAL = "official", _("official")
    RECORD = "record", _("record of the press")
    ILLUSTRATIVE = "illustrative", _("illustrative")


class HandState(Toned):
    """How a leaf stands in the hands of a person of the unit."""

    NOBODY = "nobody", _("in nobody's hands")
    IN_WORK = "in_work", _("in work")
    GIVEN_BACK = "given_back", _("given back for mending")
    OVERDUE = "overdue", _("past the day agreed on")
    DONE = "done", _("reported done")


class PublicationState(Toned):
    """The life of a publication; public is what is scheduled and due, or published."""

    DRAFT = "draft", _("draft")
    SCHEDULED = "scheduled", _("scheduled")
    PUBLISHED = "published", _("published")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RankBasis(models.TextChoices):
    """Where a rank comes from (design 0.14)."""

    COMPUTED = "computed", _("computed")
    STATED = "stated", _("stated by the source")
    INFERRED = "inferred", _("inferred from the order of listing")


_TONES = {
    ("SchemeState", "issued"): Tone.GOOD,
    ("CycleState", "open"): Tone.ACTIVE,
    ("CycleState", "published"): Tone.GOOD,
    ("SubmissionState", "submitted"): Tone.ACTIVE,
    ("SubmissionState", "returned"): Tone.WARN,
    ("SubmissionState", "locked"): Tone.BAD,
    ("SubmissionState", "appraising"): Tone.ACTIVE,
    ("SubmissionState", "explaining"): Tone.WARN,
    ("SubmissionState", "appraised"): Tone.ACTIVE,
    ("SubmissionState", "approved"): Tone.GOOD,
    ("SubmissionState", "published"): Tone.GOOD,
    ("SubmissionState", "correcting"): Tone.WARN,
    ("ScanState", "pending"): Tone.WARN,
    ("ScanState", "clean"): Tone.GOOD,
    ("ScanState", "quarantined"): Tone.BAD,
    ("HandState", "in_work"): Tone.ACTIVE,
    ("HandState", "given_back"): Tone.WARN,
    ("HandState", "overdue"): Tone.BAD,
    ("HandState", "done"): Tone.GOOD,
    ("AdjustmentState", "accepted"): Tone.GOOD,
    ("AdjustmentState", "refused"): Tone.BAD,
    ("AppealState", "filed"): Tone.ACTIVE,
    ("AppealState", "upheld"): Tone.GOOD,
    ("AppealState", "partly"): Tone.GOOD,
    ("AppealState", "rejected"): Tone.BAD,
    ("DigestState", "waiting"): Tone.ACTIVE,
    ("DigestState", "sent"): Tone.GOOD,
    ("DigestState", "failed"): Tone.BAD,
    ("PublicationState", "scheduled"): Tone.WARN,
    ("PublicationState", "published"): Tone.GOOD,
    ("PublicationState", "withdrawn"): Tone.BAD,
}
