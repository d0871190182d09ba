"""How a run is carried out, for every kind of run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is carried out; nothing here changes what is asked.

    Attributes:
        max_connections: Calls at a time for each model; Inspect's own adaptive number where None.
        call_retries: How often a call that failed in passing is tried again, waiting 3 s, 6 s, 12 s, ...
        retries: How often a chunk with failures is tried again after that.
        wait: Seconds before the first of these tries; doubled each time.
        batch: Whether a provider's batch interface is used where it has one.
        processes: Processes that run chunks side by side.
        realtime: Whether each answer is written as it comes: what a kill can cost is then a moment's answers, for a
            third of the speed. True unless no answer costs anything (`replay`, local models).
        display: Inspect's display.
        first_call: Whether every model and judge is asked one tiny question before anything is planned.
        beat: Seconds of silence after which a line says how far it is; 0 for none.
    """

    max_connections: int | None = None
    call_retries: int = 7
    retries: int = 2
    wait: float = 30.0
    batch: bool = False
    processes: int = 1
    realtime: bool = True
    display: str = "none"
    first_call: bool = True
    beat: float = 0.0
