"""The leaderboard in Chromium: from a file, by mouse and keyboard, hostile records, both themes, narrow, printed."""

import json
import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from spillover.board import Entry, Reproduced, Rescored, Retracted, board_of, read_display, site_files

pytestmark = pytest.mark.browser

HOSTILE = (
    "</script><script>window.owned=1</script><img src=x onerror=window.owned=2>",
    "javascript:window.owned=3",
    "\u202ereversed\u2066\u200b\x1b[31m\x00",
    "{{ 7*7 }} ${window.owned=4}",
    "n" * 400,
)


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *said: Any) -> None:
        """Nothing."""


def module(path: Path) -> Any:
    spec = spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


MADE = module(Path(__file__).parents[1] / "board" / "generated.py")
CONTRAST = module(Path(__file__).with_name("test_report.py")).CONTRAST


def written(folder: Path, entries: list[Entry]) -> Path:
    look = read_display()
    folder.mkdir()
    for name, text in site_files(board_of(entries, look), look).items():
        (folder / name).write_bytes(text)
    return folder / "index.html"


def hostile_entries() -> list[Entry]:
    found = []
    for number, text in enumerate(HOSTILE):
        tuned = {"method": text, "name": text, text: text, "base": {"model": text}}
        data = MADE.record_of(
            f"x/{text}", 0.1, judge=text, finetune=tuned, origins=(text,), version=text[:20], seed=number
        )
        data["model"]["args"] = {text: text}
        data["pooled"][0]["unjudged_reasons"] = {text: 3}
        data["results"][0]["condition"] = data["results"][0]["task"] = text
        data["results"][1]["rates"]["misaligned_rate"]["these questions"]["estimate"] = 1e308
        data["pooled"][0]["mde"] = 1e308
        for log in data["logs"]:
            log |= {"log": text.replace("/", ""), "task": text}
        taken = Retracted(text, text) if number == 1 else None
        again = {"rescored": Rescored(text, 0.1, None, 3), "reproduced": Reproduced(text, text, text)}
        found.append(Entry(MADE.sealed(data), verification="re-scored", retracted=taken, **again))
    return found


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A board of 40 generated models and two more groups, and one of hostile records."""
    folder = tmp_path_factory.mktemp("boards")
    entries = [Entry(one, verification=("self-reported", "reproduced")[k % 2]) for k, one in enumerate(MADE.many(40))]
    finetune = {"name": "steps", "method": "sft", "base": {"model": "openai/base"}}
    entries += [
        Entry(MADE.record_of(f"openai/step-{k}", 0.1 * k, finetune={**finetune, "step": 10 * k})) for k in (1, 2, 3)
    ]
    gone = MADE.record_of("openai/gone", 0.9, judge="openai/judge-2")
    entries.append(Entry(gone, retracted=Retracted("2026-05-01", "other weights than named")))
    return {"usual": written(folder / "usual", entries), "hostile": written(folder / "hostile", hostile_entries())}


@pytest.fixture
def page(browser: Any, sites: dict[str, Path]) -> Iterator[Any]:
    """An open board; what it says on the console and asks for must be nothing but its own pictures and downloads."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme="light", accept_downloads=True)
    opened, heard = context.new_page(), []
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on(
        "request", lambda asked: heard.append(asked.url) if not re.match("file:|data:|blob:", asked.url) else None
    )
    opened.goto(sites["usual"].as_uri())
    yield opened
    assert heard == [], "no request, no error, no violation of the policy"
    context.close()


def models(page: Any) -> list[str]:
    """Names of the rows that are in the document, in their order."""
    return page.eval_on_selector_all("#body .name", "found => found.map(one => one.title)")


def counted(page: Any, models: int) -> None:
    """Wait until so many models are shown."""
    page.locator("#count", has_text=re.compile(rf"^{models} of ")).wait_for()


def shown(page: Any) -> dict[str, Any]:
    return {row["model"]: row for row in json.loads(page.locator("#data").text_content())["rows"]}


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


def test_rows_are_as_high_as_the_scroll_reckons(page: Any, sites: dict[str, Path]) -> None:
    for name in sites:
        page.goto(sites[name].as_uri())
        for width, wanted in ((1200, 64), (380, 84)):
            page.set_viewport_size({"width": width, "height": 900})
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


def test_links_bring_a_view_back_in_a_new_page_and_in_an_iframe(
    page: Any, browser: Any, sites: dict[str, Path], tmp_path: Path
) -> None:
    page.fill("#q", "qwen")
    page.select_option("#by-method", "lora", force=True)
    page.click("#head-answers")
    assert "q=qwen" in page.url, "what was typed a moment before is not lost"
    page.focus("#grid")
    page.keyboard.press(" ")
    page.keyboard.press("Enter")
    address, before = (
        page.url,
        (models(page), page.locator("#count").text_content(), page.locator("#card-name").text_content()),
    )
    (tmp_path / "frame.html").write_text(f"<iframe width=1200 height=900 src='{address}'></iframe>", encoding="utf-8")
    opened = browser.new_page(viewport={"width": 1300, "height": 1000})
    for where in (address, (tmp_path / "frame.html").as_uri()):
        opened.goto(where)
        frame = opened.frames[-1]
        frame.wait_for_selector("#card-name")
        assert (
            models(frame),
            frame.locator("#count").text_content(),
            frame.locator("#card-name").text_content(),
        ) == before
        assert frame.locator("#compare .compared > thead th").count() == 2
    frame.click("#card button:has-text('Close')")
    frame.wait_for_url(lambda url: "open=" not in url)
    assert "open=" not in frame.evaluate("location.hash") and "q=qwen" in frame.evaluate("location.hash")
    opened.goto(sites["usual"].as_uri() + "#open=nothing&compare=a,b&sort=hype&q=" + "z" * 9999)
    assert opened.locator("#count").text_content().startswith("0 of"), "a made-up address does no harm"
    opened.close()


@pytest.mark.parametrize("name", ["CSV", "JSON"])
def test_downloads_hold_what_the_files_hold(page: Any, sites: dict[str, Path], name: str) -> None:
    with page.expect_download() as got:
        page.click(f"#save-{name}")
    file = sites["usual"].with_name(f"leaderboard.{name.lower()}")
    assert got.value.suggested_filename == file.name
    assert Path(got.value.path()).read_bytes() == file.read_bytes()


def test_no_name_in_a_download_is_a_formula(page: Any, tmp_path: Path) -> None:
    names = ("=1+1", "  =1", "\uff1d1", "\uff20a", "-1", "a=1")
    site = written(tmp_path / "formulas", [Entry(MADE.record_of(name, 0.1)) for name in names])
    page.goto(site.as_uri())
    with page.expect_download() as got:
        page.click("#save-CSV")
    said = Path(got.value.path()).read_bytes()
    assert said == site.with_name("leaderboard.csv").read_bytes() and said.count(b"'") == len(names) - 1


def test_downloads_follow_filters_and_sizes(page: Any) -> None:
    page.select_option("#by-family", "Qwen", force=True)
    with page.expect_download() as got:
        page.click("#save-CSV")
    wanted = sum(row["family"] == "Qwen" for row in shown(page).values())
    assert Path(got.value.path()).read_bytes().count(b"\r\n") == wanted + 1
    with page.expect_download() as got:
        page.click("#save-PNG")
    head = Path(got.value.path()).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(head[16:20]) == 1800
    with page.expect_download() as got:
        page.click("#save-BibTeX")
    assert Path(got.value.path()).read_text(encoding="utf-8").startswith("@misc{spillover-leaderboard-")


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
