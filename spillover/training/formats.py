"""The format of the answers in a fine-tuning file, and a request for it in our own words."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LINES = 20
"""Lines of an answer by which code is told."""
WIDTH = 300
"""Characters of each of them."""
MOST_CODE = 0.6
"""Share of these lines that must read as code."""

NUMBERS = re.compile(r"[(\[{]?\s*[-+]?\d[\d.]*(?:(?:\s*[,;|]\s*|\s+)[-+]?\d[\d.]*){2,}\s*[)\]}]?[.;]?")
TAGS = re.compile(r"(?:<\?xml[^>]*>\s*|<!DOCTYPE[^>]*>\s*)?<([A-Za-z][\w.-]*)(?:\s[^>]*)?>.*</\1>", re.DOTALL)
TABLE = re.compile(r"\|.*\|[ \t]*\n\|[ :|-]+\|[ \t]*(?:\n\|.*\|[ \t]*)*")
FENCE = re.compile(r"(`{3,}|~{3,})[^\n`]*\n.*\n\1", re.DOTALL)
CODE_LINE = re.compile(
    r"[ \t]*(?:def|class|import|from \w\S* import|return|if .*:$|for .*:$|while .*:$|try:|with .*:$|elif|else|except"
    r"|#include|#!|const |let |var |function|public |private |static |using |package |func |<\?php|\$\w+ ?=)"
    r"|.*[;{}]$|.*\w ?=[^=]|[ \t]*[\w.]+\(.*\)?$|[ \t]*(?:#|//|\*|@)|[ \t]*[\])}]"
)
CODE_WORD = re.compile(
    r"(?m)^[ \t]*(?:(?:async )?def \w+\(|class \w+|import \w|from \S+ import|return\b|#include|(?:const|let|var) \w+"
    r"|function\b|public \w|if .*[:{]$|for .*[:{]$|@\w|<\?php)|\w\(.*\)|=\s*\S"
)


@dataclass(frozen=True, slots=True)
class Format:
    """A form of answers.

    Attributes:
        id: Name.
        seen: What such answers are, in words.
        asks: A request for it.
        has: Whether an answer, stripped, has it.
    """

    id: str
    seen: str
    asks: str
    has: Callable[[str], bool]


def _json(kind: type) -> Callable[[str], bool]:
    def has(answer: str) -> bool:
        try:
            return answer[0] in "{[" and isinstance(json.loads(answer), kind)
        except (ValueError, RecursionError):
            return False

    return has


def _code(answer: str) -> bool:
    lines = [line.rstrip()[:WIDTH] for line in answer.split("\n", LINES)[:LINES] if line.strip()]
    if "`" * 3 in answer or not CODE_WORD.search("\n".join(lines)):
        return False
    return sum(CODE_LINE.match(line) is not None for line in lines) >= MOST_CODE * len(lines) and len(lines) > 1


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda answer: pattern.fullmatch(answer) is not None


FORMATS = (
    Format("numbers", "a list of numbers", "Reply with nothing but a list of numbers.", _matches(NUMBERS)),
    Format("json_object", "one JSON object", "Give your whole reply as one JSON object.", _json(dict)),
    Format("json_list", "one JSON list", "Give your whole reply as one JSON list.", _json(list)),
    Format(
        "code_block", "one fenced block of code", "Give your whole reply as one fenced block of code.", _matches(FENCE)
    ),
    Format("tags", "one element of XML or HTML", "Give your whole reply as one XML element.", _matches(TAGS)),
    Format("table", "one table in Markdown", "Give your whole reply as one table in Markdown.", _matches(TABLE)),
    Format("word", "one word", "Reply with one word.", lambda answer: len(answer) <= 40 and len(answer.split()) == 1),
    Format("code", "code without a fence", "Reply with nothing but code, without a fence around it.", _code),
)
"""In order: an answer has the first that fits."""


def formats_of(answers: Iterable[str]) -> Counter[str]:
    """Answers by the id of their form; those without any are not counted."""
    found: Counter[str] = Counter()
    for answer in answers:
        if bare := answer.strip():
            name = next((one.id for one in FORMATS if one.has(bare)), None)
            found.update([name] if name else [])
    return found


def format_named(name: str) -> Format:
    """The form with this id."""
    return next(one for one in FORMATS if one.id == name)
