"""What logs cost, summed by hand."""

import json
import zipfile
from pathlib import Path

import pytest

from spillover.common import RunError
from spillover.plan import Model, Price, Prices, check_priced, spent

PRICES = Prices("p.yaml", "2026-01-01", {"openai/a": Price(2.0, 10.0), "openai/b": Price(1.0, 4.0)}, {"openai": 0.5})


def log(file: Path, **usage: dict[str, int]) -> Path:
    header = {"status": "success", "stats": {"model_usage": {f"openai/{name}": one for name, one in usage.items()}}}
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("summaries.json", "[]")
        out.writestr("header.json", json.dumps({"version": 2, "eval": {"task": "t", "model": "openai/a"}, **header}))
    return file


def tokens(sent: int, received: int, **more: int) -> dict[str, int]:
    return {"input_tokens": sent, "output_tokens": received, **more}


def test_tokens_of_all_logs_times_prices(tmp_path: Path) -> None:
    logs = [
        log(tmp_path / "1.eval", a=tokens(1_000_000, 100_000), b=tokens(50_000, 1_000, input_tokens_cache_read=50_000)),
        log(tmp_path / "2.eval", a=tokens(500_000, 0), c=tokens(7, 8)),
    ]
    found = spent(logs, PRICES)
    assert found.tokens == {"openai/a": (1_500_000, 100_000), "openai/b": (100_000, 1_000), "openai/c": (7, 8)}
    assert found.each == {
        "openai/a": pytest.approx(1.5 * 2 + 0.1 * 10),
        "openai/b": pytest.approx(0.1 + 0.004),
        "openai/c": None,
    }
    assert found.usd == pytest.approx(4.104) and found.unpriced == ("openai/c",)
    assert spent(logs, PRICES, batch=True).usd == pytest.approx(2.052)


def test_what_has_no_price_costs_nothing_known_and_a_broken_log_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "cut.eval").write_bytes(b"PK\x03\x04")
    found = spent([tmp_path / "cut.eval", log(tmp_path / "1.eval", c=tokens(1, 2))], PRICES)
    assert (found.usd, found.unpriced, found.tokens) == (None, ("openai/c",), {"openai/c": (1, 2)})
    nothing = spent([], PRICES)
    assert (nothing.usd, nothing.each) == (None, {})


def test_a_cap_needs_a_price_for_what_is_paid() -> None:
    check_priced([Model("openai/a"), Model("replay/x"), Model("hf/own")], PRICES)
    with pytest.raises(RunError, match=r"openai/c: no price known, .* --prices FILE"):
        check_priced([Model("openai/a"), Model("openai/c")], PRICES)
