"""Rows that nobody may change, also not by SQL (design 0.21)."""

from typing import ClassVar

from django.db import migrations

from cchc.kit.frozen import freeze, same_but

ALL = "INSERT OR UPDATE OR DELETE"
# FOR SHARE waits for an issue or a schedule under way, so that no child slips in behind it.
_SCHEME_IS_DRAFT = """NOT EXISTS (
  SELECT 1 FROM assessments_scheme s WHERE s.id IN (OLD.scheme_id, NEW.scheme_id)
  AND s.state <> 'draft' FOR SHARE OF s)"""
_CRITERION_IS_DRAFT = """NOT EXISTS (
  SELECT 1 FROM assessments_criterion c JOIN assessments_scheme s ON s.id = c.scheme_id
  WHERE c.id IN (OLD.criterion_id, NEW.criterion_id) AND s.state <> 'draft' FOR SHARE OF s)"""
_PUBLICATION_IS_DRAFT = """NOT EXISTS (
  SELECT 1 FROM assessments_publication p WHERE p.id IN (OLD.publication_id, NEW.publication_id)
  AND p.state <> 'draft' FOR SHARE OF p)"""
_RESULT_IS_DRAFT = """NOT EXISTS (
  SELECT 1 FROM assessments_publishedresult r
  JOIN assessments_publication p ON p.id = r.publication_id
  WHERE r.id IN (OLD.result_id, NEW.result_id) AND p.state <> 'draft' FOR SHARE OF p)"""
_SCHEME_MOVES = f"""OLD.state = 'draft' OR (OLD.state = 'issued' AND NEW.state IN ('issued', 'retired')
  AND {same_but("state", "updated_at")})"""
_PUBLICATION_MOVES = f"""OLD.state = 'draft' OR (OLD.state = 'scheduled'
  AND NEW.state IN ('published', 'withdrawn') AND {same_but("state", "updated_at")})"""
_EVENT_IS_SEALED = f"OLD.position IS NULL AND {same_but('position', 'hash')}"


class Migration(migrations.Migration):
    """Put the triggers in place."""

    dependencies: ClassVar = [("assessments", "0001_initial")]

    operations: ClassVar = [
        freeze("assessments_scheme", unless=_SCHEME_MOVES),
        freeze("assessments_criterion", unless=_SCHEME_IS_DRAFT, events=ALL),
        freeze("assessments_band", unless=_SCHEME_IS_DRAFT, events=ALL),
        freeze("assessments_scorelevel", unless=_CRITERION_IS_DRAFT, events=ALL),
        freeze("assessments_surveycomponent", unless=_CRITERION_IS_DRAFT, events=ALL),
        freeze("assessments_receipt"),
        freeze("assessments_scorehistory"),
        freeze("assessments_event", unless=_EVENT_IS_SEALED),
        freeze("assessments_publication", unless=_PUBLICATION_MOVES),
        freeze("assessments_publishedgroup", unless=_PUBLICATION_IS_DRAFT, events=ALL),
        freeze("assessments_publishedresult", unless=_PUBLICATION_IS_DRAFT, events=ALL),
        freeze("assessments_frozenpage", unless=_PUBLICATION_IS_DRAFT, events=ALL),
        freeze("assessments_publishedscore", unless=_RESULT_IS_DRAFT, events=ALL),
    ]
