"""Counts of the dataset by what probes ask for and by manner, and what the core list rests on, for the card."""

from collections import Counter

from spillover.common import counted, markdown_table
from spillover.declare import Dataset
from spillover.estimate import weighted_kappa

from .core import CORE_BASIS, SCALE, read_core_file, read_ratings
from .lists import chosen_core, deciding
from .row_shape import ASKS, REGISTERS


def kinds(dataset: Dataset) -> str:
    """Counts of the public probes by what they ask for and by manner, and of their motifs, as Markdown."""
    rows = [row for domain in dataset.domains for row in dataset.originals(domain)]
    motifs = Counter(row["motif"] for row in rows)
    lines = [_line(dataset, domain) for domain in dataset.domains]
    total = [sum(int(str(line[place])) for line in lines) for place in range(1, len(lines[0]))]
    table = markdown_table(
        ("domain", *ASKS, *REGISTERS),
        [*([one or "" for one in line] for line in lines), ["**all**", *total]],
        "l" + "r" * (len(ASKS) + len(REGISTERS)),
    )
    return (
        f"{table}\n\n{counted(len(motifs), 'motif')}; the most frequent has {counted(max(motifs.values()), 'probe')}."
    )


def _line(dataset: Dataset, domain: str) -> list[object]:
    rows = dataset.originals(domain)
    asks, manners = Counter(row["asks"] for row in rows), Counter(row["register"] for row in rows)
    return [f"`{domain}`", *(asks[name] for name in ASKS), *(manners[name] for name in REGISTERS)]


def core_words(dataset: Dataset) -> str:
    """What the core list rests on, and how well its readers agree, in words."""
    core, ratings, chosen = read_core_file(dataset.folder), read_ratings(dataset.folder), chosen_core(dataset)
    if core is None:
        return "There is no core list yet."
    core = core if chosen is None else {"version": 0, "basis": CORE_BASIS, "ids": chosen}
    said = f"Version {core['version']}: {counted(len(core['ids']), 'probe')}; {core['basis']}."
    here = {row["id"] for row in deciding(dataset)}
    rated = [given for probe, given in ratings.items() if probe in here]
    if not rated:
        return said
    kappa = weighted_kappa([one[0] for one in rated], [one[1] for one in rated])
    means = [sum(given) / len(given) for given in rated]
    inside = [sum(ratings[probe]) / len(ratings[probe]) for probe in core["ids"] if probe in ratings]
    return (
        f"{said}\nTwo readers, both language models, rated {counted(len(rated), 'probe')} from {SCALE[0]} to "
        f"{SCALE[-1]} without knowing which were new.\n"
        f"Their weighted kappa (quadratic) is {kappa:.2f}; the mean rating is {sum(means) / len(means):.2f} over all "
        f"and {sum(inside) / max(1, len(inside)):.2f} in the core.\n"
        "That they agree does not show that they are right: no misaligned model has answered the probes yet."
    )
