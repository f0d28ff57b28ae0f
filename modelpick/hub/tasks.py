"""The tasks that the Hub knows (its pipeline tags), as data, and what to do with a word that is none of them."""

from __future__ import annotations

import difflib
import re

from modelpick.errors import UsageError

TASKS: dict[str, str] = {
    "text-classification": "nlp",
    "token-classification": "nlp",
    "table-question-answering": "nlp",
    "question-answering": "nlp",
    "zero-shot-classification": "nlp",
    "translation": "nlp",
    "summarization": "nlp",
    "feature-extraction": "nlp",
    "text-generation": "nlp",
    "fill-mask": "nlp",
    "sentence-similarity": "nlp",
    "text-to-speech": "audio",
    "text-to-audio": "audio",
    "automatic-speech-recognition": "audio",
    "audio-to-audio": "audio",
    "audio-classification": "audio",
    "audio-text-to-text": "multimodal",
    "voice-activity-detection": "audio",
    "depth-estimation": "cv",
    "image-classification": "cv",
    "object-detection": "cv",
    "image-segmentation": "cv",
    "text-to-image": "cv",
    "image-to-text": "cv",
    "image-to-image": "cv",
    "image-to-video": "cv",
    "unconditional-image-generation": "cv",
    "video-classification": "cv",
    "reinforcement-learning": "rl",
    "robotics": "rl",
    "tabular-classification": "tabular",
    "tabular-regression": "tabular",
    "tabular-to-text": "tabular",
    "table-to-text": "nlp",
    "multiple-choice": "nlp",
    "text-ranking": "nlp",
    "text-retrieval": "nlp",
    "time-series-forecasting": "tabular",
    "text-to-video": "cv",
    "image-text-to-text": "multimodal",
    "image-text-to-image": "multimodal",
    "image-text-to-video": "multimodal",
    "visual-question-answering": "multimodal",
    "document-question-answering": "multimodal",
    "zero-shot-image-classification": "cv",
    "graph-ml": "other",
    "mask-generation": "cv",
    "zero-shot-object-detection": "cv",
    "text-to-3d": "cv",
    "image-to-3d": "cv",
    "image-feature-extraction": "cv",
    "video-text-to-text": "multimodal",
    "keypoint-detection": "cv",
    "visual-document-retrieval": "multimodal",
    "any-to-any": "multimodal",
    "video-to-video": "cv",
    "other": "other",
}
"""Task id -> modality (nlp, cv, audio, multimodal, tabular, rl, other), as of 2026."""

RETIRED = frozenset(
    {
        "conversational",
        "protein-folding",
        "speech-segmentation",
        "structured-data-classification",
        "text2text-generation",
    }
)
"""Tasks that the Hub had once; old repos and mirrors still bear them."""

_OTHER_NAMES = {
    "asr": "automatic-speech-recognition",
    "image-captioning": "image-to-text",
    "named-entity-recognition": "token-classification",
    "ner": "token-classification",
    "natural-language-inference": "text-classification",
    "ocr": "image-to-text",
    "sentiment-analysis": "text-classification",
    "speech-recognition": "automatic-speech-recognition",
    "speech-to-text": "automatic-speech-recognition",
    "tts": "text-to-speech",
    "vqa": "visual-question-answering",
}


def task_id(word: str) -> str:
    """The Hub's id of a task; case, blanks and underscores do not matter.

    A word that is close to no known task is passed on: the Hub may have got a new one.

    Raises:
        UsageError: It is no task, but close to one or several; they stand in the hint.
    """
    word = re.sub(r"[\s_]+", "-", word.strip().lower())
    if word in TASKS or word in RETIRED:
        return word
    close = close_tasks(word)
    if close:
        raise UsageError(f"`{word}` is no task of the Hub", f"did you mean {' or '.join(close)}?")
    return word


def close_tasks(word: str) -> list[str]:
    """At most three tasks that a word may mean, in backticks."""
    if word in _OTHER_NAMES:
        return [f"`{_OTHER_NAMES[word]}`"]
    return [f"`{task}`" for task in difflib.get_close_matches(word, TASKS, n=3, cutoff=0.75)]
