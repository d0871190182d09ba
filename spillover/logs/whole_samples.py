"""What the whole samples of a log say that its rows do not, read in one pass."""

from dataclasses import dataclass

from .answered_by import Returned, add_returned
from .sent import not_sent
from .source import LogSource, rubric_labels


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What the samples of one log say.

    Attributes:
        returned: Names that came back with answers, by judge; those of the model under test under an empty name.
        not_sent: Settings that were asked for and that the requests do not hold, each as a sentence, sorted.
        rubrics: Labels (`id@version:hash`) of the rubrics that the verdicts name, sorted.
    """

    returned: Returned
    not_sent: tuple[str, ...]
    rubrics: tuple[str, ...]


def sample_facts(source: LogSource) -> SampleFacts:
    """Read every sample of a log once.

    Raises:
        LogError: Where one cannot be read.
    """
    returned: Returned = {"": set()}
    lacking: set[str] = set()
    labels: set[str] = set()
    for _, sample in source.samples():
        add_returned(returned, sample, source.model)
        lacking |= not_sent(sample)
        labels |= {label for score in (sample.get("scores") or {}).values() for label in rubric_labels(score)}
    return SampleFacts(returned, tuple(sorted(lacking)), tuple(sorted(labels)))
