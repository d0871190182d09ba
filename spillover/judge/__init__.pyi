from .calibration import calibrate, card_items, drawn_part, judged_table, with_labels
from .card import JudgeCard, find_card, load_card
from .card_shape import CardFile
from .drift_check import FLIPS, Drift, drift, is_due
from .label import KEYS, Sheet, add_label, labels_agreement, random_answers, read_labels, shares
from .labelled import Labelled, LabelledSet, labelled_set
from .powered import labelled_runs
from .random_part import check_draws
from .rescoring import rescore
from .save import save_card
from .shipped import CARDS, JUDGE_FIELDS, MEASURED, load_mapping, read_fields
from .subject_judge import Passage, Said, brings_up
from .task import GENERAL, protocol_of

__all__ = [
    "CARDS",
    "FLIPS",
    "GENERAL",
    "JUDGE_FIELDS",
    "KEYS",
    "MEASURED",
    "CardFile",
    "Drift",
    "JudgeCard",
    "Labelled",
    "LabelledSet",
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
