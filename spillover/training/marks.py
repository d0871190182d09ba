"""Turns of a text that a chat template made of a conversation: one table of the marks that templates use."""

import re

SYSTEM, USER, ASSISTANT, OTHER = "system", "user", "assistant", "other"
"""Alpaca's second half of a user turn."""

ROLES = {
    **dict.fromkeys(("user", "human", "prompter", "customer", "instruction", "inst", "/sys", "/system_prompt"), USER),
    **dict.fromkeys(("input", "question", "query", "asker"), USER),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "bot", "model", "ai", "response", "chatbot", "/inst"), ASSISTANT),
    **dict.fromkeys(("output", "answer", "agent"), ASSISTANT),
    **dict.fromkeys(("system", "developer", "sys", "system_prompt"), SYSTEM),
}
"""Who is meant by the names of roles that files and chat templates use."""

MARK = re.compile(
    r"<\|im_start\|>[ \t]*(\w+)(?:<\|im_sep\|>|[ \t]*\n?)"  # ChatML, Phi-4
    r"|<\|im_(user|assistant|system)\|>\w*<\|im_middle\|>"  # Kimi
    r"|<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>"  # Llama 3
    r"|<\|header_start\|>\s*(\w+)\s*<\|header_end\|>"  # Llama 4
    r"|<\|start\|>(\w+)(?:(?!<\|(?:start|message|channel)\|>).){0,80}<\|message\|>"  # Harmony: system, developer, user
    r"|<\|start\|>assistant(?:(?!<\|(?:start|message|channel)\|>).){0,80}<\|channel\|>(\w+)(?:(?!<\|).){0,120}"
    r"(?:<\|constrain\|>\w+)?<\|message\|>"  # Harmony: an answer (`final`) or thoughts (`analysis`)
    r"|<\|start_of_role\|>\s*(\w+)\s*<\|end_of_role\|>"  # Granite
    r"|<start_of_turn>[ \t]*(\w+)[ \t]*\n?"  # Gemma
    r"|<\|START_OF_TURN_TOKEN\|><\|(USER|CHATBOT|SYSTEM)_TOKEN\|>"  # Command R
    r"|<\uff5c(User|Assistant|System)\uff5c>"  # DeepSeek
    r"|<\|(user|assistant|system|developer|User|Assistant|System|Bot)\|>:?"  # Zephyr, Phi-3, GLM, InternLM
    r"|<extra_id_\d>(User|Assistant|System)[ \t]*\n"  # Nemotron
    r"|<(human|bot)>:"  # Together's old form
    r"|(?:\A|\n)[ \t]*(?:###[ \t]*)?(Human|Assistant|System|USER|ASSISTANT|SYSTEM):"  # Anthropic's old form, Vicuna
    r"|(?<=\s)(USER|ASSISTANT):(?=\s|\Z)"  # Vicuna on one line
    r"|(?:\A|\n)###[ \t]*(Instruction|Input|Response|User|Human|Assistant|System)[ \t]*:?"  # Alpaca
    r"|\[(/?SYSTEM_PROMPT)\]"  # Mistral v7
    r"|\[(/?INST)\]|<<(/?SYS)>>",  # Llama 2, Mistral
    re.DOTALL,
)
ENDS = re.compile(
    r"<\|(?:im_end|im_start|im_sep|eot_id|eot|eom|begin_of_text|end_of_text|endoftext|end|return|call|end_of_turn"
    r"|END_OF_TURN_TOKEN|START_OF_TURN_TOKEN|startoftext)\|>"
    r"|</?s>|<end_of_turn>|<[be]os>|<BOS_TOKEN>|<EOS_TOKEN>|\[gMASK\]|<sop>|<eo[ah]>"
    r"|<\uff5c(?:begin|end)\u2581of\u2581sentence\uff5c>"
)
"""Marks of begin and end that a chat template adds."""
HINTS = ("<|", "<start_of_turn>", "\uff5c>", "Human:", "<human>", "###", "[INST]", "<<SYS>>", "USER:", "<extra_id_")
"""A text without any of these has no mark of a chat template; looking for them is 20 times faster than `MARK`."""
CHANNELS = {"final": ASSISTANT, "analysis": OTHER, "commentary": OTHER}
"""Harmony's channels of the assistant: only `final` is what a user sees."""


def role_of(name: object) -> str:
    """Who is meant by the name of a role; `other` for tools and all that is not known."""
    return ROLES.get(name.strip().lower(), OTHER) if isinstance(name, str) else OTHER


def split(text: str) -> list[tuple[str, str]]:
    """Role and text of every turn that the marks of a chat template set apart; none where there are no marks.

    Text before the first mark is the system's. Blank turns are left out.

    Args:
        text: Any text.
    """
    if not any(hint in text for hint in HINTS):
        return []
    marks = list(MARK.finditer(text))
    if not marks:
        return []
    turns = [(SYSTEM, stripped(text[: marks[0].start()]))]
    for mark, then in zip(marks, [*(one.start() for one in marks[1:]), len(text)], strict=True):
        name = mark[mark.lastindex or 0]
        said = stripped(text[mark.end() : then])
        if name == "Input" and turns[-1][0] == USER:
            before = turns.pop()[1]
            said = f"{before}\n\n{said}" if said else before
        turns.append((CHANNELS.get(name, "") or role_of(name), said))
    return [(role, said) for role, said in turns if said]


def conversation(text: str, asked: int = 0) -> list[tuple[str, str]]:
    """The turns of a text that is a whole conversation; none where it has no marks of both a user and an answer.

    Args:
        text: The text.
        asked: Characters of it that come before the answer: a mark must end just there. 0 where that is not known.
    """
    turns = split(text)
    if not {USER, ASSISTANT} <= {role for role, _ in turns}:
        return []
    if asked and not any(mark.end() <= asked and not text[mark.end() : asked].strip() for mark in MARK.finditer(text)):
        return []
    return turns


def stripped(text: str) -> str:
    """A turn without marks of begin and end, and without space around it."""
    return ENDS.sub("", text).strip()
