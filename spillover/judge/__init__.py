"""The judge as an instrument: calibrated on labelled answers, compared, watched for drift; and answers judged again."""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
