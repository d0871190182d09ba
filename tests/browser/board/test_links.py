"""Links that bring a view back, and downloads, in Chromium."""

from pathlib import Path
from typing import Any

import pytest

from spillover.board import Entry

from .conftest import MADE, models, shown, written

pytestmark = pytest.mark.browser


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
