"""The tasks that the Hub knows (its pipeline tags), as data, and what to do with a word that is none of them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache

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

_PHRASES: dict[str, tuple[str, ...]] = {
    "text-classification": (
        "sentiment",
        "sentiment analysis",
        "spam detection",
        "topic classification",
        "intent classification",
        "natural language inference",
        "nli",
        "toxicity",
        "hate speech",
        "document classification",
        "emotion",
        "language identification",
    ),
    "token-classification": ("ner", "named entity recognition", "entities", "pos tagging", "part of speech"),
    "question-answering": ("qa", "answer questions", "reading comprehension"),
    "zero-shot-classification": ("zero shot", "zero shot text classification", "classify without training"),
    "translation": ("machine translation", "translate"),
    "summarization": ("summary", "summarise", "summarise text"),
    "feature-extraction": ("embedding", "text embedding"),
    "sentence-similarity": ("similarity", "semantic similarity", "semantic search"),
    "text-generation": ("llm", "language model", "chat", "chatbot", "generate code", "code completion", "write text"),
    "fill-mask": ("masked language model", "mlm", "fill in the blank"),
    "text-to-speech": ("tts", "speech synthesis", "read aloud"),
    "text-to-audio": ("music generation", "generate music", "generate sound"),
    "automatic-speech-recognition": (
        "asr",
        "speech recognition",
        "speech to text",
        "transcription",
        "transcribe",
        "transcribe audio",
        "transcribe speech",
        "audio to text",
    ),
    "audio-to-audio": ("speech enhancement", "denoise audio", "source separation"),
    "audio-classification": ("sound classification", "keyword spotting", "speaker recognition", "music genre"),
    "voice-activity-detection": ("vad", "speaker diarization"),
    "depth-estimation": ("depth", "monocular depth"),
    "image-classification": ("recognise images", "image recognition"),
    "object-detection": ("detection", "find objects", "bounding box", "face detection"),
    "image-segmentation": ("segmentation", "semantic segmentation", "instance segmentation", "background removal"),
    "text-to-image": ("image generation", "generate images", "draw images", "diffusion"),
    "image-to-text": ("ocr", "image captioning", "caption", "caption images", "handwriting recognition", "read text"),
    "image-to-image": ("super resolution", "image restoration", "inpainting", "upscale images", "style transfer"),
    "video-classification": ("action recognition",),
    "reinforcement-learning": ("rl",),
    "tabular-classification": ("classify tables", "classify rows", "table classification"),
    "tabular-regression": ("regression", "predict prices", "table regression"),
    "time-series-forecasting": ("time series", "forecast", "forecasting"),
    "text-ranking": ("reranking", "reranker", "rank documents"),
    "text-retrieval": ("retrieval", "document retrieval"),
    "visual-question-answering": ("vqa", "questions about images"),
    "document-question-answering": ("docvqa", "questions about documents"),
    "table-question-answering": ("questions about tables",),
    "image-text-to-text": ("vlm", "vision language model", "multimodal chat"),
    "zero-shot-image-classification": ("clip", "classify images without training"),
    "mask-generation": ("segment anything",),
    "image-feature-extraction": ("image embedding",),
    "keypoint-detection": ("pose estimation", "keypoints", "landmarks"),
    "graph-ml": ("graph", "graph neural network", "graph classification"),
    "text-to-video": ("video generation", "generate videos"),
    "image-to-video": ("animate images",),
}
"""Task -> what else people call it. The id itself in any order and form of its words need not stand here."""

_Key = tuple[tuple[str, ...], ...]
"""The stems of the words before each "to" and after it, each part sorted: text to speech is not speech to text."""

_FILLERS = frozenset(
    ("a", "an", "and", "do", "for", "from", "i", "in", "into", "is", "model", "my", "of", "on", "the", "with")
)
_FAMILY = re.compile(r"(?:ifications?|ifiers?|ify(?:ing)?|ifies)$")
_ENDING = re.compile(
    r"(?:i[sz]ations?|i[sz]ing|i[sz]es?|ations?|itions?|ating|ates?|ions?|ings?|ies|es|s|(?<=t)ors?|e|y)$"
)
_SAME = {
    "image": ("picture", "photo", "photograph", "img"),
    "classify": ("categorise", "categorize", "label"),
    "audio": ("sound",),
    "text": ("sentence", "review", "tweet"),
}


def task_id(word: str) -> str:
    """The Hub's id of a task by its id or in plain words: `image-classification`, `classify images`, `sentiment`.

    Case, order, blanks, hyphens and endings do not matter. A word that is close to no known task is passed on: the
    Hub may have got a new one.

    Raises:
        UsageError: It is no task, but close to one or several; they stand in the hint.
    """
    dashed = re.sub(r"[\s_]+", "-", word.strip().lower())
    if dashed in TASKS or dashed in RETIRED:
        return dashed
    meant = _spoken().get(_key(word))
    if meant is not None:
        return meant
    close = close_tasks(dashed)
    if close:
        raise UsageError(f"`{word.strip()}` is no task of the Hub", f"did you mean {' or '.join(close)}?")
    return dashed


def close_tasks(word: str) -> list[str]:
    """At most three tasks that a word may mean, in backticks: spelled alike, or with most of its words."""
    found = difflib.get_close_matches(word, TASKS, n=3, cutoff=0.75)
    stems = {stem for part in _key(word) for stem in part}
    shared: dict[str, float] = {}
    for key, task in _spoken().items():
        known = {stem for part in key for stem in part}
        shared[task] = max(shared.get(task, 0.0), len(stems & known) / len(stems | known))
    found += sorted((task for task in shared if shared[task] >= 0.5), key=lambda task: -shared[task])
    return [f"`{task}`" for task in list(dict.fromkeys(found))[:3]]


@cache
def _spoken() -> Mapping[_Key, str]:
    """What people may say -> the task; the ids go before other names."""
    spoken: dict[_Key, str] = {}
    for task in TASKS:
        spoken.setdefault(_key(task), task)
    for task, phrases in _PHRASES.items():
        for phrase in phrases:
            spoken.setdefault(_key(phrase), task)
    return spoken


def _key(text: str) -> _Key:
    """The words that carry the meaning, without their endings: `classifying photos` and `image-classification`."""
    parts = re.split(r"\bto\b", re.sub(r"[\W_]+", " ", text.lower()))
    return tuple(tuple(sorted(_sense(word) for word in part.split() if word not in _FILLERS)) for part in parts)


@cache
def _synonyms() -> Mapping[str, str]:
    return {_stem(other): _stem(word) for word, others in _SAME.items() for other in others}


def _sense(word: str) -> str:
    stem = _stem(word)
    return _synonyms().get(stem, stem)


def _stem(word: str) -> str:
    if _FAMILY.search(word):
        return _FAMILY.sub("ify", word)
    return (_ENDING.sub("", word) or word) if len(word) > 3 else word
