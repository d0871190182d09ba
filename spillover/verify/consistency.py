"""Whether the parts of a log agree: samples, summaries, reductions, header, and every verdict with itself."""

import math
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from spillover.common import THESE, counted, same
from spillover.estimate import MEANS, RATES
from spillover.logs import EACH
from spillover.records import scores_in_range

from .answered import Answered
from .evidence import ReadLog, Submission
from .invariants import Invariant
from .redecide import contradictions

if TYPE_CHECKING:
    import pandas as pd


class EveryFailureIsCounted(Invariant):
    """The log holds every answer that was asked for, failed or not, and a failed answer is unjudged."""

    fix = "give the log as its run wrote it; finish a run with inspect eval-retry"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        header = log.source.header
        if header.get("status") not in ("success", "error"):
            yield f"the run did not end (status {header.get('status')!r})"
        if not log.samples:
            yield "the log holds no samples"
            return
        ids = [str(one) for one in (header["eval"].get("dataset") or {}).get("sample_ids") or []]
        epochs = int((header["eval"].get("config") or {}).get("epochs") or 1)
        asked = {(one, epoch) for one in ids for epoch in range(1, epochs + 1)}
        held = {(one.id, one.epoch) for one in log.samples}
        if asked - held:
            yield f"{len(asked - held)} of {len(asked)} planned answers are missing (first: {min(asked - held)[0]})"
        if held - asked and asked:
            yield (
                f"{counted(len(held - asked), 'answer is', 'answers are')} not in the header's plan (first: "
                f"{min(held - asked)[0]})"
            )
        for one in log.samples:
            values = one.values(log.score)
            if one.error is not None and values and values.get("unjudged") != 1:
                yield f"{one.id}, epoch {one.epoch}: the sample failed ({one.error}), but it has a verdict"


class SummariesAgreeWithSamples(Invariant):
    """Summaries say what the samples say."""

    fix = "give the log as its run wrote it"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        if log.summaries is None:
            return
        whole = {(one.id, one.epoch): one for one in log.samples}
        listed = {(str(one.get("id")), one.get("epoch")): one for one in log.summaries}
        for key in sorted(whole.keys() ^ listed.keys(), key=str):
            place = "only a sample, no summary" if key in whole else "only a summary, no sample"
            yield f"{key[0]}, epoch {key[1]}: the log holds {place}"
        for key in whole.keys() & listed.keys():
            if (differs := _differing(whole[key], listed[key])) is not None:
                yield f"{key[0]}, epoch {key[1]}: summary and sample differ in {differs}"


def _differing(sample: Answered, summary: dict[str, Any]) -> str | None:
    scores = summary.get("scores") or {}
    if scores.keys() != sample.scores.keys():
        return "their scores"
    for name, score in sample.scores.items():
        for field in ("value", "answer", "reason", "metadata"):
            if not _thinned(score.get(field), scores[name].get(field)):
                return f"{field} of the score {name}"
    if not _thinned(sample.metadata, summary.get("metadata")):
        return "their metadata"
    return None if _thinned(sample.input, summary.get("input")) else "the question"


def _thinned(whole: Any, thin: Any) -> bool:
    """Whether `thin` is what Inspect's summaries keep of `whole`: text may be cut, large values be left out."""
    if isinstance(whole, dict) and isinstance(thin, dict):
        return whole.keys() == thin.keys() and all(_thinned(whole[key], thin[key]) for key in whole)
    if isinstance(whole, str) and isinstance(thin, str):
        words, kept = " ".join(whole.split()), " ".join(thin.removesuffix("\n(content truncated)").split())
        return words == kept or (kept.endswith("...") and words.startswith(kept[:-3]))
    return same(whole, thin) or (isinstance(thin, str) and thin.startswith("Key removed from summary"))


class ReductionsAgreeWithSamples(Invariant):
    """Reductions are means of the samples' scores. A task that asks for no reductions has none."""

    fix = "give the log as its run wrote it"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        if log.reductions and (log.source.header["eval"].get("config") or {}).get("epochs_reducer") == []:
            yield "the log holds reductions, but its task does not ask for any"
        for one in log.reductions:
            if one.get("reducer") not in (None, "mean"):
                continue
            for reduced in one.get("samples") or []:
                held = [s for s in log.samples if s.id == str(reduced.get("sample_id"))]
                values = [score.get("value") for s in held if (score := s.scores.get(log.score))]
                if not same(_mean(values), reduced.get("value")):
                    yield f"the reduced score of {reduced.get('sample_id')} is not the mean over its samples"


def _mean(values: list[Any]) -> Any:
    if not values or not all(isinstance(one, dict) for one in values):
        return values[0] if len(values) == 1 else None
    return {name: _known_mean([one[name] for one in values]) for name in values[0]}


def _known_mean(values: list[float]) -> float:
    known = [one for one in values if one is not None and not math.isnan(one)]
    return sum(known) / len(known) if known else math.nan


class HeaderAgreesWithSamples(Invariant):
    """Counts, conditions and metrics in the header agree with the samples."""

    fix = "give the log as its run wrote it"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        results = log.source.header.get("results") or {}
        done = sum(one.error is None for one in log.samples)
        for name, count in (("total_samples", len(log.samples)), ("completed_samples", done)):
            if name in results and results[name] != count:
                yield f"the header counts {results[name]} {name.replace('_', ' ')}, but the log holds {count}"
        steps = (log.source.header.get("plan") or {}).get("steps") or []
        put = {(step.get("params") or {}).get("condition", {}).get("id", "plain") for step in steps if _asks(step)}
        said = {str(one.metadata.get("condition", "plain")) for one in log.samples}
        if put and (said != put or log.source.condition not in put):
            yield f"the samples name condition {', '.join(sorted(said))}, but the solver used {', '.join(sorted(put))}"
        other = [one.id for one in log.samples if log.score == EACH and one.id != _drawn(one)]
        if other:
            yield (
                f"{counted(len(other), 'sample names', 'samples name')} a different probe or condition than their id "
                f"(first: {other[0]})"
            )
        yield from _metrics(log, results)


def _drawn(sample: Answered) -> str:
    """Id that a sample should have, from its draw number, probe and condition."""
    said = sample.metadata
    return f"{str(said.get('draw')).zfill(6)} {said.get('probe')} {said.get('condition')}"


def _asks(step: dict[str, Any]) -> bool:
    return str(step.get("solver")).split("/")[-1] == "ask"


def _of_first_judge(log: ReadLog, rows: "pd.DataFrame") -> "pd.DataFrame":
    """Rows that its metrics are of: Inspect gives a failed sample the other judge's score under the first's name."""
    failed = {(one.metadata.get("probe", one.id), one.epoch) for one in log.samples if one.error is not None}
    return rows[[key not in failed for key in zip(rows["probe"], rows["epoch"], strict=True)]]


def _metrics(log: ReadLog, results: dict[str, Any]) -> Iterator[str]:
    from spillover.results import estimates_of

    scores = [one for one in results.get("scores") or [] if one.get("name") == log.score]
    # Inspect's metrics see scores only: a sample that failed is unjudged in our table, and nowhere in the header.
    rows = log.whole[~log.whole["reason"].fillna("").str.startswith("no verdict:")]
    if log.source.facts.get("rescored"):
        scores, rows = scores[:1], _of_first_judge(log, rows)
    stated = {name: one.get("value") for score in scores for name, one in (score.get("metrics") or {}).items()}
    if not stated or rows.empty or not scores_in_range(rows):
        return
    found = estimates_of(rows, THESE, 0.95)
    # Another version of the package may make an interval in another way; a rate is a rate.
    alike = (log.source.header["eval"].get("packages") or {}).get("spillover") in (None, version("spillover"))
    for name in [*RATES, *MEANS]:
        if name in stated and name in found:
            own = (found[name].estimate, found[name].low, found[name].high)
            told = tuple(stated.get(f"{name}{end}") for end in ("", "_low", "_high"))
            for end, one, other in zip(("", " low", " high") if alike else ("",), told, own, strict=False):
                if not same([_nan(one)], [other]):
                    yield f"the header states {name}{end} {one}, but the answers give {other:.12g}"


def _nan(value: Any) -> Any:
    return math.nan if value is None else value


class ScoresFollowFromVerdicts(Invariant):
    """Outcomes follow from the scores, the thresholds and the judge's own replies."""

    fix = "give the log as its run wrote it, or rescore it"

    def of_log(self, log: ReadLog, given: Submission) -> Iterator[str]:
        """See `Invariant`."""
        for one in log.samples:
            yield from (f"{one.id}, epoch {one.epoch}: {said}" for said in contradictions(log, one))
