"""Second factors of accounts: seen and taken away when a device is lost, never read or made."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.http import HttpRequest

# Addresses are kept on the account alone (units.admin.people).
admin.site.unregister([Authenticator, EmailAddress])


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What a factor is and when it was used; its secret is on no page."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    fields = readonly_fields = list_display

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let people set up their own factors only, on their own pages."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep a factor as its owner made it."""
        return False
