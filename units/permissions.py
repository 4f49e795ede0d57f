"""Who may do what with units and accounts. The rights come from roles through has_perm."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from units.models import User


def person_of(request: HttpRequest) -> User:
    """Return the person who is signed in; raise PermissionDenied for a visitor."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def may_confirm_merger(user: User) -> bool:
    """Tell whether `user` may carry out a planned merger."""
    return user.is_active and user.has_perm("units.change_merger")


def may_create_accounts(user: User | None) -> bool:
    """Tell whether `user` may create accounts by an import; None is the portal itself."""
    return user is None or user.has_perm("units.add_user")


def may_change_accounts(user: User | None) -> bool:
    """Tell whether `user` may change accounts by an import; None is the portal itself."""
    return user is None or user.has_perm("units.change_user")


def may_edit_account(user: User, account: User) -> bool:
    """Tell whether `user` may edit `account`: a superuser's only by a superuser.

    Who edits an e-mail address can take over the account by the password letter.
    """
    return user.is_superuser or not account.is_superuser
