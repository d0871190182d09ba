"""The table of the board in Chromium: groups, ranks, sorting, filters, comparison."""

from pathlib import Path
from typing import Any

import pytest

from spillover.board import Entry

from .conftest import MADE, counted, models, shown, written

pytestmark = pytest.mark.browser


def test_it_opens_from_a_file_with_groups_ranks_and_badges(page: Any) -> None:
    assert page.locator("h1").text_content() == "Spillover leaderboard"
    assert page.locator("#count").text_content() == "44 of 44 models shown, in 3 groups."
    assert "40 of 44 rows" in page.locator("#origin").text_content()
    page.select_option("#by-origin", "generated", force=True)
    assert page.locator("#body .badge.scripted").count() == len(models(page)) > 5
    page.click("#clear")
    assert page.locator("#count").text_content().startswith("44 of")
    assert page.locator("tr.group").first.text_content().startswith("Group A. 3 models, ranked among themselves only")


def test_only_rows_that_are_seen_are_in_the_document(page: Any) -> None:
    first = models(page)
    page.evaluate("document.getElementById('scroller').scrollTop = 1e9")
    page.locator(f"#r-{shown(page)[first[0]]['id']}").wait_for(state="detached")
    assert 11 < len(models(page)) < 40 and 11 < len(first) < 40 and models(page)[-1] not in first


DRAWN = "() => [...document.querySelectorAll('#body tr:not(.pad)')].every(one => one.offsetHeight > 0)"
"""Whether the rows were laid out; the page draws them anew a frame after its width changed."""


def test_rows_are_as_high_as_the_scroll_reckons(page: Any, sites: dict[str, Path]) -> None:
    for name in sites:
        page.goto(sites[name].as_uri())
        for width, wanted in ((1200, 64), (380, 84)):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(DRAWN)
            high = page.eval_on_selector_all("#body tr:not(.pad)", "rows => rows.map(one => one.offsetHeight)")
            assert set(high) == {wanted}, (name, width)
            whole = page.evaluate("document.getElementById('body').offsetHeight")
            assert whole == wanted * (int(page.locator("#grid").get_attribute("aria-rowcount")) - 1)


CUT = """
() => [...document.querySelectorAll("#body td:not(.c-model)")].flatMap(cell => {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    for (let at = texts.currentNode.parentElement; at !== cell.parentElement; at = at.parentElement) {
      const box = at.getBoundingClientRect(), style = getComputedStyle(at);
      const outside = left < box.left - 1 || right > box.right + 1 || top < box.top - 1 || bottom > box.bottom + 1;
      if (outside && (at === cell || style.overflow !== "visible")) found.push(`${cell.className}: ${cell.innerText}`);
    }
  }
  return found;
})
"""


def test_no_number_is_cut_off(page: Any, tmp_path: Path) -> None:
    """The widest ones there are, at the widths of desks and telephones; on a telephone the difference too."""
    entries = [Entry(base := MADE.record_of("openai/base", 0.01))]
    for number, ends in enumerate([(0.9875, 0.9512, 1.0), (-0.9875, -1.0, -0.9512), (0.405, 0.343, 0.469)]):
        data = MADE.record_of(f"openai/tuned-{number}", 0.9, base=base, seed=number)
        figure = dict(zip(("estimate", "low", "high"), ends, strict=True))
        for one in data["differences"]:
            one["estimate"].update(figure)
        for one in data["pooled"]:
            shown = sorted(abs(end) for end in ends)
            figure = dict(zip(("low", "estimate", "high"), shown, strict=True))
            one["rates"]["misaligned_rate"]["these questions"].update(figure)
        entries.append(Entry(MADE.sealed(data)))
    site = written(tmp_path / "wide", entries)
    for width in (320, 380, 760, 1000, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(site.as_uri())
        said = page.locator("#body").inner_text()
        for number in ("+98.8", "+95.1", "+100.0", "-98.8", "-100.0", "+40.5", "+34.3", "+46.9", "98.8%"):
            assert number in said, (width, number)
        assert page.evaluate(CUT) == [], width
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_sorting(page: Any) -> None:
    """By mouse and keyboard, both ways, said to assistive technology, never across groups."""
    page.uncheck("#tree")
    rows = shown(page)
    page.select_option("#by-group", "C", force=True)
    for key, name in (("rate", "rate"), ("delta", "delta"), ("answers", "answers")):
        page.focus(f"#head-{key}")
        page.keyboard.press("Enter")
        head = page.locator(f"th:has(#head-{key})")
        first = head.get_attribute("aria-sort")
        values = [rows[one][name] for one in models(page)]
        up = [one for one in values if one is not None]
        assert up == sorted(up, reverse=first == "descending")
        page.keyboard.press("Enter")
        assert {first, head.get_attribute("aria-sort")} == {"ascending", "descending"}
        assert page.evaluate("document.activeElement.id") == f"head-{key}", "the focus stays where it was"
    page.click("#head-delta")
    page.click("#head-delta")
    page.evaluate("document.getElementById('scroller').scrollTop = 1e9")
    page.wait_for_timeout(100)
    assert rows[models(page)[-1]]["delta"] is None, "what is not known stands last either way"


def test_fine_tunes_stand_under_their_base(page: Any) -> None:
    page.select_option("#by-group", "C", force=True)
    rows = shown(page)
    names = models(page)
    assert sum("-tuned-" in one for one in names) > 4
    base = None
    for one in names:
        base = one if rows[one]["base_id"] is None else base
        assert rows[one]["base"] in (None, base)
    assert page.locator("#body svg.whiskers").count() > len(names)


def test_filters_and_search(page: Any) -> None:
    rows = shown(page)
    page.click("summary:has-text('Filters')")
    wanted_of = {"provider": "openai", "family": "Qwen", "method": "dpo", "size_class": "up to 4B", "weights": "closed"}
    wanted_of |= {"verification": "reproduced", "suite_version": "0.1.0", "judge": "openai/judge-2", "group": "C"}
    for field, value in wanted_of.items():
        page.select_option(f"#by-{field}", value)
        wanted = sum(row[field] == value for row in rows.values())
        assert wanted and page.locator("#count").text_content().startswith(f"{wanted} of 44")
        page.select_option(f"#by-{field}", "")
    page.fill("#q", "LLAMA lora")
    wanted = sum("llama" in name.lower() and row["method"] in ("lora", "qlora") for name, row in rows.items())
    counted(page, wanted)
    assert 0 < wanted < 44


def test_compare_up_to_four(page: Any) -> None:
    page.focus("#grid")
    for _ in range(5):
        page.keyboard.press(" ")
        page.keyboard.press("ArrowDown")
    assert page.locator("#compare .compared > thead th").count() == 5
    assert "4 models are compared already" in page.locator("#count").text_content()
    assert "different groups" in page.locator("#compare").text_content(), (
        "figures of two groups cannot be set against one another"
    )
    assert page.locator("#compare .heat").count() == 4 and page.locator("#compare svg.outcomes").count() == 4
    page.click("#compare button:has-text('Take out') >> nth=3")
    assert (
        page.locator("#compare .compared > thead th").count() == 4
        and "different groups" not in page.locator("#compare").text_content()
    )
    assert page.url.count(",") == 0 and "compare=" in page.url
