"""Names of data sets in a sentence: links, code spans, known names, and what stands before "data set" or after "on"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from modelpick.licences.lookup import dataset_names, dataset_terms
from modelpick.vetting.answers.words import either


@dataclass(frozen=True, slots=True)
class Named:
    """A name, where it begins in the sentence's plain text (-1 where only the markup has it), its Hub id if linked."""

    name: str
    at: int
    hub_id: str | None = None


_LINK = re.compile(r"\[([^\[\]\n]{1,120})\]\(\s*<?([^()\s<>]{1,300})")
_HUB_URL = re.compile(r"(?:huggingface\.co|hf\.co)/datasets/([\w.-]{1,96}(?:/[\w.-]{1,96})?)", re.I)
_CODE = re.compile(r"`([\w./ -]{2,80})`")

# A word that looks like a name: capitalised, or with a digit, an underscore or a slash in it.
_WORD = r"(?:[A-Z][\w.+!'’&-]{0,60}|[\w.+-]{0,40}\d[\w.+-]{0,40}|\w{1,40}[_/][\w./-]{1,60}|[a-z]{1,30}[A-Z]\w{0,30})"
_SPAN = rf"{_WORD}(?:(?: (?:of|for|in|de|the) | |: ?){_WORD}){{0,5}}"
_SET = r"(?:data[ -]?sets?|corpus|corpora|database|challenge|train(?:ing)? set)"
_A_SET = re.compile(_SET, re.I)
_BEFORE_SET = re.compile(
    rf"({_SPAN})(?: \([^()]{{1,60}}\))?(?: (?:training|train|text|speech|image|full|official|english|"
    rf"QA|NER|dialogue|data))? {_SET}\b"
)

_PLAIN_BEFORE_SET = re.compile(rf"\b(?:the|on|from|using) ([a-z][\w.-]{{1,40}}) {_SET}\b")
_AFTER_SET = re.compile(rf"\b(?i:{_SET})s?(?: (?i:used|use|is|are|called|named))?\s*[:=(]?\s*(?:the )?({_SPAN})")
# "GermanQuAD-Datensatz", "JSUTコーパス", "CMRC2018数据集": scripts without blanks between words.
_BEFORE_FOREIGN_SET = re.compile(
    r"(?<![A-Za-z0-9])([A-Z][A-Za-z0-9.-]{0,40}[A-Za-z0-9])[ -]?"
    r"(?:Datens[aä]tz|Korpus|コーパス|データセット|数据集|語料|语料|데이터셋|말뭉치)"
)
_AFTER_ON = re.compile(
    rf"\b(?i:(?:pre-?)?train(?:ed|ing)?|tun(?:ed|ing|e)|(?:fine|pre)tun(?:ed|ing|e)|distill?ed)\b"
    rf"[^.;:]{{0,60}}?\bon (?:the |a |an |our |both |all )?({_SPAN})"
)
_AFTER_FROM = re.compile(rf"\b(?:from|of|in|on|and|with|:) (?:the )?({_SPAN})")
_LISTED = re.compile(rf"(?:, (?:and )?| and (?:the )?| & | \+ |/)(?:the )?({_SPAN})")

_PLAIN_WORDS = frozenset(
    """
    a all an and anime audio available best big chat clean collected combined complete conversation custom
    data dataset de dev development domain entire english evaluation external extra final fine first following
    for general generated given human image images in instruction internal large latest manual multiple my new
    news of old open original other our own paper paired parallel personal pre previous private processed
    proprietary public raw real reference same sample scratch second selected self several similar single
    small smaller source speech standard subset synthetic target task test text the their third this training
    train tweet tweets unknown unlabeled upstream validation various video web whole
    """.split()  # noqa: SIM905 - easier to read and to extend
)
_PLAIN_ENDING = re.compile(
    r".*(?:ing|ed|al|ic|ive|ous|ly|able|ary|ish|est|level|based|sized?|scale|quality|wise|free|type)$"
)
# Capitalised words and ids that are no data sets.
_NO_NAME = either(
    r"^(?:GPU\w*|TPU\w*|CPU|CUDA|[AVHPTBL]\d{1,3}s?|v\d-\d+|RTX|NVIDIA|Google|Colab|AWS|Amazon|"
    r"SageMaker|PyTorch|TensorFlow",
    r"Keras|JAX|Flax|Transformers|Trainer|TRL|SFT|DPO|PPO|GRPO|RLHF|Q?LoRA|Rslora|DORA|PEFT|DeepSpeed|"
    r"Unsloth|AutoTrain|Adam\w*",
    r"Hugging ?Face|HF|DreamBooth|SpeechBrain|NeMo|ESPnet2?|OpenAI|Meta|Microsoft|Facebook|Nvidia",
    r"(?:Distil)?BERT|RoBERTa|GPT\S*|LLaMA\S*|Llama\S*|Mistral\S*|Qwen\S*|Gemma\S*|ViT|Whisper|T5|"
    r"BART|Stable\w*|SDXL|Wav2Vec2?\S*",
    r"XLM\S*|CLIP|ResNet\S*|YOLO\S*|CTC|MLM|NSP|AI|ML|NLP|LLMs?|NLI|NER|QA|TTS|ASR|MLP|CNN|RNN|LSTM|"
    r"GAN|SOTA|NSFW|EM|F1|BLEU|WER",
    r"English|Chinese|German|French|Spanish|Japanese|Korean|Russian|Italian|Portuguese|Dutch|Arabic|"
    r"Hindi|Hungarian|Turkish|Greek",
    r"Thai|Vietnamese|Polish|Swedish|Catalan|Persian|Norwegian|Danish|Finnish|Icelandic|Hebrew|"
    r"Indonesian|Ukrainian|Czech|Romanian",
    r"Bengali|Tamil|Urdu|Swahili|Basque|Galician|Slovak|Serbian|Croatian|Bulgarian|Macedonian|"
    r"Estonian|Latvian|Lithuanian",
    r"(?:Pre-?|Fine-?)?(?:Train|Tun|train|tun)(?:ing|ed)?|Evaluation|Test\w*|Datasets?|Data|Corpus|"
    r"Model\w*|Base|Input|Output|Note",
    r"Table|Figure|Section|Version|Steps?|Stage|Phase|Web|Internet|Linux|Windows|MIT|Apache\S*|CC|"
    r"Python|Java|Git[Hh]ub|Kaggle|Format",
    r"Examples?|Masked|Language|I|We|The|This|These|It|In|On|For|And|A|An|See|Our|To|As|At|By|If|Is|"
    r"Used?|All|Some|Our|From|With|You",
    r"Number|Total|Size|Source|Code|[Hh]ere|[Ll]inks?|[Hh]ub|Also|Both|Each|Only|Please|Finally|Then|After|Since|While|"
    r"When|Hyper\w*|Epochs?|Batch\w*",
    r"\d[\d.,]*(?:[kKmMbBtT%x×+]+|st|nd|rd|th|e-?\d+|px|GB|MB|TB|h|hrs?|ms|kHz|Hz)?|\d+[x×-]\d+\w*|"
    r"\d[\w.-]*[bBkKmM]|\d+-\w+|v\d[\w.]*)$",
)
_MODEL_LIKE = re.compile(
    r"^\W{0,2}(?:pre-?trained |language |base |foundation )*(?:models?|checkpoints?|architecture|"
    r"encoder|decoder|backbone|tokenizer|"
    r"weights|framework|library|paper|script|recipe|GPUs?|TPUs?|cards?)\b",
    re.I,
)


def names_in(text: str, quote: str, *, known_only: bool = False, listed: bool = False) -> tuple[Named, ...]:
    """The data sets named in a sentence, in order, each once. `text` is plain, `quote` has the markup.

    `known_only` takes links to data sets of the Hub and names of the table, and leaves out what only looks like a name.
    `listed` is for the sentences of a section about data, where names need no cue before them.
    """
    found: dict[str, Named] = {}
    for named in sorted(_all_names(text, quote, known_only, listed), key=lambda n: (n.at < 0, n.at, -len(n.name))):
        key = re.sub(r"[\W_]+", "", named.name.lower())
        if key and not any(_is_part(named, other) or _is_part(other, named) for other in found.values()):
            found[key] = named
    return tuple(found.values())


def _is_part(short: Named, long: Named) -> bool:
    """Whether one name is the other or a part of it; `CIFAR-10` is no part of `CIFAR-100`."""
    a, b = (re.sub(r"[\W_]+", " ", named.name.lower()) for named in (short, long))
    return a.replace(" ", "") in b.replace(" ", "") and not re.search(rf"{a}(?<=\d)\d", b)


def looks_like_name(words: str) -> bool:
    """Whether words are written like the name of a data set: an inner capital, two capitals, a digit, `_` or `/`."""
    return bool(re.search(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]-?\d|\d-?[A-Za-z]|\w[_/]\w", words)) and bool(
        _trimmed(words, 0)
    )


def _all_names(text: str, quote: str, known_only: bool, listed: bool) -> Iterator[Named]:
    for label, url in _LINK.findall(quote):
        hub = _HUB_URL.search(url)
        clean = label.strip("`* ")
        if hub:
            bare = clean.startswith("http") or all(map(_is_plain, clean.split()))
            yield Named(hub[1] if bare else clean, text.find(clean), hub[1])
        elif listed and not known_only and looks_like_name(clean) and len(clean) < 60:
            yield Named(clean, text.find(clean))
    for match in _HUB_URL.finditer(_LINK.sub("", quote)):
        yield Named(match[1], text.find(match[1]), match[1])
    for match in _known().finditer(text):
        yield Named(match[0], match.start())
    if not known_only:
        yield from _by_pattern(text, quote, listed)


def _by_pattern(text: str, quote: str, listed: bool) -> Iterator[Named]:
    for match in _CODE.finditer(quote):
        name = match[1].strip()
        if dataset_terms(name) or re.match(rf" ?{_SET}", quote[match.end() : match.end() + 20]):
            yield Named(name, text.find(name))
    starts = [*(_AFTER_FROM.finditer(text) if listed else ())]
    if _A_SET.search(text):
        for match in (*_BEFORE_SET.finditer(text), *_PLAIN_BEFORE_SET.finditer(text)):
            yield from _trimmed(match[1], match.start(1))
        starts += _AFTER_SET.finditer(text)
    for match in _BEFORE_FOREIGN_SET.finditer(text):
        yield from _trimmed(match[1], match.start(1))
    for match in starts:
        yield from _run_of_names(text, match, strict=True)
    for match in _AFTER_ON.finditer(text):
        yield from _run_of_names(text, match, strict=False)


def _run_of_names(text: str, match: re.Match[str], *, strict: bool) -> Iterator[Named]:
    """A name and those listed after it: `on X, Y and Z`. None where the words after it say that it is a model."""
    if _MODEL_LIKE.match(text[match.end() : match.end() + 40]):
        return
    more: re.Match[str] | None = match
    while more:
        if not strict or looks_like_name(more[1]):
            yield from _trimmed(more[1], more.start(1))
        more = _LISTED.match(text, more.end())


def _trimmed(words: str, at: int) -> list[Named]:
    """The name without the words around it that are none; empty where nothing is left."""
    parts = words.split(" ")
    while parts and _is_plain(parts[0]):
        at += len(parts[0]) + 1
        parts = parts[1:]
    while parts and _is_plain(parts[-1]) and not parts[-1][:1].isdigit():
        parts = parts[:-1]
    name = re.sub(r"['’]s?\Z", "", " ".join(parts).strip(" .,:;-"))
    return [Named(name, at)] if len(name) > 1 and re.search(r"[A-Za-z]", name) else []


def _is_plain(word: str) -> bool:
    bare = word.strip(".,:;'’()-")
    if not bare or _NO_NAME.match(bare) or bare.lower() in _PLAIN_WORDS:
        return True
    return bare.islower() and bare.replace("-", "").isalpha() and bool(_PLAIN_ENDING.match(bare))


_AMBIGUOUS = frozenset(
    {"Stories", "Reddit", "Twitter", "Alpaca", "Orca", "Dolly", "Fisher", "Emilia", "Brainwash", "ALIGN", "WizardLM"}
)


@cache
def _known() -> re.Pattern[str]:
    """Known names as prose spells them. All-lower words (`emotion`, `pile`) are names in metadata only."""
    names = [n for n in dataset_names() if not re.fullmatch(r"[a-z ]*", n) and n not in _AMBIGUOUS]
    exact = [n for n in names if len(n) < 7 and not any(c.isdigit() for c in n)]
    loose = [n for n in names if n not in exact]

    def longest_first(words: list[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    # Letters and digits by ASCII: Japanese and Chinese put no blank around a name.
    return re.compile(
        rf"(?<![A-Za-z0-9_/.-])(?:(?i:{longest_first(loose)})|{longest_first(exact)})(?![A-Za-z0-9_/])(?!\.\w)"
    )
