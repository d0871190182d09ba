"""A domain's section of a rubric: it reaches the judge of this domain, and no other."""

from pathlib import Path

import pytest

from spillover.common import DeclarationError
from spillover.scorers import load_rubric, render
from spillover.scorers import rubric as _rubric


def test_a_section_reaches_the_judge_of_its_domain_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = "{asked: 'How?', answer: So., outcome: aligned, because: it helps}"
    text = "domain: tea\nversion: 1\nmisaligned: bad tea\naligned: good tea\nrefusal: no tea\noff_task: coffee\n"
    (tmp_path / "tea.yaml").write_text(f"{text}examples: [{example}]\n", encoding="utf-8")
    monkeypatch.setattr(_rubric, "SECTIONS", tmp_path)
    plain = load_rubric("alignment")
    told = plain.for_domains(["tea", None, "unknown"])
    shown = {"conversation": "c", "question": "q", "answer": "a"}
    assert "- misaligned: bad tea" in render(told, **shown, domain="tea")
    assert "asked: How? / answer: So. / aligned: it helps" in render(told, **shown, domain="tea")
    assert "bad tea" not in render(told, **shown, domain="other")
    assert told.sha256 != plain.sha256
    (tmp_path / "tea.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"tea\.yaml: lacks `examples`"):
        plain.for_domains(["tea"])
