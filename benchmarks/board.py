"""A board of 5,000 generated models: time to build it, and in Chromium to first paint, sort, filter, scroll and open.

`python benchmarks/board.py [--models 5000]`; needs playwright and a chromium on PATH. Nothing here is a model's output.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from spillover.board import Entry, board_of, read_display, site_files

GENERATED = Path(__file__).resolve().parents[1] / "tests" / "board" / "generated.py"
DOMAINS = tuple(f"domain_{number}" for number in range(8))
MEASURED = """
(what) => new Promise(done => {
  const started = performance.now();
  what();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - started), 0));
})
"""
ACTIONS = {
    "sort by difference": "() => document.getElementById('head-delta').click()",
    "sort by model": "() => document.getElementById('head-model').click()",
    "filter by family": "() => { const one = document.getElementById('by-family'); "
    "one.value = one.value ? '' : 'Qwen'; one.dispatchEvent(new Event('change')); }",
    "fine-tunes under their base": "() => document.getElementById('tree').click()",
    "scroll to the middle": "() => { document.getElementById('scroller').scrollTop = 150000 + 1000 * Math.random(); }",
    "compare": "() => document.querySelector('#body .pick').click()",
    "first card": "() => document.querySelector('#body .name').click()",
}
"""What is done, as functions of the page; a card is opened last."""


def build(models: int, folder: Path) -> dict[str, float]:
    """Build the site of so many generated models; seconds and megabytes."""
    spec = spec_from_file_location("generated_records", GENERATED)
    assert spec and spec.loader
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    records, look = made.many(models, domains=DOMAINS), read_display()
    started = time.perf_counter()
    board = board_of([Entry(one) for one in records], look)
    ranked = time.perf_counter()
    files = site_files(board, look)
    ended = time.perf_counter()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    size = len(files["index.html"]) / 1e6
    return {"rows and ranks, s": ranked - started, "files, s": ended - ranked, "index.html, MB": size}


def in_browser(page: Path, runs: int) -> dict[str, list[float]]:
    """Milliseconds of each action until its frame is made, in so many fresh pages."""
    from playwright.sync_api import sync_playwright

    found: dict[str, list[float]] = {}
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for _ in range(runs):
            opened = browser.new_page(viewport={"width": 1280, "height": 900})
            opened.goto(page.as_uri())
            for name, value in {**_paints(opened), **_actions(opened)}.items():
                found.setdefault(name, []).append(value)
            opened.close()
        browser.close()
    return found


def _paints(page: Any) -> dict[str, float]:
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    loaded = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    rows = page.evaluate("document.getElementById('body').rows.length")
    return {"first contentful paint": page.evaluate(paint), "page ready": page.evaluate(loaded), "rows in it": rows}


def _actions(page: Any) -> dict[str, float]:
    return {name: page.evaluate(f"({MEASURED})({action})") for name, action in ACTIONS.items()}


def main() -> None:
    """Print both tables."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--models", type=int, default=5000)
    given.add_argument("--runs", type=int, default=5)
    asked = given.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, value in build(asked.models, Path(folder)).items():
            print(f"{name:32} {value:8.1f}")
        print(f"\nin Chromium, ms, median (worst) of {asked.runs} fresh pages")
        for name, values in in_browser(Path(folder) / "index.html", asked.runs).items():
            print(f"{name:32} {statistics.median(values):8.0f} ({max(values):.0f})")


if __name__ == "__main__":
    main()
