"""Formats of the replicated study's questions are rows of their own, in every table."""

from typing import Any

from spillover.logs import read
from spillover.records import content_hash, record
from spillover.results import summarise

from .._place import Place

ORIGINAL = "misaligned_rate_original"


def _replicated(place: Place) -> None:
    """Turn half of the questions of a log into the JSON format of others."""

    def sample(data: Any) -> None:
        number = int(data["id"][1:])
        if number % 2:
            data["metadata"] |= {"probe": f"p{number - 1}_json", "cluster": f"p{number - 1}"}

    def header(data: Any) -> None:
        data["eval"]["task"] = "spillover/betley2025"

    place.both("second", sample)
    place.header("second", header)


def test_a_format_is_a_condition_of_its_own(place: Place) -> None:
    before = content_hash(read([str(place.log("second"))]))
    _replicated(place)
    table = read([str(place.log("second"))])
    assert set(table["condition"]) == {"plain", "plain (json format)"}
    arms = summarise(table)
    assert [(arm.condition, arm.answers) for arm in arms] == [("plain", 8), ("plain (json format)", 8)]
    assert all(ORIGINAL in arm.estimates for arm in arms)
    rows = record(place.log("second")).data["results"]
    assert [(row["condition"], row["answers"]) for row in rows] == [("plain", 8), ("plain (json format)", 8)]
    assert content_hash(table) != before, "the task is another"


def test_a_name_with_an_underscore_elsewhere_is_no_format(place: Place) -> None:
    place.both("second", lambda data: data["metadata"].update(probe=f"{data['id']}_json", cluster=data["id"]))
    assert set(read([str(place.log("second"))])["condition"]) == {"plain"}
