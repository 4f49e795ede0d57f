"""docs/workflow.md says what the table says."""

from django.conf import settings

from assessments.workflow import describe


def test_workflow_page_equals_the_table() -> None:
    page = (settings.BASE_DIR / "docs" / "workflow.md").read_text(encoding="utf-8")
    assert page == describe.page(), "run: python3 -m cchc manage describe_workflow"
