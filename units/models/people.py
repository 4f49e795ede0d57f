"""The people of the units: accounts, heads, signing rights and employment."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from cchc.kit.models import Decided, LineField, Stamped, decided_together
from cchc.kit.periods import Period, days_in_order, no_overlap
from units.models.units import Unit


class User(AbstractUser):
    """An account of one person; rights come from dated rows, never from flags (design 0.7)."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = LineField(_("full name"), max_length=120)
    job_title = LineField(_("job title"), max_length=120, blank=True)
    phone = LineField(_("telephone"), max_length=30, blank=True)

    REQUIRED_FIELDS = ["email", "full_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """Return the person's name, for Django's admin."""
        return self.full_name

    def get_short_name(self) -> str:
        """Return the person's name, for Django's admin."""
        return self.full_name


class UnitHead(Period, Stamped):
    """The tenure of a unit's head (người đứng đầu); two tenures of a unit cannot overlap."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="heads", verbose_name=_("unit"))
    user = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tenures",
        verbose_name=_("account"),
    )
    full_name = LineField(_("full name"), max_length=120)
    title = LineField(_("job title"), max_length=120)

    class Meta:
        verbose_name = _("head of unit")
        verbose_name_plural = _("heads of units")
        ordering = ["unit", "-since"]
        constraints = [
            days_in_order("head_days_in_order"),
            no_overlap(
                "head_tenures_apart",
                "unit",
                message=_("The unit has another head on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.full_name}, {self.title}"


class SigningAuthorisation(Period, Decided, Stamped):
    """The right of a deputy to sign for the head (KT., TUQ.) between two days (design 0.7)."""

    class Form(models.TextChoices):
        """How the signature block begins."""

        DEPUTY = "KT", _("KT. (deputy signs for the head)")
        AUTHORISED = "TUQ", _("TUQ. (signs by authorisation)")

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="authorisations", verbose_name=_("unit")
    )
    user = models.ForeignKey(
        User, models.PROTECT, related_name="authorisations", verbose_name=_("account")
    )
    form = models.CharField(_("form"), max_length=3, choices=Form)
    title = LineField(_("job title"), max_length=120)

    class Meta:
        verbose_name = _("authorisation to sign")
        verbose_name_plural = _("authorisations to sign")
        ordering = ["unit", "-since"]
        constraints = [
            days_in_order("authorisation_days_in_order"),
            decided_together("authorisation_decision_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.form}. {self.user}"


class Membership(Period, Stamped):
    """The employment of a person at a unit; conflicts of interest are read from it."""

    class Role(models.TextChoices):
        """What the person does in the unit's self-assessment."""

        CONTRIBUTOR = "contributor", _("contributor")
        FOCAL = "focal", _("focal officer")
        HEAD = "head", _("head of unit")
        STAFF = "staff", _("staff, takes no part")

    user = models.ForeignKey(
        User, models.PROTECT, related_name="memberships", verbose_name=_("account")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="memberships", verbose_name=_("unit")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role, default=Role.STAFF)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["unit", "user", "-since"]
        constraints = [
            days_in_order("membership_days_in_order"),
            no_overlap(
                "memberships_apart",
                "user",
                "unit",
                message=_("This person is already a member of the unit on some of these days."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.unit}"
