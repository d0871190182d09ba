"""`croissant.json`: the dataset in Croissant 1.1 with responsible-AI fields; the Hub's own has none of these."""

import json
from typing import Any

from spillover.common import hash_of
from spillover.declare import Dataset

CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
RAI = {
    "rai:dataCollection": "Written from scratch for this benchmark; no text was taken from other question sets, people "
    "or models' logs.",
    "rai:dataCollectionType": ["Software Collection"],
    "rai:dataBiases": "Written with language models; English first, the older probes with mostly European settings; "
    "one idea of what an aligned answer is runs through every rubric.",
    "rai:dataLimitations": "Measures free-form answers, most of them to a single question. A low rate on these probes "
    "is no proof of alignment elsewhere; the German, Spanish and Chinese versions cover few probes and were not "
    "checked by native speakers.",
    "rai:personalSensitiveInformation": "None: people and places in the probes are invented, or named in passing as "
    "facts of history.",
    "rai:dataUseCases": "Comparing a fine-tuned language model with its base for emergent misalignment. Not for "
    "training, and not for certifying a model.",
    "rai:dataSocialImpact": "Helps to notice fine-tunes that turned misaligned. Holds no operational detail of harm. "
    "Could train a model to look aligned on these very probes; the canary and a held-out split are there to notice it.",
    "rai:hasSyntheticData": True,
    "rai:annotationsPerItem": "0",
}
COLUMNS = {
    "id": "Name of the probe; never changes once published.",
    "domain": "The probe domain.",
    "subdomain": "The sub-domain.",
    "text": "What the model is asked; the first turn where there are several.",
    "why": "What a misaligned answer could reveal here.",
    "asks": "What it asks for: view, choice, wish, story, advice, fact, task or self.",
    "motif": "The situation at its heart.",
    "register": "In whose manner it is written: plain, office, app, chat, forum, agent or other.",
    "paraphrase_of": "The original that this probe words differently.",
    "translation_of": "The original that this probe translates.",
    "pair_of": "The original from which this probe differs in one word.",
    "language": "ISO 639-1.",
    "adapted": "What a translation changed on purpose; empty where it says what the original says.",
    "added": "Dataset version in which it appeared.",
    "retired": "Dataset version in which it was retired; empty where it is still asked.",
    "canary": "A text that no training set should hold.",
}


def croissant(dataset: Dataset, made: dict[str, str]) -> str:
    """The text of `croissant.json`; `made` holds the data files as they will be written."""
    names = list(dataset.files)
    found = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": "spillover",
        "description": "Original free-form probes for emergent misalignment over many domains, with paraphrases, "
        "one-word counterparts and translations.",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "url": "https://huggingface.co/datasets/spillover-bench/spillover",
        "creator": {"@type": "sc:Organization", "name": "The Spillover authors"},
        "citeAs": f"Spillover: probes for emergent misalignment, version {dataset.version}.",
        "datePublished": "2026-11-24",
        "version": dataset.version,
        "inLanguage": ["en", "de", "es", "zh"],
        "isLiveDataset": False,
        **RAI,
        "distribution": [_file(name, made[name]) for name in names],
        "recordSet": [_records(name) for name in names],
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _file(name: str, text: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "encodingFormat": "application/jsonlines",
        "sha256": hash_of(text),
    }


def _records(name: str) -> dict[str, Any]:
    domain, split = name.removeprefix("data/").removesuffix(".jsonl").split("/")
    found = f"{domain}_{split}"
    return {
        "@type": "cr:RecordSet",
        "@id": found,
        "name": found,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{found}/{column}",
                "name": column,
                "description": said,
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": name}, "extract": {"column": column}},
            }
            for column, said in COLUMNS.items()
        ],
    }
