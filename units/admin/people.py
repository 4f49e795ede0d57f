"""Accounts, heads, authorisations and employment."""

import datetime as dt
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cchc.kit.admin import PlainSearch, TableAdmin
from cchc.kit.granting import GrantingMixin
from units import permissions
from units.models import Membership, SigningAuthorisation, UnitHead, User
from units.permissions import person_of
from units.resources import MembershipResource


class InForceFilter(admin.SimpleListFilter):
    """Dated rows that are in force today, or not."""

    title = gettext_lazy("in force")
    parameter_name = "in_force"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [("yes", _("in force today")), ("no", _("not in force today"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Filter by the day of the request."""
        today = queryset.model.objects.on(timezone.localdate()).values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=today)
        return queryset.exclude(pk__in=today) if self.value() == "no" else queryset


def idle_before() -> dt.datetime:
    """Return the moment before which a last login makes an account idle (design 0.24)."""
    return timezone.now() - dt.timedelta(days=settings.IDLE_ACCOUNT_DAYS)


class IdleFilter(admin.SimpleListFilter):
    """Accounts that nobody used for a long time, or that never had a password."""

    title = gettext_lazy("use")
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer both."""
        return [("idle", _("idle")), ("never", _("never signed in"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Filter by the last login."""
        if self.value() == "idle":
            return queryset.filter(last_login__lt=idle_before())
        return queryset.filter(last_login=None) if self.value() == "never" else queryset


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """Ask for the address: without a letter nobody can set a password."""

    class Meta:
        model = User
        fields = ["username", "full_name", "email", "job_title", "phone", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.fields["email"].required = True

    def clean_email(self) -> str:
        """Refuse an address of another account: the letter would open both."""
        email: str = self.cleaned_data["email"]
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("Another account has this address."))
        return email


@admin.register(User)
class UserAdmin(PlainSearch, admin.ModelAdmin):  # type: ignore[type-arg]
    """Accounts: made without a password, which the person sets by letter.

    No flag here gives a right: roles come from dated rows (design 0.7).
    """

    form = AccountForm
    list_display = ["username", "full_name", "job_title", "email", "is_active", "last_login"]
    list_filter = ["is_active", IdleFilter]
    search_fields = ["username", "email"]
    plain_fields = ("full_name",)
    readonly_fields = ["last_login", "date_joined"]
    actions = ["send_letter", "reactivate"]
    list_per_page = 50

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep a superuser's account from all but superusers."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or permissions.may_edit_account(person_of(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep a superuser's account from all but superusers."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or permissions.may_edit_account(person_of(request), obj))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save; a new account gets no password but a letter, and a lost address hears of it."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self._send(request, obj)
        elif "email" in form.changed_data and form.initial["email"]:
            self._tell_old_address(request, obj, form.initial["email"])

    def _tell_old_address(self, request: HttpRequest, account: User, address: str) -> None:
        """Whoever holds the address can set the password: the person must hear of the change."""
        with translation.override(settings.LANGUAGE_CODE):
            subject = _("The address of your account was changed")
            text = render_to_string("emails/address_changed.txt", {"account": account})
        try:
            send_mail(subject, text, None, [address])
        except OSError:
            messages.warning(request, _("No letter could be sent to the old address %s.") % address)
        else:
            messages.info(request, _("The old address %s was told of the change.") % address)

    def _send(self, request: HttpRequest, account: User) -> bool:
        letter = ResetPasswordForm({"email": account.email})
        if not (account.is_active and account.email and letter.is_valid()):
            return False
        letter.save(request)
        return True

    @admin.action(
        description=gettext_lazy("Send the letter to set a password"), permissions=["change"]
    )
    def send_letter(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Send each chosen account the password letter."""
        chosen = [
            user for user in queryset if permissions.may_edit_account(person_of(request), user)
        ]
        sent = sum(self._send(request, user) for user in chosen)
        self._report(request, queryset, sent, _("Letters sent: %(count)d."))

    @admin.action(description=gettext_lazy("Reactivate idle accounts"), permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Forget the last login of idle accounts, and send the letter for a new password."""
        idle = [
            user
            for user in queryset.filter(last_login__lt=idle_before())
            if permissions.may_edit_account(person_of(request), user)
        ]
        for user in idle:
            user.last_login = None
            user.set_unusable_password()
            user.save(update_fields=["last_login", "password"])
            self.log_change(request, user, "Reactivated.")
            self._send(request, user)
        self._report(request, queryset, len(idle), _("Accounts reactivated: %(count)d."))

    def _report(self, request: HttpRequest, queryset: QuerySet[User], done: int, text: str) -> None:
        left = len(queryset) - done
        messages.success(request, text % {"count": done})
        if left:
            text = _("Left as they are (not idle, no address, inactive or protected): %(count)d.")
            messages.warning(request, text % {"count": left})


class PersonRow(GrantingMixin, PlainSearch, admin.ModelAdmin):  # type: ignore[type-arg]
    """A dated row that ties a person to a unit."""

    list_filter = [InForceFilter, ("unit__group", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["unit", "user"]
    autocomplete_fields = ["unit", "user"]
    search_fields = ["unit__search_name", "unit__code", "user__username"]
    plain_fields = ("user__full_name",)
    list_per_page = 50


@admin.register(UnitHead)
class UnitHeadAdmin(PersonRow):
    """Tenures of heads."""

    list_display = ["full_name", "title", "unit", "since", "until"]
    plain_fields = ("full_name",)


@admin.register(SigningAuthorisation)
class SigningAuthorisationAdmin(PersonRow):
    """Deputies who may sign, by decision."""

    list_display = ["user", "form", "title", "unit", "since", "until", "decision_number"]


@admin.register(Membership)
class MembershipAdmin(TableAdmin, PersonRow):
    """Employment; an import also makes the accounts it needs."""

    resource_classes = [MembershipResource]
    list_display = ["user", "unit", "role", "since", "until"]
    list_filter = ["role", *PersonRow.list_filter]
