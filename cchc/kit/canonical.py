"""The one JSON text of a value, so that two people who hash it get one hash (design 0.18)."""

import json
from typing import Any


def canonical_json(data: Any) -> str:
    """Return the one JSON text of `data`: sorted keys, no spaces, UTF-8 (design 0.18).

    Raise TypeError for a value that JSON does not know, ValueError for NaN or infinity.
    """
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
