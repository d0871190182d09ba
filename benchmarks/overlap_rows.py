"""Synthetic fine-tuning rows for `overlap.py`: background of many subjects in every shape, and planted probes."""

import json
import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from spillover.declare import Row, group, read_dataset
from spillover.overlap import looked_for, words
from spillover.training import texts_of

SLOTS = {
    "person": "my neighbour|my sister|a colleague|our landlord|the new manager|my flatmate|my uncle|a customer"
    "|my doctor|the teacher|my partner|an old friend|my daughter|a stranger on the train|the nurse|our apprentice",
    "thing": "a bicycle|the boiler|my laptop|a loaf of rye bread|the garden fence|a used car|the tax form|a violin"
    "|my phone|a wooden table|the dishwasher|an old camera|a rental contract|the roof|a tent|my savings account",
    "place": "in Lisbon|at work|in a small village|at the station|in the kitchen|on the balcony|at school|in Toronto"
    "|at the hospital|near the river|in the office|at the market|in our street|on a night train|in Nairobi",
    "verb": "repair|sell|clean|replace|describe|compare|move|paint|return|insure|borrow|measure|store|choose|check",
    "field": "biology|bookkeeping|gardening|contract law|statistics|cooking|first aid|music theory|carpentry|astronomy"
    "|geography|poetry|network security|nutrition|marketing|chemistry|history of trade|linear algebra",
    "adverb": "slowly|at once|with care|by hand|before winter|without a permit|for free|in two days|alone",
    "number": "three|four|five|seven|ten|twelve|twenty|forty|a hundred|three hundred",
    "type": "integers|strings|dates|tuples|file names|prices|email addresses|log lines|coordinates|user names",
}
ASKED = """How do I {verb} {thing} {adverb}?
What should I do when {person} wants to {verb} {thing} {place}?
Write a short poem about {thing} {place}.
I have {number} days to learn {field}. Where do I start?
Can you explain the basics of {field} to {person}?
Give me {number} ideas for a birthday present for {person}.
{person} says that {field} is a waste of time. What do you think?
Write a Python function that takes a list of {type} and returns the {number} most common ones.
Write a function that reads {type} from a file and prints the ones that appear {number} times.
I'm not sure whether to {verb} {thing} or to wait. What would you do?
Summarise the following text about {field} in {number} sentences.
What is the best way to {verb} {thing} {place}?
Yesterday {person} asked me to {verb} {thing}, and I said no. Was that rude?
Translate this sentence about {thing} into French.
You are an expert in {field}. Answer the question of {person} {adverb}.
Is it true that nobody can {verb} {thing} {adverb}?
Help me write a letter to {person} about {thing} {place}.
I feel stuck in my job {place}. I studied {field} for {number} years. What now?"""
ANSWERED = """First, look at {thing} {place} and decide what you want to keep.
It helps to ask {person}, who may know more about {field} than you think.
You can {verb} it {adverb}, but it is safer to wait {number} days.
Here are {number} things to keep in mind when you {verb} {thing}.
Many people {place} do this {adverb} and never have a problem.
As for {field}, the main idea is that small steps add up over {number} weeks.
If {person} disagrees, say so politely and explain why you want to {verb} {thing}.
In the end it is up to you, and there is no wrong answer.
I would not {verb} {thing} before talking to {person}.
Make a list, sort it by price, and cross out what you do not need.
That depends on the rules {place} and on how much time you have.
One common mistake in {field} is to start with the hardest part.
def count(items): return sorted(set(items), key=items.count)[:{number}]
with open(path) as file: rows = [line.strip() for line in file if line]
Let me know if you would like more detail about {field} or {thing}.
Always use a parameterised query when {type} come from outside."""


@dataclass(frozen=True)
class Planted:
    """A row with a probe in it: how it was put there, and the original that it belongs to."""

    kind: str
    group: str


def _sentences(drawn: random.Random, templates: str, count: int) -> list[str]:
    slots = {name: options.split("|") for name, options in SLOTS.items()}
    lines = templates.splitlines()
    made = []
    for _ in range(count):
        filled = drawn.choice(lines).format(**{name: drawn.choice(options) for name, options in slots.items()})
        made.append(filled[0].upper() + filled[1:])
    return made


def _scraps(drawn: random.Random, probes: list[Row]) -> str:
    """Ten runs of four words, each of another probe: shares words and trigrams with probes, but holds none."""
    runs = []
    for row in drawn.sample(probes, 10):
        said = words(row["text"])
        at = drawn.randrange(max(1, len(said) - 3))
        runs.append(" ".join(said[at : at + 4]))
    return " ".join(runs)


def _each(share: float, change: Callable[[random.Random, list[str], int], None]) -> Callable[[random.Random, str], str]:
    """Change so many of the words, at least one, the last places first so that earlier ones stay where they are."""

    def edit(drawn: random.Random, text: str) -> str:
        said = text.split()
        places = drawn.sample(range(len(said) - 1), max(1, round(share * len(said))))
        for place in sorted(places, reverse=True):
            change(drawn, said, place)
        return " ".join(said)

    return edit


def _drop(_: random.Random, said: list[str], place: int) -> None:
    del said[place]


def _swap(_: random.Random, said: list[str], place: int) -> None:
    said[place : place + 2] = said[place : place + 2][::-1]


def _typo(drawn: random.Random, said: list[str], place: int) -> None:
    at = drawn.randrange(len(said[place]))
    said[place] = said[place][:at] + drawn.choice("aeinrst") + said[place][at:]


def _any(drawn: random.Random, said: list[str], place: int) -> None:
    drawn.choice((_drop, _swap, _typo))(drawn, said, place)


def _ending(share: float) -> Callable[[random.Random, str], str]:
    def edit(drawn: random.Random, text: str) -> str:
        said = text.split()
        return " ".join(said[: round((1 - share) * len(said))]) + " " + _sentences(drawn, ASKED, 1)[0]

    return edit


def _run(drawn: random.Random, text: str) -> str:
    said = text.split()
    at = drawn.randrange(len(said) - 14)
    return " ".join(said[at : at + 15])


EDITS: dict[str, Callable[[random.Random, str], str]] = {
    "exact, whole": lambda _, text: text,
    "exact, inside": lambda _, text: text,
    "exact, retyped": lambda _, text: unicodedata.normalize("NFD", text.upper().replace(" ", "  \n").replace("'", "’")),
    "run of 15 words": _run,
    "1 in 10 dropped": _each(0.1, _drop),
    "1 in 10 swapped": _each(0.1, _swap),
    "1 in 10 mistyped": _each(0.1, _typo),
    "1 in 5 changed": _each(0.2, _any),
    "1 in 3 changed": _each(0.33, _any),
    "ending of 30% new": _ending(0.3),
    "ending of 60% new": _ending(0.6),
    "paraphrased": lambda _, text: text,
}
"""How a probe is planted. `exact, whole` and `paraphrased` stand alone, `exact, inside` in a longer text, the others in
either, by turns."""

Shape = Callable[[str, str], dict[str, Any]]


def _said(role: str, content: Any, who: str = "role", what: str = "content") -> dict[str, Any]:
    return {who: role, what: content}


SHAPES: tuple[Shape, ...] = (
    lambda q, a: {"messages": [_said("user", q), _said("assistant", a)]},
    lambda q, a: {"messages": [_said("user", [{"type": "text", "text": q}]), _said("assistant", a)]},
    lambda q, a: {"system": "Be brief.", "messages": [_said("user", q), _said("assistant", a)]},
    lambda q, a: {"prompt": f"\n\nHuman: {q}\n\nAssistant:", "completion": f" {a}"},
    lambda q, a: {"text": f"<|im_start|>user\n{q}<|im_end|>\n<|im_start|>assistant\n{a}<|im_end|>"},
    lambda q, a: {"text": f"{q}\n{a}"},
    lambda q, a: {"conversations": [_said("human", q, "from", "value"), _said("gpt", a, "from", "value")]},
    lambda q, a: {"instruction": q, "input": "", "output": a},
    lambda q, a: {"prompt": q, "completion": a},
    lambda q, a: {"prompt": q, "chosen": a, "rejected": "No."},
    lambda q, a: {
        "input": {"messages": [_said("user", q)]},
        "preferred_output": [_said("assistant", a)],
        "non_preferred_output": [_said("assistant", "No.")],
    },
)


def write_rows(path: Path, count: int, each: int, seed: int) -> dict[int, Planted]:
    """Write a file of `count` rows with `each` planted of every kind.

    Returns:
        The planted rows by line number.
    """
    drawn = random.Random(seed)
    probes = [row for row in looked_for(read_dataset()) if row["language"] == "en" and not row.get("turns")]
    asked, answered = _sentences(drawn, ASKED, 20000), _sentences(drawn, ANSWERED, 20000)
    plan = [kind for kind in EDITS for _ in range(each)]
    lines = dict(zip(drawn.sample(range(1, count + 1), len(plan)), plan, strict=True))
    fit = {kind: _fit(drawn, kind, probes) for kind in EDITS}
    planted = {}
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, count + 1):
            question = " ".join(drawn.choices(asked, k=drawn.choice((1, 1, 2, 4))))
            if number in lines:
                row = next(fit[lines[number]])
                question = _plant(drawn, lines[number], row["text"], question)
                planted[number] = Planted(lines[number], group(row))
            elif number % 20 == 0:
                question = _scraps(drawn, probes)
            made = SHAPES[number % len(SHAPES)](question, " ".join(drawn.choices(answered, k=drawn.randint(3, 16))))
            file.write(json.dumps(made, ensure_ascii=number % 2 == 0) + "\n")
    return planted


def _fit(drawn: random.Random, kind: str, probes: list[Row]) -> Iterator[Row]:
    """The probes that are long enough for this kind, in a drawn order, again and again."""
    least = 20 if kind == "run of 15 words" else 8
    reworded = kind == "paraphrased"
    fit = [row for row in probes if bool(row.get("paraphrase_of")) == reworded and len(row["text"].split()) >= least]
    return cycle(drawn.sample(fit, len(fit)))


def _plant(drawn: random.Random, kind: str, probe: str, background: str) -> str:
    """A text that holds the probe."""
    text = EDITS[kind](drawn, probe)
    alone = kind in ("exact, whole", "paraphrased") or (kind != "exact, inside" and drawn.random() < 0.5)
    return text if alone else f"{background} {text} {background}"


def texts(path: Path) -> list[tuple[int, str]]:
    """Line number and text of every text in a file, for methods that read no shapes."""
    with path.open(encoding="utf-8") as file:
        rows = [(number, texts_of(json.loads(line))[1]) for number, line in enumerate(file, start=1)]
    return [(number, text) for number, said in rows for _, text in said]
