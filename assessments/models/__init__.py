"""Everything about a year, from the scheme to the publication."""

from assessments.models.appraisals import Abstention, Adjustment, Appraisal, Explanation
from assessments.models.approvals import Appeal, Approval
from assessments.models.conclusions import AgendaItem, Attendance, CouncilDecision, Meeting
from assessments.models.councils import (
    Appointment,
    Assignment,
    Council,
    CouncilMember,
    DeclaredConflict,
)
from assessments.models.cycles import (
    Cycle,
    CycleScheme,
    Extension,
    Milestone,
    SiteIdentity,
    WorkingDay,
)
from assessments.models.delegations import Delegation
from assessments.models.documents import Document, DocumentConfirmation, DocumentRevision
from assessments.models.events import Event, EventNote
from assessments.models.messages import Digest, Message, MessagePreference, NoticeCursor
from assessments.models.publications import (
    FrozenPage,
    Publication,
    PublishedGroup,
    PublishedResult,
    PublishedScore,
)
from assessments.models.schemes import (
    Band,
    Criterion,
    RespondentKind,
    Scheme,
    ScoreLevel,
    SurveyComponent,
)
from assessments.models.submissions import (
    CriterionScore,
    Evidence,
    Receipt,
    ScoreHistory,
    SignedCopy,
    Submission,
)
from assessments.models.surveys import SurveyDecision, SurveyResult, SurveyRound

__all__ = [
    "Abstention",
    "Adjustment",
    "AgendaItem",
    "Appeal",
    "Appointment",
    "Appraisal",
    "Approval",
    "Assignment",
    "Attendance",
    "Band",
    "Council",
    "CouncilDecision",
    "CouncilMember",
    "Criterion",
    "CriterionScore",
    "Cycle",
    "CycleScheme",
    "DeclaredConflict",
    "Delegation",
    "Digest",
    "Document",
    "DocumentConfirmation",
    "DocumentRevision",
    "Event",
    "EventNote",
    "Evidence",
    "Explanation",
    "Extension",
    "FrozenPage",
    "Meeting",
    "Message",
    "MessagePreference",
    "Milestone",
    "NoticeCursor",
    "Publication",
    "PublishedGroup",
    "PublishedResult",
    "PublishedScore",
    "Receipt",
    "RespondentKind",
    "Scheme",
    "ScoreHistory",
    "ScoreLevel",
    "SignedCopy",
    "SiteIdentity",
    "Submission",
    "SurveyComponent",
    "SurveyDecision",
    "SurveyResult",
    "SurveyRound",
    "WorkingDay",
]
