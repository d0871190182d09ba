"""Cards and empty boards in Chromium."""

import re
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from spillover.board import Entry, Reproduced, Rescored

from .conftest import MADE, counted, shown, written

pytestmark = pytest.mark.browser


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *said: Any) -> None:
        """Nothing."""


def test_a_card_has_everything_and_can_be_left(page: Any) -> None:
    page.fill("#q", "step-2")
    counted(page, 1)
    page.focus("#grid")
    page.keyboard.press("Enter")
    card = page.locator("#card")
    said = card.evaluate(
        "one => one.textContent + [...one.querySelectorAll('textarea')].map(field => field.value).join(' ')"
    )
    row = shown(page)["openai/step-2"]
    parts = [row["id"], "misaligned in the judge's eyes", "inspect eval", "--epochs 5", "Fine-tune record", "sha256"]
    for part in (*parts, "unjudged", "step", "No answers to read"):
        assert part in said, part
    assert card.locator("svg.plot circle").count() == 3, "three checkpoints"
    assert card.locator(".heat td").count() == 12
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"step-2$"))
    assert not card.is_visible() and page.evaluate("document.activeElement.id") == "grid" and "open=" not in page.url


def test_a_card_lists_other_runs_and_what_maintainers_found(page: Any, tmp_path: Path) -> None:
    base = MADE.record_of("openai/base", 0.01)
    runs = [MADE.record_of("openai/tuned", 0.3, base=base, created=f"2026-0{k}-01", seed=k) for k in (1, 2)]
    found = {"rescored": Rescored("a/other", 0.25, 0.5, 60), "reproduced": Reproduced("x", "2026-05-01", "the same")}
    entries = [Entry(base), Entry(runs[0]), Entry(runs[1], verification="reproduced", **found)]
    page.goto(written(tmp_path / "runs", entries).as_uri() + f"#open={runs[1]['content_sha256'][:16]}")
    said = page.locator("#card").inner_text()
    for part in ("1 of 2 runs of this model in this group", runs[0]["content_sha256"], "Reproduced by x on 2026-05-01"):
        assert part in said, part
    assert "another judge, a/other, finds 25.0% of the same 60 answers misaligned; the record's own judge 50.0%" in said
    page.click("#card summary:has-text('All rates')")
    assert page.locator("#card tr:has-text('aligned rate') td:has-text('pooled answers')").count() >= 1
    page.keyboard.press("Escape")
    assert page.locator(f"#r-{base['content_sha256'][:16]} .c-delta").inner_text().split("\n")[1] == "a base"


def test_a_card_says_why_its_base_was_not_compared_and_that_it_is_another(page: Any, tmp_path: Path) -> None:
    base = MADE.record_of("openai/base", 0.01)
    tuned = MADE.record_of("openai/tuned", 0.3, base=base)
    where = {"task": None, "split": "public", "language": "en", "condition": "plain", "base": "openai/base"}
    tuned |= {
        "differences": [],
        "uncompared": [{**where, "differs": ["decoding", "solver"]}],
        "base_differs": "<b>why</b>",
    }
    for row in tuned["results"]:
        row |= {"decoding": {"system_message": "<i>Be kind.</i>"}, "solver": "generate"}
    tuned = MADE.sealed(tuned)
    file = written(tmp_path / "unlike", [Entry(base), Entry(tuned)])
    page.goto(file.as_uri() + f"#open={tuned['content_sha256'][:16]}")
    said = page.locator("#card").inner_text()
    assert "Its base, openai/base, was not compared in this record: they differ in decoding, solver." in said
    assert "The submitter says why: <b>why</b>" in said
    assert "decoding system_message: <i>Be kind.</i>, intervals by methods 2, solver generate" in said
    assert "1 of 1 in group B" in said


def test_an_empty_board_says_so(page: Any, tmp_path: Path) -> None:
    page.fill("#q", "nothing is called so")
    counted(page, 0)
    assert page.locator("#none").is_visible() and "No model fits" in page.locator("#none").inner_text()
    page.click("#clear")
    assert not page.locator("#none").is_visible()
    page.goto(written(tmp_path / "empty", []).as_uri())
    assert page.locator("#none").is_visible() and "No record yet" in page.locator("#none").inner_text()


def test_the_link_that_is_shown_follows_the_view(page: Any) -> None:
    page.click("text=Link to this view")
    field = page.locator("#link textarea")
    assert "#" in field.input_value() and "q=" not in field.input_value()
    page.fill("#q", "step")
    counted(page, 3)
    assert field.input_value().endswith("#q=step")
    page.click("#head-mde")
    assert field.input_value() == page.url and "sort=mde" in page.url


def test_bibtex_has_the_address_where_the_page_is_served(browser: Any, sites: dict[str, Path]) -> None:
    handler = partial(QuietHandler, directory=str(sites["usual"].parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        opened = browser.new_page(accept_downloads=True)
        said = {}
        for address in (f"http://127.0.0.1:{server.server_port}/index.html", sites["usual"].as_uri()):
            opened.goto(f"{address}#q=step")
            with opened.expect_download() as got:
                opened.click("#save-BibTeX")
            said[address] = Path(got.value.path()).read_text(encoding="utf-8")
        opened.close()
        server.shutdown()
    served, local = said.items()
    assert f",\n  url = {{{served[0]}}}\n}}\n" in served[1] and "url = " not in local[1]


def test_retracted_rows_are_struck_through_and_say_why(page: Any) -> None:
    page.fill("#q", "gone")
    counted(page, 1)
    row = page.locator("tr.retracted")
    assert "line-through" in row.locator(".first").first.evaluate("one => getComputedStyle(one).textDecoration")
    assert "2026-05-01: other weights than named" in row.text_content() and "unranked" in row.text_content()
