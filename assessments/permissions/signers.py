"""For which units a person signs, all at once; `may_sign` says it of one dossier, and why not."""

import datetime as dt

from django.db import connection

from assessments.permissions.verdicts import day_of
from units.models import User

_SIGNED_FOR = """
WITH RECURSIVE mine(unit_id) AS (
  SELECT unit_id FROM units_unithead WHERE user_id = %(user)s
    AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
  UNION SELECT unit_id FROM units_signingauthorisation WHERE user_id = %(user)s
    AND since <= %(day)s AND (until IS NULL OR until >= %(day)s)
  UNION SELECT s.predecessor_id FROM units_succession s JOIN mine ON mine.unit_id = s.successor_id
) SELECT unit_id FROM mine
"""


def signing_unit_ids(user: User, at: dt.datetime) -> set[int]:
    """Return the units whose dossiers the person signs, with the units they follow. One query."""
    if not user.is_active:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SIGNED_FOR, {"user": user.pk, "day": day_of(at)})
        return {unit_id for (unit_id,) in cursor.fetchall()}
