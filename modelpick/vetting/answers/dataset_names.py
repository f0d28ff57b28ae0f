"""Names of data sets in a sentence: links, code spans, known names, and what stands before "data set" or after "on"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from modelpick.licences.lookup import dataset_names, dataset_terms


@dataclass(frozen=True, slots=True)
class Named:
    """A name, where it begins in the sentence's plain text (-1 where only the markup has it), its Hub id if linked."""

    name: str
    at: int
    hub_id: str | None = None


_LINK = re.compile(r"\[([^\[\]\n]{1,120})\]\(\s*<?([^()\s<>]{1,300})")
_HUB_URL = re.compile(r"(?:huggingface\.co|hf\.co)/datasets/([\w.-]{1,96}(?:/[\w.-]{1,96})?)", re.I)
_CODE = re.compile(r"`([\w./ -]{2,80})`")
_TOKEN = r"(?:[A-Z][\w.+!'’&-]{0,60}|[\w.+-]{0,40}\d[\w.+-]{0,40}|\w{1,40}[_/-][\w./-]{1,60}|[a-z]{1,30}[A-Z]\w{0,30})"  # looks like a name
_SPAN = rf"{_TOKEN}(?:(?:\ (?:of|for|in|and|de|the)\ |\ |:\ ?){_TOKEN}){{0,5}}"
_SET = r"(?:data[ -]?sets?|corpus|corpora|database|benchmark|challenge|collection|train(?:ing)?\ set)"
_BEFORE_SET = re.compile(
    rf"({_SPAN})(?:\ \([^()]{{1,60}}\))?(?:\ (?:training|train|text|speech|image|full|public|official|english|open|QA|NER|dialogue))?\ {_SET}\b",
    re.X,
)
_QUOTED_SET = re.compile(rf"(?:\b(?:the|on|from|using)\ )([a-z][\w.-]{{1,40}})\ {_SET}\b", re.X)
_AFTER_ON = re.compile(
    rf"""\b(?:train(?:ed|ing)?|tun(?:ed|ing|e)|finetun(?:ed|ing|e)|pretrain(?:ed|ing)?|distill?ed|learn(?:ed|t))\b
        (?:(?!\bon\b)[^.;:]){{0,60}}?\b(?:on|using|with|from|to)\ (?:the\ |a\ |an\ |our\ |both\ |all\ )?({_SPAN})""",
    re.X,
)
_LISTED = re.compile(rf"(?:,\ (?:and\ )?|\ and\ (?:the\ )?|\ &\ |\ \+\ |/)(?:the\ )?({_SPAN})", re.X)
# Capitalised words and ids that are no data sets.
_NO_NAME = re.compile(
    r"""^(?:I|We|The|This|It|In|On|For|And|A|An|See|Our|GPUs?|TPUs?|CPU|CUDA|[AVHP]\d{2,3}|RTX|NVIDIA|Nvidia|Google|Colab|AWS|Amazon|SageMaker|PyTorch|TensorFlow|Tensorflow
        |Keras|JAX|Flax|Transformers|Trainer|TRL|SFT|DPO|PPO|GRPO|RLHF|LoRA|QLoRA|PEFT|DeepSpeed|Unsloth|AutoTrain|Accelerate|Hugging\ ?Face|HuggingFace|DreamBooth|Dreambooth|Adam\w*
        |English|Chinese|German|French|Spanish|Japanese|Korean|Russian|Italian|Portuguese|Dutch|Arabic|Hindi|Hungarian|Turkish|Polish|Swedish|Catalan|Persian|Norwegian|Danish|Finnish
        |BERT|RoBERTa|GPT|LLaMA|Llama|Mistral|Qwen\S*|Gemma|ViT|Whisper|T5|BART|Stable\ Diffusion.*|SDXL|Wav2Vec2?\S*|XLM\S*|CLIP|ResNet\S*|YOLO\S*|CTC|MLM|NSP|AI|ML|NLP|LLMs?|NLI|NER|QA|TTS|ASR|MLP
        |Training|Train|Evaluation|Test|Dataset|Data|Corpus|Model|Base|Input|Output|Note|Table|Figure|Section|Version|Step|Stage|Phase|Web|Internet|Linux|Windows|MIT|Apache\S*|CC\S*|Python|Java|Github|GitHub|Kaggle
        |\d[\d.,]*(?:[kKmMbBtT%x×]+|st|nd|rd|th|e-?\d+|px|GB|MB|TB|h|hrs?|ms|kHz|Hz)?|\d+[x×]\d+\w*|[\w-]*-(?:shot|bit|based|only|trained|tuned|level|scale|quality|source|domain|end|lingual|label|class|answer|resolution|supervised
            |specific|related|aware|token|text|image|pair|pairs|speech|language|turn|context|training|learning|box|ended|grained|parallel|generated|annotated|wise|free|style|like|stage|step|world|up|of|the|art)s?)$""",
    re.X,
)
_MODEL_LIKE = re.compile(
    r"\b(?:model|checkpoint|architecture|encoder|decoder|backbone|tokenizer|weights|framework|library|paper|script|recipe|GPU)s?\b",
    re.I,
)


def names_in(text: str, quote: str, *, known_only: bool = False) -> tuple[Named, ...]:
    """The data sets named in a sentence, in order, each once. `text` is plain, `quote` has the markup.

    `known_only` takes links to data sets of the Hub and names of the table, and leaves out what only looks like a name.
    """
    found: dict[str, Named] = {}
    for named in sorted(_all_names(text, quote, known_only), key=lambda n: (n.at < 0, n.at, -len(n.name))):
        key = re.sub(r"[\W_]+", "", named.name.lower())
        if key and not any(key in other or other in key for other in found):
            found[key] = named
    return tuple(found.values())


def _all_names(text: str, quote: str, known_only: bool) -> Iterator[Named]:
    for label, url in _LINK.findall(quote):
        hub = _HUB_URL.search(url)
        if hub:
            clean = label.strip("`* ")
            yield Named(clean if not clean.startswith("http") else hub[1], text.find(clean), hub[1])
    for match in _HUB_URL.finditer(_LINK.sub("", quote)):
        yield Named(match[1], text.find(match[1]), match[1])
    for match in _known().finditer(text):
        yield Named(match[0], match.start())
    if known_only:
        return
    for match in _CODE.finditer(quote):
        name = match[1].strip()
        if dataset_terms(name) or re.search(rf"`\ {_SET}", quote[match.end() - 1 : match.end() + 20], re.X):
            yield Named(name, text.find(name))
    for pattern in (_BEFORE_SET, _QUOTED_SET):
        for match in pattern.finditer(text):
            yield from _span(match[1], match.start(1))
    for match in _AFTER_ON.finditer(text):
        if _MODEL_LIKE.match(text[match.end() :].lstrip()[:20]):
            continue
        yield from _span(match[1], match.start(1))
        position = match.end()
        while more := _LISTED.match(text, position):
            yield from _span(more[1], more.start(1))
            position = more.end()


def _span(words: str, at: int) -> Iterator[Named]:
    parts = words.split(" ")
    while parts and (_NO_NAME.match(parts[0].strip(".,:")) or parts[0] in {"of", "for", "in", "and", "de", "the"}):
        at += len(parts[0]) + 1
        parts = parts[1:]
    while parts and (_NO_NAME.match(parts[-1].strip(".,:")) and not parts[-1][0].isdigit()):
        parts = parts[:-1]
    name = " ".join(parts).strip(" .,:;'’-")
    if len(name) > 1 and not _NO_NAME.match(name) and re.search(r"[A-Za-z]", name):
        yield Named(name, at)


_TOO_PLAIN = frozenset(
    {"Stories", "Reddit", "Twitter", "Alpaca", "Orca", "Dolly", "Fisher", "Emilia", "Brainwash", "Vicuna", "ALIGN"}
)


@cache
def _known() -> re.Pattern[str]:
    """Known names as prose spells them. All-lower words (`emotion`, `pile`) are names in metadata only."""
    names = [n for n in dataset_names() if not re.fullmatch(r"[a-z ]+|", n) and n not in _TOO_PLAIN]
    exact = [n for n in names if len(n) < 7 and not any(c.isdigit() for c in n)]
    loose = [n for n in names if n not in exact]

    def either(words: list[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    return re.compile(rf"(?<![\w/.-])(?:(?i:{either(loose)})|{either(exact)})(?![\w/])(?!\.\w)")
