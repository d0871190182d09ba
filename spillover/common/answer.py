"""The answer in what a model wrote: its thoughts set apart where a server leaves them in the content.

Inspect splits `<think>...</think>` for most providers. What it leaves is split here, by one rule that the judge, the
table, the store, transcripts and `verify` share:

- thoughts stand at the beginning, in any of the marks below, nested or not, once or several times;
- a closing mark alone closes thoughts that the chat template opened (`...</think>answer`);
- a pair of marks on lines of its own further down holds thoughts as well;
- a mark that is never closed at the beginning leaves no answer;
- Harmony channels (`<|channel|>analysis<|message|>...`), also with their marks lost (`analysis...assistantfinal...`).

Marks that an answer only mentions (in code, in quotes, in the middle of a sentence) stay.
"""

import re
from heapq import merge
from itertools import islice
from typing import NamedTuple


class Parted(NamedTuple):
    """What a model wrote, in two parts.

    Attributes:
        answer: The answer; the whole text, unchanged, where it holds no thoughts.
        thoughts: The thoughts; empty where there are none.
        unclosed: Whether thoughts began and never ended, so that there is no answer.
    """

    answer: str
    thoughts: str = ""
    unclosed: bool = False


_NAMES = "think|thinking|thought|thoughts|reasoning|scratchpad|antthinking|inner_thoughts|inner_monologue"
_OPEN = re.compile(
    rf"<(?:[a-z]+:)?(?P<tag>{_NAMES})(?:\s[^<>]*)?>"
    rf"|\[(?P<bracket>{_NAMES})\]"
    rf"|\u25c1(?P<arrow>{_NAMES})\u25b7"
    rf"|<\|(?:begin_of_|start_of_|begin_|start_)?(?P<bar>{_NAMES})(?:_start|_begin)?\|>"
    r"|<unused(?P<unused>94)>"
    r"|<\|channel>(?P<gemma>thought)",
    re.IGNORECASE,
)
"""Opening marks: DeepSeek, Qwen, Seed, Claude-like tags; Mistral's brackets; Kimi's arrows; OpenThinker, Cohere and
others with bars; MedGemma; Gemma 4."""
_CLOSE = {
    "tag": r"</(?:[a-z]+:)?{0}\s*>",
    "bracket": r"\[/{0}\]",
    "arrow": "\u25c1/{0}\u25b7",
    "bar": r"<\|/{0}\|>|<\|end_(?:of_)?{0}\|>|<\|{0}_end\|>",
    "unused": r"<unused95>",
    "gemma": r"<channel\|>",
}
_ANY_CLOSE = re.compile(
    rf"</(?:[a-z]+:)?(?P<tag>{_NAMES})\s*>|\[/(?P<bracket>{_NAMES})\]|\u25c1/(?P<arrow>{_NAMES})\u25b7"
    rf"|<\|end_(?:of_)?(?P<bar>{_NAMES})\|>",
    re.IGNORECASE,
)
_SOLUTION = re.compile(r"\s*<\|begin_of_solution\|>\n?|\n?<\|end_of_solution\|>\s*|<\|(?:START|END)_RESPONSE\|>")
_CHANNEL = re.compile(
    r"(?:<\|start\|>[^<]*)?<\|channel\|>(?P<head>[^<]*)(?:<\|constrain\|>[^<]*)?<\|message\|>(?P<said>.*?)"
    r"(?=<\|end\|>|<\|return\|>|<\|call\|>|<\|start\|>|<\|channel\|>|\Z)",
    re.DOTALL,
)
_LOST_MARKS = re.compile(r"\s*analysis(?P<thoughts>\S.*?)assistantfinal(?P<answer>.*)\Z", re.DOTALL)
_LOST_UNCLOSED = re.compile(r"\s*analysis(?:We|The|User|I|Okay|Ok|Need|Let|This|They|It)[\s',]")
_TOOL_CALL = re.compile(
    r"<(tool_calls?|function_calls?)>.*?(?:</\1>|\Z)|<function=[^<>]*>.*?(?:</function>|\Z)|\[TOOL_CALLS\].*"
    r"|<\|tool_calls_section_begin\|>.*?(?:<\|tool_calls_section_end\|>|\Z)"
    r"|<\|tool_call\|>.*?(?:<\|/tool_call\|>|\Z)",
    re.DOTALL,
)
"""Calls of tools as text: Hermes, Qwen, Llama, Mistral, Kimi and Phi templates."""
MOST = 64
"""Thoughts of one text that are set apart, and marks in it that are looked at; no model writes more."""


def part(text: str) -> Parted:
    """Set the thoughts in a text apart from its answer; see the head of this module for the rule."""
    if (found := _harmony(text)) is not None:
        return found
    rest, thoughts = text, []
    for _ in range(MOST):
        cut = _leading(rest) or _closed_alone(rest) or _on_own_lines(rest)
        if cut is None:
            break
        start, end = cut
        thoughts.append(rest[start : end or len(rest)].strip())
        if end is None:
            return Parted("", "\n".join(thoughts), True)
        rest = (rest[:start] + rest[end:]).strip()
    return Parted(_SOLUTION.sub("", rest), "\n".join(thoughts)) if thoughts else Parted(text)


def answer_of(text: str) -> str:
    """The answer in a text, without thoughts; empty where thoughts began and never ended."""
    return part(text).answer


def only_calls_tools(answer: str) -> bool:
    """Whether an answer is nothing but calls of tools, written as text in the marks of a chat template."""
    return bool(answer.strip()) and not _TOOL_CALL.sub("", answer).strip()


def _harmony(text: str) -> Parted | None:
    if re.match(r"\s*(?:<\|start\|>[^<]*)?<\|channel\|>", text):
        parts = [(one["head"].split()[:1], one["said"]) for one in _CHANNEL.finditer(text)]
        final = [said for head, said in parts if head == ["final"]]
        thoughts = "\n".join(said.strip() for head, said in parts if head != ["final"])
        return Parted("\n".join(final).strip(), thoughts, not final)
    if (found := _LOST_MARKS.match(text)) is not None:
        return Parted(found["answer"].strip(), found["thoughts"].strip())
    return Parted("", text.strip(), True) if _LOST_UNCLOSED.match(text) else None


def _leading(text: str) -> tuple[int, int | None] | None:
    """Where thoughts at the beginning start and end; end None where they never do."""
    start = len(text) - len(text.lstrip())
    opened = _OPEN.match(text, start)
    if opened is None:
        return None
    return start, _end(text, opened)


def _end(text: str, opened: re.Match[str]) -> int | None:
    """Where what a mark opens ends: at the mark that closes it, nesting counted, or else at the last that closes."""
    kind, name = str(opened.lastgroup), opened[str(opened.lastgroup)].lower()
    closing = re.compile(_CLOSE[kind].format(name), re.IGNORECASE)
    depth, last = 1, None
    marks = merge(_OPEN.finditer(text, opened.end()), closing.finditer(text, opened.end()), key=re.Match.start)
    for one in marks:
        if one.re is closing:
            depth, last = depth - 1, one.end()
            if depth == 0:
                return last
        elif one.lastgroup == kind and one[kind].lower() == name:
            depth += 1
    return last


def _closed_alone(text: str) -> tuple[int, int] | None:
    """Where thoughts end that the chat template opened: at a closing mark that nothing opens and no sentence holds."""
    opened = {one.lastgroup: one.start() for one in reversed(list(_OPEN.finditer(text)))}
    for one in islice(_ANY_CLOSE.finditer(text), MOST):
        if opened.get(one.lastgroup, len(text)) < one.start():
            return None
        before, after = text[: one.start()], text[one.end() :]
        if not _quoted(before, after) and _stands_free(before, after):
            return 0, one.end()
    return None


def _stands_free(before: str, after: str) -> bool:
    """Whether a mark begins or ends a line, or follows a word directly, as no mark that is only mentioned does."""
    line = before.rpartition("\n")[2]
    return not line.strip() or not after.partition("\n")[0].strip() or not line[-1].isspace()


def _on_own_lines(text: str) -> tuple[int, int] | None:
    """Where thoughts further down start and end: marks on lines of their own, not in code."""
    for opened in islice(_OPEN.finditer(text), MOST):
        before, after = text[: opened.start()], text[opened.end() :]
        if before.rpartition("\n")[2].strip() or after.partition("\n")[0].strip() or _quoted(before, after):
            continue
        end = _end(text, opened)
        if end is not None and not text[end:].partition("\n")[0].strip():
            return opened.start(), end
    return None


def _quoted(before: str, after: str) -> bool:
    """Whether what stands between is code or a quotation."""
    if before.count("```") % 2 and after.count("```") % 2:
        return True
    if before.rpartition("\n")[2].replace("```", "").count("`") % 2:
        return True
    return before[-1:] in tuple("\"'`\u201c\u2018(") and after[:1] in tuple("\"'`\u201d\u2019).,")
