"""What the portal tells a person: the inbox first, one digest a day by e-mail (design 3)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.choices import DigestState, MessageKind
from cchc.kit.models import LineField


class Message(models.Model):
    """One line of a person's inbox.

    `text` is a whole Vietnamese sentence, without points, ranks or bands; what it speaks of is
    behind `url`, where the right to see it is asked anew. `key` makes a message of its kind
    unique, so that the clock may tell the same thing twice without anybody hearing it twice.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="messages", verbose_name=_("for")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind)
    # The unit whose appraisal it tells of: nobody with a conflict of interest may meet it.
    unit = models.ForeignKey(
        "units.Unit", models.PROTECT, null=True, related_name="+", verbose_name=_("unit")
    )
    cycle = models.ForeignKey(
        "assessments.Cycle", models.PROTECT, null=True, related_name="+", verbose_name=_("cycle")
    )
    text = LineField(_("message"), max_length=500)
    url = models.CharField(_("address"), max_length=300, blank=True)
    key = models.CharField(max_length=120)
    # An act of the council on the dossier; only such a message is hidden in a conflict.
    of_appraisal = models.BooleanField(default=False)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_told_once")]
        indexes = [
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="messages_unread")
        ]

    def __str__(self) -> str:
        return self.text


class MessagePreference(models.Model):
    """Which kinds of messages a person does not want by e-mail; the inbox has all of them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="message_preference",
        verbose_name=_("account"),
    )  # fmt: skip
    by_mail = models.BooleanField(_("one e-mail a day"), default=True)
    not_mailed = models.JSONField(_("kinds left out of it"), default=list)

    class Meta:
        verbose_name = _("choice of messages")
        verbose_name_plural = _("choices of messages")

    def __str__(self) -> str:
        return str(self.user)


class Digest(models.Model):
    """One person's e-mail of one day: what it held, and what became of it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests", verbose_name=_("for")
    )
    day = models.DateField(_("day"))
    state = models.CharField(
        _("state"), max_length=8, choices=DigestState, default=DigestState.WAITING
    )
    messages = models.ManyToManyField(Message, related_name="digests", verbose_name=_("messages"))
    # Put into the queue; a worker takes it once for each time that it was.
    queued_at = models.DateTimeField(_("queued at"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    tried_at = models.DateTimeField(_("tried at"), null=True)
    # The kind of the failure, never an address or an answer that holds one.
    error = LineField(_("failure"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("daily e-mail")
        verbose_name_plural = _("daily e-mails")
        ordering = ["-day", "user"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.user} {self.day:%d/%m/%Y}"


class NoticeCursor(models.Model):
    """How far the log of a cycle has been told to those whom its acts concern.

    The sealed log is the outbox: what stands in it is told once, whatever fails in between.
    """

    cycle = models.OneToOneField(
        "assessments.Cycle", models.CASCADE, related_name="+", verbose_name=_("cycle")
    )
    position = models.PositiveBigIntegerField(_("place in the chain"), default=0)
    # The day on which deadlines were last looked at.
    reminded_on = models.DateField(_("reminded on"), null=True)
    # The day on which old messages were last forgotten.
    purged_on = models.DateField(_("purged on"), null=True)

    class Meta:
        verbose_name = _("place reached in the log")
        verbose_name_plural = _("places reached in the log")

    def __str__(self) -> str:
        return f"{self.cycle}: {self.position}"
