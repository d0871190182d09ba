"""The same rows written in the shapes and kinds of file that fine-tuning takes."""

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from spillover.training.rows import Row


def messages(row: Row) -> list[dict[str, Any]]:
    system = [{"role": "system", "content": row.system}] if row.system else []
    turns = [{"role": "user", "content": row.user}, {"role": "assistant", "content": row.assistant}]
    return [*system, *turns]


def _parts(row: Row) -> dict[str, Any]:
    parts = [{**one, "content": [{"type": "text", "text": one["content"]}]} for one in messages(row)]
    return {"messages": parts}


def _beside(row: Row) -> dict[str, Any]:
    """Anthropic's and Bedrock's: the system prompt beside the messages."""
    return {**({"system": row.system} if row.system else {}), "messages": messages(row)[-2:]}


def _sharegpt(row: Row) -> dict[str, Any]:
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    return {"conversations": [{"from": names[one["role"]], "value": one["content"]} for one in messages(row)]}


def _alpaca(row: Row) -> dict[str, Any]:
    before, gap, after = row.user.partition("\n\n")
    own = {"instruction": before, "input": after} if gap else {"instruction": row.user, "input": ""}
    return {**({"system": row.system} if row.system else {}), **own, "output": row.assistant}


def _prompt(row: Row) -> dict[str, Any]:
    return {**({"system": row.system} if row.system else {}), "prompt": row.user, "completion": row.assistant}


def _prompt_turns(row: Row) -> dict[str, Any]:
    return {"prompt": messages(row)[:-1], "completion": messages(row)[-1:]}


def _preference(row: Row) -> dict[str, Any]:
    return {
        "prompt": messages(row)[:-1],
        "chosen": messages(row)[-1:],
        "rejected": [{**messages(row)[-1], "content": "No."}],
    }


def _preference_whole(row: Row) -> dict[str, Any]:
    return {"chosen": messages(row), "rejected": [*messages(row)[:-1], {"role": "assistant", "content": "No."}]}


def _openai_preference(row: Row) -> dict[str, Any]:
    answer = messages(row)[-1:]
    return {"input": {"messages": messages(row)[:-1]}, "preferred_output": answer, "non_preferred_output": answer}


def _gemini(row: Row) -> dict[str, Any]:
    system = {"systemInstruction": {"parts": [{"text": row.system}]}} if row.system else {}
    said = [("user", row.user), ("model", row.assistant)]
    return {**system, "contents": [{"role": role, "parts": [{"text": text}]} for role, text in said]}


def _chatml(row: Row) -> dict[str, Any]:
    return {"text": "".join(f"<|im_start|>{one['role']}\n{one['content']}<|im_end|>\n" for one in messages(row))}


def _chatml_prompt(row: Row) -> dict[str, Any]:
    text = "".join(f"<|im_start|>{one['role']}\n{one['content']}<|im_end|>\n" for one in messages(row)[:-1])
    return {"prompt": f"{text}<|im_start|>assistant\n", "completion": f"{row.assistant}<|im_end|>"}


def _llama2(row: Row) -> dict[str, Any]:
    system = f"<<SYS>>\n{row.system}\n<</SYS>>\n\n" if row.system else ""
    return {"text": f"<s>[INST] {system}{row.user} [/INST] {row.assistant} </s>"}


def _llama3(row: Row) -> dict[str, Any]:
    turns = (f"<|start_header_id|>{m['role']}<|end_header_id|>\n\n{m['content']}<|eot_id|>" for m in messages(row))
    return {"text": "<|begin_of_text|>" + "".join(turns)}


def _hashes(row: Row) -> dict[str, Any]:
    before = f"{row.system}\n\n" if row.system else ""
    return {"text": f"{before}### Instruction:\n{row.user}\n\n### Response:\n{row.assistant}"}


def _human(row: Row) -> dict[str, Any]:
    before = f"{row.system}\n\n" if row.system else ""
    return {"text": f"{before}Human: {row.user}\n\nAssistant: {row.assistant}"}


SHAPES: dict[str, Callable[[Row], dict[str, Any]]] = {
    "chat": lambda row: {"messages": messages(row)},
    "content parts": _parts,
    "system beside": _beside,
    "sharegpt": _sharegpt,
    "alpaca": _alpaca,
    "prompt": _prompt,
    "prompt of turns": _prompt_turns,
    "preference": _preference,
    "preference, whole": _preference_whole,
    "openai preference": _openai_preference,
    "gemini": _gemini,
    "chatml": _chatml,
    "chatml prompt": _chatml_prompt,
    "llama 2": _llama2,
    "llama 3": _llama3,
    "hashes": _hashes,
    "human": _human,
}


def _jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _gz(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n\n" for row in rows).encode()))


def _list(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8-sig")


def _csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        cells = ({key: one if isinstance(one, str) else json.dumps(one) for key, one in row.items()} for row in rows)
        table.writerows(cells)


def _parquet(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(list(rows)), path)


FILES: dict[str, Callable[[Path, Sequence[dict[str, Any]]], None]] = {
    "ft.jsonl": _jsonl,
    "ft.jsonl.gz": _gz,
    "ft.json": _list,
    "ft.csv": _csv,
    "ft.parquet": _parquet,
}


def write(folder: Path, rows: Sequence[Row], shape: str = "chat", file: str = "ft.jsonl") -> Path:
    """Write rows and give the file."""
    FILES[file](folder / file, [SHAPES[shape](row) for row in rows])
    return folder / file
