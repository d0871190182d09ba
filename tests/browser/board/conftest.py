"""Boards of generated and of hostile records, and a page that may ask for nothing and say nothing."""

import json
import re
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from spillover.board import Entry, Reproduced, Rescored, Retracted, board_of, read_display, site_files

HOSTILE = (
    "</script><script>window.owned=1</script><img src=x onerror=window.owned=2>",
    "javascript:window.owned=3",
    "\u202ereversed\u2066\u200b\x1b[31m\x00",
    "{{ 7*7 }} ${window.owned=4}",
    "n" * 400,
)


def module(path: Path) -> Any:
    spec = spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    found = module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


MADE = module(Path(__file__).parents[2] / "board" / "generated.py")
CONTRAST = module(Path(__file__).parents[1] / "test_report.py").CONTRAST


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
