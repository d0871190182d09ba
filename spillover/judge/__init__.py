"""The judge as an instrument: calibrated on labelled answers, compared, watched for drift; and answers judged again."""

from ._calibrate import calibrate
from ._card import JudgeCard, find_card, load_card, measure
from ._drift import Drift, drift
from ._label import Sheet, labels_agreement, random_answers
from ._labelled import Labelled, LabelledSet, labelled_set
from ._powered import powered
from ._rescore import Moved, rescore
from ._save import save_card

__all__ = [
    "Drift",
    "JudgeCard",
    "Labelled",
    "LabelledSet",
    "Moved",
    "Sheet",
    "calibrate",
    "drift",
    "find_card",
    "labelled_set",
    "labels_agreement",
    "load_card",
    "measure",
    "powered",
    "random_answers",
    "rescore",
    "save_card",
]
