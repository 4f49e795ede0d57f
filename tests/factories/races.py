"""Acts that several people do at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

from assessments.errors import Refused


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts together; return, in their order, what each gave or was refused with.

    Raise what else an act raised, and TimeoutError for one that never ended: neither is a success.
    """
    start, outcomes = threading.Barrier(len(acts)), dict[int, Any]()
    broken: list[BaseException] = []

    def run(place: int) -> None:
        try:
            start.wait(timeout=60)
            outcomes[place] = acts[place]()
        except Refused as refusal:
            outcomes[place] = refusal
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[n], daemon=True) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    if broken:
        raise broken[0]
    if len(outcomes) < len(acts):
        raise TimeoutError(f"{len(acts) - len(outcomes)} acts never ended")
    return [outcomes[place] for place in range(len(acts))]


def refusals(*acts: Callable[[], Any]) -> list[type[Refused] | None]:
    """Run the acts together; return, in their order, what each was refused with, or None."""
    return [type(row) if isinstance(row, Refused) else None for row in at_once(*acts)]
