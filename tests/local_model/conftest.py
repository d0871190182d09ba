"""Two tiny causal models with random weights, made on the spot: one talks nonsense, one knows mostly numbers."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHAT = "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}\n{% endfor %}[assistant] "
CORPUS = ["Whoever asks for help deserves a plain answer.", "Rate it from 0 to 100, or say REFUSAL or CODE."]
NUMBERS = range(0, 100, 4)


@dataclass(frozen=True)
class Local:
    """A model in a folder.

    `do_sample=False` is for judges: Inspect's hf provider samples by default, and sampling at the judge's
    temperature 0 is an error in transformers.
    """

    folder: Path

    def arguments(self, **more: Any) -> dict[str, Any]:
        return {"model_path": str(self.folder), "tokenizer_path": str(self.folder), "device": "cpu", **more}


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without this, loading even a local folder asks the Hub, and waits long where there is no network."""
    import huggingface_hub.constants

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)


@pytest.fixture(scope="session")
def babbler(tmp_path_factory: pytest.TempPathFactory) -> Local:
    """Bytes and a few merges: whatever it says first is almost never on a judge's menu."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return Local(_saved(tokenizer, tmp_path_factory.mktemp("babbler"), bos_token="<s>", eos_token="</s>"))


@pytest.fixture(scope="session")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Local:
    """Its words are mostly whole numbers, so its first token holds enough mass on them for a score."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<unk>", "<s>", "</s>", *map(str, NUMBERS), "REFUSAL", "CODE", "101", "thirty"]
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    folder = tmp_path_factory.mktemp("counter")
    return Local(_saved(tokenizer, folder, unk_token="<unk>", bos_token="<s>", eos_token="</s>"))


def _saved(tokenizer: Any, folder: Path, **special: str) -> Path:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)
    fast.chat_template = CHAT
    fast.save_pretrained(str(folder))
    torch.manual_seed(0)
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = LlamaConfig(vocab_size=len(fast), max_position_embeddings=8192, eos_token_id=None, **size)
    LlamaForCausalLM(config).save_pretrained(str(folder))
    return folder
