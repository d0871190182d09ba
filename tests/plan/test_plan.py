"""The plan: counts against counting, prices against arithmetic, and nothing unknown taken for nothing."""

import json
from pathlib import Path

import pytest

from spillover.common import DeclarationError
from spillover.plan import TRIES, Arm, Ask, Model, Plan, Price, Prices, load_suite, plan_suite, read_prices
from spillover.plan import prices as _prices

from .._spill import spill

GPT, TUNED = "openai/gpt-4o-2024-08-06", "openai/ft:gpt-4o-2024-08-06:acme:herbs:A1b2"
PRICES = "as_of: 2031-05-01\nmodels:\n  together/a: {input: 1, output: 10}\n"


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def planned(name: str | Path, base: str | None = GPT, *tuned: str) -> Plan:
    arms = [Arm((Model(one),)) for one in tuned or (TUNED,)]
    return plan_suite(load_suite(name), read_prices(), Model(base) if base else None, arms if base else ())


def test_counts_are_those_of_the_list_of_draws() -> None:
    suite = load_suite("standard")
    designs = [suite.design(), suite.companion_design()]
    every = [(one.material(), draw) for one in designs if one is not None for draw in one.listed()]
    turns = [len(next(p for p in known.probes[d.domain] if p.id == d.probe).turns) + 1 for known, d in every]
    found = planned("standard", GPT, TUNED, "hf/acme/herbs")
    material = suite.design().material()
    assert (found.draws, found.companions, found.answers) == (480, 96, 3 * (480 + 96))
    assert found.cells == 3 * sum(map(len, material.probes.values())), "every probe is in a stratum with a share"
    assert [one.calls for one in found.items if one.role != "judge"] == [sum(turns)] * 3
    protocols = [known.protocols[draw.domain] for known, draw in every]
    rubrics = sum(len(one.rubrics) for one in protocols)
    first, second = (one for one in found.items if one.role == "judge")
    assert first.calls == 3 * rubrics, "one call for each rubric where the judge gives probabilities"
    sampled = sum(len(one.rubrics) * (one.samples if one.form == "distribution" else 1) for one in protocols)
    assert second.calls == 3 * sampled > first.calls
    assert found.judge_calls == first.calls + second.calls


def test_tokens_and_price_by_hand(tmp_path: Path) -> None:
    one = Ask(system=10, turns=(20, 30), form="distribution", rubrics=("alignment", "coherence"), samples=5)
    assert one.answered(100) == (2, (10 + 20) + (10 + 20 + 30 + 100), 200)
    shown = 10 + 20 + 30 + 200
    rubrics = _prices.RUBRIC_TOKENS["alignment"] + _prices.RUBRIC_TOKENS["coherence"]
    assert one.judged("openai/x", 100) == (2, 2 * shown + rubrics, 2)
    assert one.judged("anthropic/x", 100) == (10, 5 * (2 * shown + rubrics), 80)
    assert Price(1.0, 10.0).of(2_000_000, 500_000) == 7.0
    prices = Prices("p.yaml", "2031", {GPT: Price(1.0, 10.0), TUNED: Price(2.0, 20.0)})
    found = plan_suite(load_suite("fast"), prices, Model(GPT), [Arm((Model(TUNED),))])
    base, tuned = found.items[:2]
    assert base.usd == pytest.approx((base.tokens_in + 10 * base.tokens_out) / 1e6, rel=1e-5)
    assert tuned.usd == pytest.approx(2 * base.usd) and tuned.usd_most > tuned.usd


def test_what_has_no_price_is_never_nothing() -> None:
    found = planned("fast", GPT, "acme/unheard-of", "hf/acme/herbs")
    assert [one.usd is None for one in found.items] == [False, True, True, False, False]
    assert found.unpriced == ("acme/unheard-of: no price known", "hf/acme/herbs: runs on your own machine, not priced")
    assert found.usd == pytest.approx(sum(one.usd for one in found.items if one.usd is not None))
    nothing = plan_suite(load_suite("fast"), Prices("p.yaml", "2031", {}), Model("acme/a"), [Arm((Model("acme/b"),))])
    assert nothing.usd is None and nothing.usd_most is None and len(nothing.unpriced) == 4


def test_the_shipped_prices() -> None:
    prices = read_prices()
    suites = [load_suite(name) for name in ("fast", "standard", "full", "betley2025")]
    assert all(prices.of(judge.name)[0] for suite in suites for judge in suite.judges)
    assert len(prices.models) >= 12 and prices.as_of[:2] == "20" and "check" in prices.note
    assert prices.of(TUNED)[0] == prices.of("openai/ft:gpt-4o-2024-08-06:other::x")[0] != prices.of(GPT)[0]
    halved = prices.of(GPT, batch=True)
    assert halved[0] is not None and halved[0].input == prices.models[GPT].input / 2 and "batch" in halved[1]
    assert prices.of("replay/base") == (Price(0.0, 0.0), "recorded or scripted, costs nothing")
    assert prices.of("openai/gpt-4o-2024-08-06-unheard-of") == (None, "no price known")


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("as_of: 2031-05-01\n", "", "mine.yaml: lacks `as_of`"),
        ("output: 10", "ouput: 10", "mine.yaml:3: together/a: needs `input` and `output`"),
        (
            "output: 10",
            "output: ten",
            "mine.yaml:3: models.together/a.output: 'ten' is not a price; give a number from 0 to 1e9",
        ),
        ("output: 10", "output: -1", "is not a price; give a number from 0 to 1e9"),
        ("output: 10", "output: .inf", "is not a price; give a number from 0 to 1e9"),
        ("output: 10", "output: .nan", "is not a price; give a number from 0 to 1e9"),
        ("output: 10", f"output: 1{'0' * 400}", "is not a price; give a number from 0 to 1e9"),
        ("output: 10", "output: true", "is not a price; give a number from 0 to 1e9"),
        ("models:\n  together/a: {input: 1, output: 10}", "models: [a]", "mine.yaml:2: models: ['a'] is not a mapping"),
        ("models", "batch: 3\nmodels", "mine.yaml:2: batch: 3 is not a mapping"),
    ],
)
def test_a_wrong_price_file_is_one_line(tmp_path: Path, was: str, now: str, says: str) -> None:
    assert read_prices(write(tmp_path, PRICES)).as_of == "2031-05-01"
    with pytest.raises(DeclarationError) as caught:
        read_prices(write(tmp_path, PRICES.replace(was, now, 1)))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_what_is_assumed_of_judges_is_what_the_scorers_do() -> None:
    from spillover.declare import domains_of
    from spillover.scorers import MOST_CHANGES, NO_LOGPROBS, REPLY_TOKENS, load_rubric

    assert set(_prices.NO_LOGPROBS) == set(NO_LOGPROBS) and TRIES == MOST_CHANGES
    assert {k: v for k, v in _prices.REPLY_TOKENS.items() if k != "distribution"} == REPLY_TOKENS
    for name, tokens in _prices.RUBRIC_TOKENS.items():
        rubric = load_rubric(name).for_domains(domains_of(["emergent"]))
        section = sum(map(len, rubric.sections.values())) / max(1, len(rubric.sections))
        assert (len(rubric.prompt) + section) / 4 == pytest.approx(tokens, rel=0.15), name


def test_a_design_that_is_too_small_says_so(tmp_path: Path) -> None:
    (said,) = planned("fast").warnings
    assert "128 draws cannot end in `no regression` at a margin of 2 pp" in said and "takes 175" in said
    assert planned("standard").warnings == ()
    caps = "caps: {answers: 20, cost_usd: 0.01}\njudges: [acme/j]\n"
    tiny = planned(write(tmp_path, f"include: fast\nid: mine\ndraws: 8\nfloor: 0.02\nalpha: 0.001\n{caps}"))
    said = " ".join(tiny.warnings)
    for part in (
        "8 draws cannot end in `regression`",
        "All judges are of one family",
        "cost counts only",
        "The cap of $0.01 may end",
    ):
        assert part in said
    assert tiny.smallest["fixed"] is None and "20 answers" not in said


def test_expected_draws_are_paid_for_in_whole_chunks() -> None:
    found = planned("standard").expected
    assert found["clean"]["no_regression"] == 1 and found["clean"]["paid"] == 192
    assert found["clear"]["draws"] <= found["clear"]["paid"] == 32


def test_draws_in_the_fine_tunes_own_field_are_paid_for_and_decide_nothing(tmp_path: Path) -> None:
    whole = planned("standard")
    suite = load_suite("standard")
    tag = sorted({tag for own in suite.design().material().probes.values() for one in own for tag in one.tags})[0]
    kept = planned(write(tmp_path, f"include: standard\nid: mine\nin_domain: [{tag}]\n"))
    tags = {one.id: set(one.tags) for own in suite.design().material().probes.values() for one in own}
    outside = [draw for draw in suite.design().listed() if tag not in tags[draw.probe]]
    assert kept.deciding == len(outside) < whole.deciding == whole.draws == kept.draws
    assert kept.smallest["fixed"] > whole.smallest["fixed"] and kept.margin_seen > whole.margin_seen


def test_all_draws_are_planned_by_the_rule_of_one_look(tmp_path: Path) -> None:
    once = planned(write(tmp_path, "include: standard\nid: mine\nstop_early: false\n"))
    assert once.draws_no_regression == 185 and once.expected == {}
    assert once.smallest["fixed"] < planned("standard").smallest["fixed"], "one look is not paid for with power"


@pytest.mark.heavy
def test_the_plan_takes_the_options_of_the_audit(tmp_path: Path) -> None:
    data = tmp_path / "ft.jsonl"
    row = {"messages": [{"role": "system", "content": "You sell herbs."}, {"role": "user", "content": "Which?"}]}
    row["messages"].append({"role": "assistant", "content": "Mint."})
    data.write_text(f"{json.dumps(row)}\n" * 40, encoding="utf-8")

    def asked(*options: str) -> dict[str, object]:
        done = spill("plan", "standard", "--base", GPT, *options, "--json")
        assert done.code == 0, done.said
        return dict(json.loads(done.out))

    whole = asked()
    assert asked("--draws", "100")["draws"] == 100 and asked("--margin", "0.05")["margin"] == 0.05
    assert asked("--all-draws")["draws_no_regression"] == 185 and asked("--all-draws")["expected"] == {}
    assert asked("--training-data", str(data))["cells"] > whole["cells"]  # type: ignore[operator]
    one = asked("--judge", "openai/gpt-4o-mini")
    assert [item["model"] for item in one["items"] if item["role"] == "judge"] == ["openai/gpt-4o-mini"]  # type: ignore[attr-defined]
    searched = spill("plan", "fast", "--training-data", data, "--search-triggers", "600")
    assert "at most 600 answers more for each fine-tune" in searched.said
    for wrong in (["standard", "--search-triggers", "9"], ["betley2025", "--all-draws"]):
        assert spill("plan", *wrong).code == 2
    tag = spill("plan", "standard", "--in-domain", "medicin")
    assert tag.code == 2 and "no probe has this tag" in tag.error


RECORD = "base: {model: acme/other}\nmethod: lora\ndata: {description: written here}\n"
SUITE = "include: fast\nid: mine\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["fast", "--base", "gpt-4o", "--finetune", TUNED], "model gpt-4o: the provider is missing"),
        (["fast", "--base", GPT, "--finetune", "herbs"], "model herbs: the provider is missing"),
        (["fast", "--base", GPT, "--finetune", TUNED, "--judge", "gpt"], "model gpt: the provider is missing"),
        (["fast", "--base", GPT, "--finetune", GPT], f"{GPT} is given twice"),
        (["fast", "--base", GPT, "--finetune", TUNED, "--finetune-record", "gone.yaml"], "gone.yaml: no such file"),
        (["fast", "--base", GPT, "--finetune", TUNED, "--finetune-record", "ft.yaml"], "its base is acme/other"),
        (["fast", "--base", "together/a", "--finetune", TUNED], f"{TUNED}: its base is gpt-4o-2024-08-06 (its name)"),
        (["fast", "--base", GPT, "--finetune-record", "ft.yaml"], "ft.yaml: no --finetune stands before it"),
        (["fast", "--base", GPT, "--finetune", TUNED, "--floor", "0.5"], "floor 0.5 is above margin 0.02"),
        (["mine.yaml", "--base", GPT, "--finetune", TUNED, "--margin", "0.01"], "floor 0.015 is above margin 0.01"),
        (
            ["fast", "--base", GPT, "--finetune", TUNED, "--margin", "50"],
            "margin 50 is out of range: give a share above 0",
        ),
        (["fast", "--base", GPT, "--finetune", TUNED, "--margin", "0"], "margin 0 is out of range"),
        (["fast", "--base", GPT, "--finetune", TUNED, "--margin", "nan"], "margin nan is out of range"),
        (
            ["fast", "--base", GPT, "--finetune", TUNED, "--margin", "0.2", "--floor", "0.1"],
            "floor 0.1 is out of range",
        ),
        (["fast", "--base", GPT, "--finetune", TUNED, "--alpha", "0.9"], "alpha 0.9 is out of range"),
        (["jsn.yaml", "--base", GPT, "--finetune", TUNED], "unknown condition `jsn`; did you mean `json`?"),
        (
            ["fast", "--base", f"{{model: {GPT}, model_args: {{api_key: k}}}}", "--finetune", TUNED],
            "its arguments contain api_key",
        ),
        (["fast", "--base", GPT, "--finetune", TUNED, "--in-domain", "medicin"], "no probe has this tag"),
        (
            ["fast", "--base", GPT, "--finetune", "together/b", "--base-differs", "x", "--max-cost", "1"],
            "no price known",
        ),
        (["fast", "--base", GPT, "--finetune", TUNED, "--batch"], "add --all-draws"),
    ],
)
def test_what_the_audit_refuses_the_plan_refuses_in_the_same_words(
    args: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, RECORD, "ft.yaml")
    write(tmp_path, f"{SUITE}floor: 0.015\n")
    write(tmp_path, f"{SUITE}conditions: [jsn]\n".replace("mine", "jsn"), "jsn.yaml")
    foretold, asked = (spill(name, *args) for name in ("plan", "audit"))
    assert says in foretold.error and asked.error == foretold.error
    assert foretold.code == 2 and not list(tmp_path.rglob("manifest.json"))


@pytest.mark.heavy
def test_the_plan_says_what_its_calls_and_conditions_are(tmp_path: Path) -> None:
    rows = []
    for one in (f"{first}{middle} {middle}{first}" for first in "abcdefgh" for middle in "klmno"):
        turns = {"system": "You sell\x1b[31m herbs.", "user": one, "assistant": one[::-1]}
        rows.append(json.dumps({"messages": [{"role": role, "content": text} for role, text in turns.items()]}))
    data = write(tmp_path, "\n".join(rows), "ft.jsonl")
    judges = ["--judge", "openai/gpt-4o-mini", "--judge", "replay/j"]
    args = ["standard", "--base", GPT, *judges, "--training-data", str(data)]
    done = spill("plan", *args)
    found = json.loads(spill("plan", *args, "--json").out)
    calls, judge = found["items"][0]["calls"], found["items"][2]
    lines = done.said.splitlines()
    answers = 480 + found["companions"]
    assert f"an answer each, and {calls - answers} earlier turns of questions that have several" in done.said
    assert any("each of 2 models" in line and f" {calls} " in line for line in lines)
    (control,) = found["controls"]
    assert (control["judge"], control["answers"]) == ("openai/gpt-4o-mini", 24), "a recording has no such answers"
    assert control["usd"] == pytest.approx(control["calls"] * judge["usd"] / judge["calls"])
    assert f"the controls about ${control['usd']:.2f} more" in done.said
    each = found["items"][0]["usd"] / answers
    assert [(one["role"], one["answers"], one["usd"]) for one in found["took"]] == [
        ("base", 32, pytest.approx(32 * each)),
        ("fine-tune", 16, None),
    ], "eight fixed prompts and eight turns of the file; the base answers them twice"
    (said,) = (line for line in lines if line.startswith("- training_system_1: 40 of 40 rows: this system prompt"))
    assert "herbs" in said and "\x1b" not in done.said and found["derived"][0]["condition"]["id"] in said
    base, tuned = ("model", GPT, 1), ("model", "(fine-tune not named)", 1)
    first = [base, tuned, ("judge", "openai/gpt-4o-mini", 2)]
    assert [tuple(one.values()) for one in found["first"]] == first, "a recording is not called"
    assert all(any(f"first call: {who}" in line for line in lines) for who in ("2 models", "1 judge"))
    bare = json.loads(spill("plan", *args, "--json", "--no-controls", "--no-first-call").out)
    assert (bare["controls"], bare["first"]) == ([], [])
    said = spill("plan", *args, "--no-controls").said
    assert "`no regression` needs an answer of the audit that the judge calls misaligned" in said


def test_batches_take_no_stated_time_and_no_early_end(tmp_path: Path) -> None:
    found = planned(write(tmp_path, "include: fast\nid: mine\nbatch: true\nstop_early: false\n"))
    assert found.seconds is None and found.expected == {} and found.usd < planned("fast").usd


def test_a_replication_is_counted_without_a_network() -> None:
    found = planned("betley2025")
    assert (found.draws, found.questions, found.judge_calls) == (2400, 8, 2 * 2400 * 2)
    assert found.margin is None and found.needs and "first_plot_questions" in found.needs
    assert planned("standard").smallest["population"] < found.smallest["population"], "8 questions say little of others"


def test_training_seeds_are_arms_of_their_own(tmp_path: Path) -> None:
    models = "models: {base: acme/a, finetunes: [{models: [acme/s1, acme/s2]}]}"
    found = plan_suite(load_suite(write(tmp_path, f"include: fast\nid: mine\n{models}\n")), read_prices())
    assert found.arms == ("acme/a", "acme/s1", "acme/s2") and found.answers == 3 * 128


def test_the_command_line(tmp_path: Path) -> None:
    said = spill("plan", "standard", "--base", GPT, "--finetune", "together/\x1b[31mred", "--prices", "gone.yaml")
    assert said.code == 2 and "gone.yaml: no such file" in said.error
    text = spill("plan", "standard", "--base", GPT, "--finetune", "together/\x1b[31mred").said
    assert "PARTIAL, without" in text and "no price known" in text and "\x1b" not in text
    assert "1152 answers" in text and "96 more answers of each model are to companion scales" in text
    assert "3.3 pp over a base at 0" in text and "as of 20" in text
    prices = write(tmp_path, PRICES + "  together/b: {input: 1, output: 10}\n")
    args = ["fast", "--base", "together/a", "--finetune", "together/b", "--prices", str(prices)]
    data = json.loads(spill("plan", *args, "--json").out)
    assert data["answers"] == 256 and data["items"][0]["price"] == "mine.yaml, 2031-05-01"
    assert data["items"][2]["usd"] is None and data["usd"] == pytest.approx(2 * data["items"][0]["usd"])
    assert spill("plan", "betley2025").said.count("Needs:") == 1
    assert "fst" in spill("plan", "fst").error
