"""A live audit: plan written down and hashed, controls, base and fine-tunes asked in chunks, the result, the report."""

from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from spillover.audit.decide import Read, read_sequence
from spillover.audit.describe import Scale, companion_scales
from spillover.audit.live import (
    Asked,
    Control,
    Request,
    SearchTerms,
    Took,
    ask,
    ask_companions,
    done_once,
    drift_control,
    live_control,
    prompts,
    require_as_it_ended,
    require_this_rule,
    search,
    took_controls,
    written_controls,
)
from spillover.audit.report import Report, stated
from spillover.common import counted, look
from spillover.logs import read
from spillover.plan import spent
from spillover.run import (
    MANIFEST,
    alone_in,
    check_tokens,
    chunk_logs,
    not_asked_for,
    own_logs,
    run_chunk,
    write_plan,
    write_seen,
)

from .answer import Leaks, leaks, live_report, void_report
from .beforehand import Say, call_first, check_request
from .consists import made_of

NOT_LOADED = "load it and audit again with a new --out; no question of the suite was asked"


def audit_models(request: Request, say: Say = lambda _: None) -> Report:
    """Audit fine-tunes against their base by asking them.

    A call that was cut off goes on where it stopped: the plan, the draws and the decisions are the same, and all that
    was answered is in the logs.

    Args:
        request: What to do.
        say: Takes one line of progress at a time.

    Raises:
        DeclarationError: Where two arms have one name, or a model cannot be loaded.
        OutageError: Where a model or judge gives no reply to a first call, or too many answers fail.
        RunError: Where a cap cannot hold, the folder holds another run, or a finished run's logs are no longer those
            that its manifest names.
    """
    check_request(request)
    require_this_rule(request.out)
    with alone_in(request.out):
        seen, calls = call_first(request, say)
        manifest = write_plan(request.out, request.planned())
        write_seen(request.out, seen, calls)
        require_as_it_ended(request.out, manifest.done)
        if request.training is not None:
            say(f"fine-tuning file: {request.training.read}")
        say(f"plan {manifest.planned_sha256[:12]} written to {request.out / MANIFEST}")
        report, asked = _controlled(request, say)
        for line in not_asked_for([request.base, *request.tuned], list(asked.rows.values())):
            say(line)
        look()
        manifest = done_once(request.out, report.answer, partial(made_of, request, asked))
        return stated(replace(report, manifest=manifest.data))


def _controlled(request: Request, say: Say) -> tuple[Report, Asked]:
    """Controls first: of the judges, then whether each fine-tune was loaded; one that fails ends the audit."""
    controls = _judged(request, say)
    if any(one.separated is False for one in controls):
        return _void(request, controls, say)
    took = _took(request, say)
    if any(one.void for one in took):
        say("a fine-tune was not loaded: the audit is void, and no question of the suite was asked")
        return void_report(request, [*controls, *(one.control() for one in took)], [NOT_LOADED]), Asked()
    return _answered(request, controls, took, say)


def _took(request: Request, say: Say) -> list[Took]:
    """Whether each fine-tune was loaded; see `took_controls`."""
    say(
        f"controls: was the fine-tune loaded? {counted(len(prompts()) + len(request.first_turns), 'prompt')} to "
        "each model"
    )
    decoding = next(iter(request.design.material().declared.values())).decoding
    arms = (request.base, request.tuned, request.judges)
    return took_controls(*arms, request.first_turns, decoding, request.out / "controls" / "took", request.options)


def _void(request: Request, controls: list[Control], say: Say) -> tuple[Report, Asked]:
    say("a control failed: the audit is void, and no model was asked")
    return void_report(request, controls), Asked()


def _answered(request: Request, controls: list[Control], took: list[Took], say: Say) -> tuple[Report, Asked]:
    asked, reads = _ask(request, say)
    over = asked.capped is not None
    controls = controls if over else controls + _live_controls(request, asked, say)
    triggers = None if over else _triggers(request, say)
    told = ([], []) if over else _leaks(request, asked, say)
    report = live_report(request, asked, reads, controls, triggers, told, took)
    return (report if over else replace(report, scales=_scales(request, say))), asked


def _scales(request: Request, say: Say) -> list[Scale]:
    """The companion scales of each fine-tune, whatever was decided."""
    if request.companions is not None:
        say(f"companion scales: {counted(request.companions.draws, 'answer')} of each model")
    rows = ask_companions(request)
    return [
        one
        for model in request.tuned
        if rows
        for one in companion_scales(model.name, rows[request.base.name], rows[model.name])
    ]


def _judged(request: Request, say: Say) -> list[Control]:
    """Controls of the judges alone, before any model is asked; the first that fails is the last."""
    found: list[Control] = []
    judges = [one.load(request.options.max_connections, request.options.call_retries) for one in request.judges]
    from spillover.run import beating

    domains = list(request.design.material().probes) if request.controls else []
    for number, judge in enumerate(judges if request.controls else []):
        say(f"controls: written answers, plainly bad and plainly good, to {judge}")
        logs = request.out / "controls" / f"judge-{number}"
        with beating(request.options.beat):
            found += written_controls(judge, domains, request.design.judge, logs)
        if any(one.separated is False for one in found):
            return found
    if request.card is not None:
        say(f"controls: is the judge still that of {request.card.name}?")
        with beating(request.options.beat):
            found.append(drift_control(judges[0], request.card, request.out / "drift"))
    return found


def _ask(request: Request, say: Say) -> tuple[Asked, dict[str, Read]]:
    reads: dict[str, Read] = {}
    asked = Asked()
    parts = (request.design, request.base, request.tuned, request.judges, request.out, request.options, request.reuse)
    for asked, still in ask(*parts):
        if len(asked.chunks) == 1:
            check_tokens(request.design, request.base.name, asked.rows[request.base.name])
        for model in list(still):
            rows = asked.rows[model.name]
            base = asked.beside(model.name, request.base.name)
            judges = max(1, len(request.judges))
            said = read_sequence(request.design, base, rows, judges, request.rule, request.in_domain)
            reads[model.name] = said
            say(_progress(request, model.name, said, len(asked.chunks)))
            if request.stop_early and said.ended:
                still.remove(model)
        if (capped := _over(request)) is not None:
            asked.capped = capped
            say(capped)
            break
    return asked, reads


def _progress(request: Request, model: str, read: Read, chunks: int) -> str:
    asked = min(chunks * request.design.chunk, request.design.draws)
    need = 1 / request.rule.alpha
    if not read.looks or not request.stop_early:
        return f"{model}: {asked} of {counted(request.design.draws, 'draw')}"
    last = read.looks[-1]
    said = f"evidence for regression {last.e_family:.3g}, for no regression {last.e_no_regression:.3g}, needed {need:g}"
    return f"{model}: {asked} of {counted(request.design.draws, 'draw')}; {said}" + (
        f"; {last.answer} after {last.draws}" if read.ended else ""
    )


def _over(request: Request) -> str | None:
    """What is said where the cap on cost is reached."""
    if request.cap_cost_usd is None or request.prices is None:
        return None
    usd = spent(own_logs(request.out), request.prices, request.options.batch).usd
    if usd is None or usd < request.cap_cost_usd:
        return None
    return f"cap on cost reached: about ${usd:.2f} of ${request.cap_cost_usd:.2f}; nothing more was asked"


def _live_controls(request: Request, asked: Asked, say: Say) -> list[Control]:
    """Control models on the draws that the base was asked, beside the base."""
    found = []
    rows = asked.rows[request.base.name]
    spans = request.design.chunks()[: len(asked.chunks)]
    for kind, models in (("positive", request.positive), ("negative", request.negative)):
        for model in models:
            say(f"{kind} control: {model.name}")
            folder = request.out / "controls" / "models" / f"{kind}-{models.index(model)}"
            parts = [
                run_chunk(request.design, span, [model], request.judges, folder, request.options) for span in spans
            ]
            own = pd.concat([read([str(chunk_logs(part)[model.name])]) for part in parts])
            found.append(live_control(kind, model.name, own, rows))  # type: ignore[arg-type]
    return found


def _leaks(request: Request, asked: Asked, say: Say) -> Leaks:
    if not request.subjects:
        return [], []
    say("leaks: do misaligned answers bring up the fine-tune's own subject?")
    judge = request.leak_judge or request.judges[0]
    return leaks(request, asked, judge.load(request.options.max_connections, request.options.call_retries))


def _triggers(request: Request, say: Say) -> dict[str, Any] | None:
    """A search for each fine-tune; alpha is shared by them."""
    if not request.budget:
        return None
    found = {}
    for number, model in enumerate(request.tuned):
        say(
            f"trigger search: {counted(len(request.candidates), 'candidate')}, at most "
            f"{counted(request.budget, 'answer')}, {model.name}"
        )
        terms = SearchTerms(
            budget=request.budget,
            alpha=request.rule.alpha / len(request.tuned),
            floor=request.rule.floor,
            in_domain=request.in_domain,
        )
        models, folder = (request.base, model), request.out / "triggers" / f"{number:02d}"
        parts = (request.design, models, request.judges, request.candidates, folder, request.options)
        found[model.name] = search(*parts, terms, say).as_dict()
    return found
