"""The report in Chromium: opened from a file, hostile texts inside, both themes, narrow, printed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

CONTRAST = """
() => {
  const parse = said => { const n = said.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const over = (top, under) => [0, 1, 2].map(k => top[k] * top[3] + under[k] * (1 - top[3])).concat(1);
  const light = c => [0, 1, 2].map(k => c[k] / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, k) => sum + v * [.2126, .7152, .0722][k], 0);
  const behind = element => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    if (!element.checkVisibility()) continue;
    const style = getComputedStyle(element), back = behind(element);
    const ink = over(parse(element.namespaceURI.endsWith("svg") ? style.fill : style.color), back);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
    found.push([(a + .05) / (b + .05), node.textContent.trim().slice(0, 60)]);
  }
  return found;
}
"""
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true })"


@pytest.fixture
def page(browser: Any, pages: dict[str, Path]) -> Iterator[Any]:
    """An open report; what it says on the console and asks for is kept on the page, and must be nothing."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, color_scheme="light")
    opened, heard = context.new_page(), []
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on("request", lambda asked: heard.append(asked.url) if not asked.url.startswith("file:") else None)
    opened.goto(pages["full"].as_uri())
    yield opened
    assert heard == [], "no request, no error, no violation of the policy"
    context.close()


def test_hostile_texts_are_inert_and_shown(page: Any) -> None:
    page.evaluate(OPEN)
    assert page.evaluate("window.owned") is None
    assert page.locator("main script, main img, main iframe, main style, main a, main b").count() == 0
    said = page.locator(".said").first.text_content()
    assert "<script>window.owned=1</script>" in said and "[U+202E]evil" in said and "{{ 7*7 }}" in said
    text = page.evaluate("document.documentElement.textContent")
    assert not set(text) & {"\u202e", "\u2066", "\u200b", "\x1b", "\x00"}
    assert page.locator("h1").text_content() == "tuned <b>one</b> against base"


def test_the_policy_stops_what_it_should(browser: Any, pages: dict[str, Path]) -> None:
    """The same page with a script and a picture put in by hand: neither runs nor loads."""
    file = pages["full"].with_name("tampered.html")
    put = "<script>window.owned=3</script><img src=x.png onerror='window.owned=4'></main>"
    file.write_text(pages["full"].read_text(encoding="utf-8").replace("</main>", put), encoding="utf-8")
    opened, heard = browser.new_page(), []
    opened.on("console", lambda message: heard.append(message.text))
    opened.goto(file.as_uri())
    assert opened.evaluate("window.owned") is None
    assert sum("Content Security Policy" in one for one in heard) >= 2
    opened.close()


@pytest.mark.parametrize("name", ["full", "stopped"])
def test_contrast_in_both_themes(page: Any, pages: dict[str, Path], name: str) -> None:
    page.goto(pages[name].as_uri())
    page.evaluate(OPEN)
    page.check("#show")
    for back in ("rgb(255, 255, 255)", "rgb(20, 22, 26)"):
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == back
        found = page.evaluate(CONTRAST)
        poor = [one for one in found if one[0] < 4.5]
        assert len(found) > 100 and not poor, (back, poor[:5])
        page.click("#theme")


def test_the_toggle_goes_both_ways_and_starts_from_the_system(browser: Any, pages: dict[str, Path]) -> None:
    context = browser.new_context(color_scheme="dark")
    opened = context.new_page()
    opened.goto(pages["full"].as_uri())
    back = "getComputedStyle(document.body).backgroundColor"
    seen = [opened.evaluate(back)]
    for _ in range(2):
        opened.focus("#theme")
        opened.keyboard.press("Enter")
        seen.append(opened.evaluate(back))
    assert seen == ["rgb(20, 22, 26)", "rgb(255, 255, 255)", "rgb(20, 22, 26)"]
    context.close()


OUTSIDE = """[...document.querySelectorAll("svg.plot")].flatMap(plot => {
  const box = plot.getBoundingClientRect();
  return [...plot.querySelectorAll("text, rect")].filter(one => {
    const at = one.getBoundingClientRect();
    return at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 1 || at.bottom > box.bottom + 1;
  }).map(one => one.textContent || "bar");
})"""


@pytest.mark.parametrize("width", [390, 1280])
def test_no_text_of_a_plot_is_cut_off(width: int, page: Any, pages: dict[str, Path]) -> None:
    for name in pages:
        page.goto(pages[name].as_uri())
        page.evaluate(OPEN)
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator("svg.plot text").count() > 20 and page.evaluate(OUTSIDE) == []


def test_no_sideways_scroll(page: Any, pages: dict[str, Path]) -> None:
    for name in pages:
        page.goto(pages[name].as_uri())
        for step in ("0", OPEN):
            page.evaluate(step)
            for width in (320, 380, 760):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_answers_are_veiled_until_asked_for(page: Any) -> None:
    page.evaluate(OPEN)
    said = page.locator(".said").first
    style = "element => getComputedStyle(element).filter"
    assert said.evaluate(style) == "blur(7px)"
    page.check("#show")
    assert said.evaluate(style) == "none"


def test_tables_sort_by_number_and_by_keyboard(page: Any) -> None:
    page.evaluate(OPEN)
    head = page.locator("table:has(th button)").first.locator("th button").nth(2)
    table = page.locator("table:has(th button)").first
    read = "table => [...table.tBodies[0].rows].map(row => Number(row.cells[2].dataset.value))"
    before = table.evaluate(read)
    head.focus()
    page.keyboard.press("Enter")
    assert table.evaluate(read) == sorted(before) != before
    page.keyboard.press("Enter")
    assert table.evaluate(read) == sorted(before, reverse=True)


def test_every_plot_has_a_name_and_a_table(page: Any) -> None:
    for plot in page.locator("svg.plot").all():
        assert len(plot.locator("title").text_content()) > 20
    assert page.locator("figure:has(svg)").count() >= 3
    assert page.locator("details:has(table)").count() >= 3


def test_printed_it_is_light_and_leaves_the_answers_out(page: Any) -> None:
    page.click("#theme")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".said").first.is_visible() and page.locator(".paper").is_visible()
    assert page.pdf(format="A4")[:4] == b"%PDF"


def test_a_run_that_stopped_early_shows_bounds_and_no_rate(browser: Any, pages: dict[str, Path]) -> None:
    shown = {}
    for name in ("full", "stopped"):
        opened = browser.new_page()
        opened.goto(pages[name].as_uri())
        opened.evaluate(OPEN)
        shown[name] = opened.evaluate("document.body.innerText")
        opened.close()
    assert "20.14%" in shown["full"]
    assert not any(rate in shown["stopped"] for rate in ("20.14%", "16.90%", "16.9%", "1.41%", "1.4%"))
    assert "7.5% to 32.6%" in shown["stopped"] and "stopped after 71 of 288 draws" in shown["stopped"]
