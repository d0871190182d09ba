"""The board by keyboard, in both themes, narrow, hostile and printed, in Chromium."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import CONTRAST, models, shown

pytestmark = pytest.mark.browser


def test_by_keyboard_alone(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip" and page.locator("#skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "grid"
    seen = []
    for key in ("ArrowDown", "ArrowDown", "PageDown", "End", "ArrowUp", "Home"):
        page.keyboard.press(key)
        active = page.evaluate("document.getElementById('grid').getAttribute('aria-activedescendant')")
        box = page.locator(f"#{active}").bounding_box()
        frame = page.locator("#scroller").bounding_box()
        head = page.locator("#heads").bounding_box()
        assert (
            box["y"] >= head["y"] + head["height"] - 1 and box["y"] + box["height"] <= frame["y"] + frame["height"] + 1
        )
        assert "rgb" in page.locator(f"#{active} td").first.evaluate("one => getComputedStyle(one).boxShadow")
        seen.append(active)
    assert len(set(seen)) == 6
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] != "":
            visible = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert visible != "none" or reached[-1] in ("grid", "BODY"), reached[-1]
    assert {"theme", "q", "tree", "clear", "head-rate", "grid", "save-CSV", "save-PNG"} <= set(reached)


@pytest.mark.parametrize("name", ["usual", "hostile"])
def test_contrast_in_both_themes(page: Any, sites: dict[str, Path], name: str) -> None:
    page.goto(sites[name].as_uri())
    page.click("summary:has-text('Filters')")
    page.focus("#grid")
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for back in ("rgb(255, 255, 255)", "rgb(20, 22, 26)"):
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == back
        found = page.evaluate(CONTRAST)
        poor = [one for one in found if one[0] < 4.5]
        assert len(found) > 100 and not poor, (back, poor[:5])
        page.evaluate("document.getElementById('theme').click()")


def test_dark_mode_follows_the_system_and_the_toggle(browser: Any, sites: dict[str, Path]) -> None:
    context = browser.new_context(color_scheme="dark")
    opened = context.new_page()
    opened.goto(sites["usual"].as_uri())
    back = "getComputedStyle(document.body).backgroundColor"
    seen = [opened.evaluate(back)]
    for _ in range(2):
        opened.focus("#theme")
        opened.keyboard.press("Enter")
        seen.append(opened.evaluate(back))
    assert seen == ["rgb(20, 22, 26)", "rgb(255, 255, 255)", "rgb(20, 22, 26)"]
    context.close()


def test_no_sideways_scroll(page: Any, sites: dict[str, Path]) -> None:
    for name in sites:
        page.set_viewport_size({"width": 1200, "height": 800})
        page.goto(sites[name].as_uri())
        for step in ("compare", "card"):
            page.focus("#grid")
            page.keyboard.press(" " if step == "compare" else "Enter")
            for width in (320, 380, 760, 1200):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, step, width)
                if step == "card":
                    assert page.evaluate("(d => d.scrollWidth <= d.clientWidth)(document.getElementById('card'))"), (
                        name,
                        width,
                    )
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 380, "height": 800})
    page.locator("#heads th").nth(4).wait_for(state="detached")
    heads = [one.split(" ")[0] for one in page.locator("#heads th").all_inner_texts()]
    assert heads == ["Rank", "Model", "Misaligned", "Against"] and page.locator("#body .name").first.is_visible()


def test_hostile_records_are_inert_and_shown(page: Any, sites: dict[str, Path]) -> None:
    page.goto(sites["hostile"].as_uri())
    ids = [row["id"] for row in shown(page).values()]
    for one in ids:
        page.goto(sites["hostile"].as_uri() + f"#open={one}&compare={ids[0]}")
        page.reload()
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        assert page.evaluate("window.owned") is None
        odd = [f"{place} {name}" for place in ("main", "dialog") for name in ("img", "script", "a", "iframe")]
        assert page.locator(", ".join([*odd, "[onerror]", "[href^='javascript']"])).count() == 0
        text = page.evaluate("document.body.innerText")
        assert (
            not set(text) & {"\u202e", "\u2066", "\u200b", "\x1b", "\x00"}
            and "Infinity" not in text
            and "NaN" not in text
        )
    said = page.evaluate("document.documentElement.textContent")
    assert "[U+202E]reversed" in said and "<img src=x" in said and "[100 characters more]" in said
    assert page.locator("#grid").text_content().count("1e+308") == 0


def test_the_policy_stops_what_it_should(browser: Any, sites: dict[str, Path], tmp_path: Path) -> None:
    """The same page with a script and a picture put in by hand: neither runs nor loads."""
    put = "<script>window.owned=3</script><img src=x.png onerror='window.owned=4'></main>"
    file = tmp_path / "tampered.html"
    file.write_text(sites["usual"].read_text(encoding="utf-8").replace("</main>", put), encoding="utf-8")
    opened, heard = browser.new_page(), []
    opened.on("console", lambda message: heard.append(message.text))
    opened.goto(file.as_uri())
    assert opened.evaluate("window.owned") is None
    assert sum("Content Security Policy" in one for one in heard) >= 2
    opened.close()


def test_printed_it_is_light_and_has_every_row(page: Any) -> None:
    page.click("#theme")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    last = page.locator("#body .name").nth(43)
    last.wait_for(state="attached")
    assert len(models(page)) == 44 and not page.locator("#filters").is_visible()
    assert page.pdf(format="A4")[:4] == b"%PDF"
    page.emulate_media(media="screen")
    last.wait_for(state="detached")
    assert len(models(page)) < 40
