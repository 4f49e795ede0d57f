"""The log of what was done: append-only, chained per cycle, without personal or free text."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cchc.kit.models import ProseField


class Event(models.Model):
    """One act or one refusal (nhật ký xử lý).

    `position` and `hash` are empty until the event is sealed into its cycle's chain; each hash
    covers the event and the hash before it, so that any later edit breaks the chain (design 6).
    """

    cycle = models.ForeignKey(
        "assessments.Cycle",
        models.PROTECT,
        null=True,
        related_name="events",
        verbose_name=_("cycle"),
    )
    at = models.DateTimeField(_("at"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    action = models.CharField(_("action"), max_length=40)
    refused = models.BooleanField(_("refused"), default=False)
    object_type = models.CharField(_("kind of object"), max_length=40)
    object_id = models.CharField(_("object"), max_length=40)
    unit_id_at = models.BigIntegerField(_("unit"), null=True)
    data = models.JSONField(_("data"), default=dict)
    request_id = models.CharField(_("request"), max_length=32, blank=True)
    position = models.PositiveBigIntegerField(_("place in the chain"), null=True)
    hash = models.CharField(_("hash"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id"], name="event_object")]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "position"], name="event_place_once", nulls_distinct=True
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class EventNote(models.Model):
    """The reason a person wrote with an act; apart from the chain, so that it can be erased."""

    event = models.OneToOneField(
        Event, models.PROTECT, related_name="reason", verbose_name=_("event")
    )
    text = ProseField(_("reason"))

    class Meta:
        verbose_name = _("reason of an act")
        verbose_name_plural = _("reasons of acts")

    def __str__(self) -> str:
        return self.text[:80]
