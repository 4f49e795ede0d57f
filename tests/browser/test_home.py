"""The busy home of a unit, its dossier and its page of delegation under axe."""

from typing import Any

import pytest

from tests.browser.test_workspace import Enter, address, both
from tests.factories.busy import make_busy
from tests.factories.cycles import Year, make_year

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def year(db: None) -> Year:
    """Store a year in which the first dossier shows everything it may."""
    made = make_year()
    make_busy(made, made.first.head)
    return made


@pytest.mark.parametrize("person", ["head", "focal", "contributor"])
@pytest.mark.parametrize("page", ["home", "dossier", "delegations"])
def test_page_of_a_busy_dossier_has_no_fault(
    year: Year, enter: Enter, person: str, page: str
) -> None:
    visitor: Any = enter(getattr(year.first, person))
    paths = {
        "home": "/tu-danh-gia/", "dossier": address(year.first),
        "delegations": address(year.first, "phan-cong/"),
    }  # fmt: skip
    visitor.go(paths[page])
    both(visitor)


def test_whole_field_is_delegated_by_keyboard_alone(year: Year, enter: Enter) -> None:
    visitor = enter(year.first.focal)
    visitor.go(address(year.first, "phan-cong/"))
    page = visitor.page
    field = year.criterion("2")
    page.locator(f"#whole-{field.pk}").focus()
    page.keyboard.press("Space")
    to = page.locator("#id_to")
    to.focus()
    for _name in to.locator("option").all():
        if to.input_value() != str(year.first.contributor.pk):
            page.keyboard.press("ArrowDown")
    page.locator("button[value=delegate]").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Đã phân công tiêu chí.").wait_for()

    held = year.first.submission.scores.filter(
        criterion__field=field, delegation__user=year.first.contributor
    )
    assert held.count() == 2
    both(visitor)
