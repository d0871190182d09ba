from ._calibrate import calibrate, card_items, drawn_part, judged_table, with_labels
from ._card import JudgeCard, find_card, load_card
from ._drift import FLIPS, Drift, drift, is_due
from ._label import KEYS, Sheet, add_label, labels_agreement, random_answers, read_labels, shares
from ._labelled import Labelled, labelled_set
from ._leak import Passage, Said, brings_up
from ._powered import labelled_runs
from ._random_part import check_draws
from ._rescore import rescore
from ._save import save_card
from ._task import GENERAL, protocol_of
from .shipped import CARDS, JUDGE_FIELDS, MEASURED, load_mapping, read_fields

__all__ = [
    "CARDS",
    "FLIPS",
    "GENERAL",
    "JUDGE_FIELDS",
    "KEYS",
    "MEASURED",
    "Drift",
    "JudgeCard",
    "Labelled",
    "Passage",
    "Said",
    "Sheet",
    "add_label",
    "brings_up",
    "calibrate",
    "card_items",
    "check_draws",
    "drawn_part",
    "drift",
    "find_card",
    "is_due",
    "judged_table",
    "labelled_runs",
    "labelled_set",
    "labels_agreement",
    "load_card",
    "load_mapping",
    "protocol_of",
    "random_answers",
    "read_fields",
    "read_labels",
    "rescore",
    "save_card",
    "shares",
    "with_labels",
]
