"""Who wrote to the database last, and when: the heatmap worker all the time, a readiness check when it is asked."""

from math import inf

from api import clock
from api.database import write_transaction
from api.tables import Beat

WORKER, CHECK = 1, 2
WORKER_SECONDS = 30  # a worker silent for longer counts as gone


def beat(who: int) -> None:
    """Write that one is alive, or was able to write. Raises what the database says."""
    seen = {Beat.at: clock.now()}
    with write_transaction():
        Beat.insert({Beat.id: who} | seen).on_conflict(conflict_target=[Beat.id], update=seen).execute()


def silence(who: int) -> float:
    """Seconds since one wrote, by a clock that may have been set back; infinite for one that never did."""
    last = Beat.get_or_none(Beat.id == who)
    return inf if last is None else clock.now() - last.at


def worker_is_alive() -> bool:
    """Whether some worker wrote lately."""
    return silence(WORKER) <= WORKER_SECONDS
