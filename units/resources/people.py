"""Employment as a table, with the accounts it needs (design 0.24)."""

from typing import Any

import tablib
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from import_export.fields import Field

from cchc.kit.granting import made_today, reaches_back
from cchc.kit.imports import TableResource, merged_errors
from cchc.kit.sheets import cell_text
from cchc.kit.text import fold, squeeze
from cchc.kit.widgets import ChoiceWidget, DayWidget, TextWidget
from units import permissions
from units.models import Membership, User
from units.names import UnitBook

ACCOUNT, FULL_NAME, EMAIL = "Tài khoản", "Họ tên", "Thư điện tử"
JOB_TITLE, PHONE = "Chức vụ", "Điện thoại"
UNIT_CODE, UNIT_NAME = "Mã đơn vị", "Tên đơn vị"
ROLE, SINCE, UNTIL = "Vai trò", "Từ ngày", "Đến ngày"
ROLES = {
    "Cán bộ phụ trách": Membership.Role.CONTRIBUTOR,
    "Đầu mối": Membership.Role.FOCAL,
    "Người đứng đầu": Membership.Role.HEAD,
    "Không tham gia": Membership.Role.STAFF,
}
OTHER_ROLES = {
    "Cán bộ đầu mối": Membership.Role.FOCAL,
    "Thủ trưởng": Membership.Role.HEAD,
    **{role.value: role for role in Membership.Role},
}


def _model_errors(person: User) -> dict[str, Any]:
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        return {f"user__{key}": messages for key, messages in error.message_dict.items()}
    return {}


def _right_errors(
    instance: Membership, was: tuple[str, Any] | None, by: User | None
) -> dict[str, Any]:
    """Hold the import to what `GrantingForm` refuses: rights for oneself, a changed past."""
    role, until = was or (None, None)
    if (instance.role, instance.until) == was:
        return {}
    if by is not None and instance.user.pk == by.pk:
        return {"user": _("Nobody does this for themself.")}
    if was is None or made_today(instance):
        return {}
    if instance.role != role:
        return {"role": _("This was in force; end the row and make a new one.")}
    if reaches_back(until, instance.until):
        return {"until": _("The last day moves from today on only.")}
    return {}


class AccountMakingResource(TableResource):
    """A table whose rows may make accounts, which are logged under the importer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.made: list[User] = []

    def after_import(self, dataset: tablib.Dataset, result: Any, **kwargs: Any) -> None:
        """Log the accounts made; the admin logs the rows only. A dry run rolls this back too."""
        super().after_import(dataset, result, **kwargs)
        by = kwargs.get("user")
        if by is not None and self.made:
            LogEntry.objects.log_actions(
                by.pk, self.made, ADDITION, change_message=_("Made by an import.")
            )


class MembershipResource(AccountMakingResource):
    """Who works where from when to when; an account that does not exist is made.

    New accounts have no password: the person sets it by the letter. An import never renames an
    existing account or changes its e-mail address.
    """

    username = Field("user__username", ACCOUNT, TextWidget(None), saves_null_values=False)
    full_name = Field("user__full_name", FULL_NAME, TextWidget(None), saves_null_values=False)
    email = Field("user__email", EMAIL, TextWidget(None), saves_null_values=False)
    job_title = Field("user__job_title", JOB_TITLE, TextWidget(None), saves_null_values=False)
    phone = Field("user__phone", PHONE, TextWidget(None), saves_null_values=False)
    unit_code = Field("unit__code", UNIT_CODE, TextWidget(), readonly=True)
    unit_name = Field("unit__name", UNIT_NAME, TextWidget(), readonly=True)
    role = Field("role", ROLE, ChoiceWidget(ROLES, OTHER_ROLES, Membership.Role.STAFF))
    since = Field("since", SINCE, DayWidget())
    until = Field("until", UNTIL, DayWidget())

    required = (ACCOUNT, (UNIT_CODE, UNIT_NAME), ROLE, SINCE)
    identity = (ACCOUNT, UNIT_CODE, UNIT_NAME, SINCE)
    accepts = {
        ACCOUNT: ("Tên đăng nhập", "username"),
        FULL_NAME: ("Họ và tên", "full_name"),
        EMAIL: ("Email", "E-mail"),
        UNIT_NAME: ("Đơn vị", "Cơ quan, đơn vị"),
    }
    error_headings = {"unit": UNIT_NAME, "user": ACCOUNT}

    class Meta:
        model = Membership
        import_id_fields = ["username"]
        fields = (
            "username", "full_name", "email", "job_title", "phone", "unit_code", "unit_name",
            "role", "since", "until",
        )  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> QuerySet[Membership]:
        """Read persons and units with the rows."""
        return Membership.objects.select_related("user", "unit")

    def prepare(self, dataset: tablib.Dataset, **kwargs: Any) -> list[str]:
        """Read all units and accounts once, and the importer's rights over accounts."""
        self.book = UnitBook()
        self.people = {fold(person.username): person for person in User.objects.all()}
        self.emails = {
            person.email.casefold(): person for person in self.people.values() if person.email
        }
        self.by = by = kwargs.get("user")
        self.may_create = permissions.may_create_accounts(by)
        self.may_change = permissions.may_change_accounts(by)
        return []

    # The row and its account ------------------------------------------------------------------
    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> Membership | None:
        """Find the employment of this person at this unit from this day."""
        person = self._person(row)
        try:
            unit, since = self._unit(row), self.fields["since"].clean(row)
        except ValueError:
            return None  # import_instance says what is wrong
        if person is None or since is None:
            return None
        return self.get_queryset().filter(user=person, unit=unit, since=since).first()

    def after_init_instance(
        self, instance: Membership, new: bool, row: dict[str, Any], **kwargs: Any
    ) -> None:
        """Put the account, found or new, and the unit on a new row."""
        if new:
            instance.user = self._person(row) or User()

    def _person(self, row: dict[str, Any]) -> User | None:
        return self.people.get(fold(cell_text(row[ACCOUNT])))

    def _unit(self, row: dict[str, Any]) -> Any:
        return self.book.find(
            code=squeeze(cell_text(row.get(UNIT_CODE))), name=squeeze(cell_text(row.get(UNIT_NAME)))
        )

    def import_instance(self, instance: Membership, row: dict[str, Any], **kwargs: Any) -> None:
        """Set the fields; report every error of the row at once."""
        errors: dict[str, Any] = {}
        try:
            instance.unit = self._unit(row)
        except ValueError as error:
            errors = merged_errors({"unit": str(error)})
        person = instance.user
        before = {name: getattr(person, name) for name in ("full_name", "email", *self._details)}
        was = (instance.role, instance.until) if instance.pk else None
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = merged_errors(errors, error)
        found = self._change_errors(person, before) if person.pk else self._new_errors(person)
        if errors := merged_errors(errors, found, _right_errors(instance, was, self.by)):
            raise ValidationError(errors)

    _details = ("job_title", "phone")

    def _new_errors(self, person: User) -> dict[str, Any]:
        if not person.username:
            return {"user__username": _("Give the name of the account.")}
        if not self.may_create:
            return {"user__username": _("This account does not exist, and you may not create it.")}
        if not person.email:
            return {"user__email": _("A new account needs an address for the password letter.")}
        if person.email.casefold() in self.emails:
            words = {"username": self.emails[person.email.casefold()].username}
            return {"user__email": _("The account %(username)s has this address.") % words}
        return _model_errors(person)

    def _change_errors(self, person: User, before: dict[str, str]) -> dict[str, Any]:
        errors = {}
        for name in ("full_name", "email"):
            if fold(getattr(person, name)) != fold(before[name]):
                text = _(
                    "The account %(username)s has “%(value)s” here; correct it in the account."
                )
                errors[f"user__{name}"] = text % {
                    "username": person.username, "value": before[name]
                }  # fmt: skip
            setattr(person, name, before[name])
        for name in self._details:
            if getattr(person, name) != before[name] and not self.may_change:
                errors[f"user__{name}"] = _("You may not change accounts.")
        return errors

    # Saving -----------------------------------------------------------------------------------
    def validate_instance(
        self,
        instance: Membership,
        import_validation_errors: dict[str, Any] | None = None,
        validate_unique: bool = True,
    ) -> None:
        """Save the account first: the employment is checked against it."""
        if import_validation_errors:
            raise ValidationError(merged_errors(import_validation_errors))
        person = instance.user
        if person.pk is None:
            person.set_unusable_password()
            person.save()
            self.made.append(person)
            self.people[fold(person.username)] = person
            self.emails[person.email.casefold()] = person
            self.notes.append(
                _("New account: %(name)s") % {"name": f"{person.username} – {person}"}
            )
        else:
            person.save(update_fields=self._details)
        instance.user = person
        super().validate_instance(instance, None, validate_unique)
