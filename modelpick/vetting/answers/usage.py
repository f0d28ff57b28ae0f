"""How the model is used: library and snippet, and the strongest thing that the card tells its reader to run."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from modelpick.facts import Block, BlockKind, RepoFacts
from modelpick.findings import Evidence
from modelpick.vetting.answers.contract import RunInstructions, Usage
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView
from modelpick.vetting.answers.words import either

_LIBRARIES = tuple(
    """
    transformers diffusers sentence_transformers peft spacy flair stanza timm open_clip ultralytics fastai
    keras tensorflow espnet2 espnet_model_zoo speechbrain nemo pyannote asteroid allennlp adapters optimum
    stable_baselines3 huggingface_sb3 rl_zoo3 sklearn skops xgboost lightgbm gensim fasttext vllm sglang
    llama_cpp mlx_lm ctranslate2 onnxruntime setfit span_marker paddlenlp paddleocr TTS torchvision modelscope
    lmdeploy bertopic ollama yolov5 torch joblib modelpick
    """.split()  # noqa: SIM905 - easier to read and to extend
)
_IMPORT = re.compile(r"^[ \t>]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w.]+))", re.M)
_CALL = either(
    (
        r"\b(?:pipeline|from_pretrained|load_model|load_learner|hf_hub_download|from_pretrained_keras|"
        r"load_from_hub|from_hparams|SentenceTransformer|InferenceClient|LLM)\s*\("
    ),
    (
        r"\b(?:vllm serve|ollama (?:run|pull)|llama-(?:cli|server|run)|\./main |transformers-cli|"
        r"text-generation-launcher|sglang\.launch_server|lms load|mlx_lm\.\w+|npx |docker run|"
        r"python -m (?!pip|venv)\w|rl_zoo3\.\w+|tts --|whisper |yolo \w+|curl [^|\n]*api|spacy download|"
        r"lmdeploy \w+|modelpick )"
    ),
    r"\brequire\(|^[ \t]*import[ \t]*\{",
    flags=re.M,
)
_SHELL_PIPE = either(
    r"\b(?:curl|wget)\b[^\n|]{0,300}\|\s*(?:sudo )?(?:ba|z|da)?sh\b",
    r"""\b(?:ba|z)?sh +(?:-c +)?["']?(?:<\(|\$\()\s*(?:curl|wget)\b""",
    r"\b(?:curl|wget)\b[^\n]{0,300}(?:&&|;)\s*(?:sudo )?(?:ba|z|da)?sh +\S",
    r"\b(?:curl|wget)\b[^\n]{0,300}/([\w.-]{1,60}\.sh)\b[^\n]{0,100}\n\s*(?:sudo )?(?:ba|z|da)?sh +(?:\./)?\1\b",
    r"\bexec\s*\([^\n]{0,200}\b(?:requests\.get|urlopen)\b",
    r"\b(?:iwr|irm|Invoke-WebRequest)\b[^\n]{0,200}\|\s*iex",
    r"\bpip3? install\b[^\n]{0,200}?(?:git\+|https?://)",
    r"\bnpm (?:install|i)\b[^\n]{0,200}?(?:git\+|https?://|github:)",
    flags=re.I,
)
_SCRIPT = either(
    r"\btrust_remote_code\s*=\s*True|--trust[-_]remote[-_]code",
    (
        r"^[ \t]*[!$>%]?[ \t]*(?:CUDA_VISIBLE_DEVICES=\S+\s+|\w+=\S+\s+)*(?:sudo\s+)?(?:python3?|bash|sh|torchrun|"
        r"accelerate launch|deepspeed)\s+(?:-\w+\s+)*[\w./~{}$-]*\w\.(?:py|sh)\b"
    ),
    r"^[ \t]*[!$>%]?[ \t]*\./[\w./-]+\.(?:sh|py|bat)\b|^[ \t]*[\w.-]+\.bat\b|\bsys\.path\.(?:append|insert)",
    r"\bpip3? install (?:-\w )*(?:-e +|--editable +)?\.(?:\s|$|\[)",
    flags=re.M,
)
_CLONE = re.compile(r"\bgit\s+clone\b(?![^\n]*(?:huggingface\.co|hf\.co))[^\n]*", re.I)
_CLONE_USED = re.compile(
    r"^[ \t]*[!$>%]?[ \t]*(?:cd|python3?|bash|sh|make|pip3?\s+install\s+-r)\b|^[ \t]*(?:from|import)[ \t]", re.M
)
_TRAINS = either(
    r"\btrain(?:er|ing)?\b[\w./-]*\.(?:py|sh)|\btrain\.(?:py|sh)|run_\w+\.py|finetune\w*\.(?:py|sh)",
    r"--do_train|fine[-_]?tun\w*\.(?:py|sh)|\bTrainer\(",
    flags=re.I,
)
_NOT_CODE = frozenset(
    "bibtex tex latex json yaml yml toml text txt output csv xml html markdown diff mermaid".split()  # noqa: SIM905
)
_INLINE = ("`", "pip install", "trust_remote_code", "curl ", "wget ", "import ")
_COMMON = frozenset(_LIBRARIES) | {
    "PIL",
    "numpy",
    "requests",
    "pandas",
    "cv2",
    "datasets",
    "torchaudio",
    "librosa",
    "gym",
}
_CONTINUED = re.compile(r"\\\r?\n")
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_BIBTEX = re.compile(r"^[ \t]*@\w+[ \t]*\{", re.M)
_PIP = re.compile(r"\bpip3?\s+install\b")
_NOT_RUNNING = frozenset({Topic.EVALUATION, Topic.TRAINING})
_MAX_EVIDENCE = 4
_MAX_SNIPPETS = 300
_MAX_TEXT = 20_000  # characters of one snippet
_RANK: dict[RunInstructions, int] = {"none": 0, "library": 1, "repo-script": 2, "shell-pipe": 3}


@dataclass(frozen=True, slots=True)
class _Snippet:
    text: str
    kind: RunInstructions
    evidence: Evidence
    inline: bool
    training: bool


@dataclass(frozen=True, slots=True)
class Running:
    """How the card says to run things: its usage, the strongest kind of command, and the quotes of that kind."""

    usage: Usage
    strongest: RunInstructions
    evidence: tuple[Evidence, ...]


def read_running(facts: RepoFacts, view: CardView) -> Running:
    """Usage and run instructions. Commands that train again count only where nothing else is shown."""
    snippets = list(itertools.islice(_snippets(view), _MAX_SNIPPETS))
    running = [snippet for snippet in snippets if snippet.kind != "none"]
    shown = [snippet for snippet in running if not snippet.training] or running
    kinds = {snippet.kind for snippet in shown}
    cloned = [snippet for snippet in snippets if _CLONE.search(snippet.text)]
    if cloned and "repo-script" not in kinds and any(_imports_strange(snippet) for snippet in shown):
        kinds.add("repo-script")  # what was cloned is what the snippet imports
    strongest: RunInstructions = max(kinds, key=_RANK.__getitem__, default="none")
    chosen = [snippet for snippet in shown if snippet.kind == strongest] or cloned
    return Running(
        usage=_usage(facts, view, shown),
        strongest=strongest,
        evidence=tuple(_at_match(view, snippet, strongest) for snippet in chosen[:_MAX_EVIDENCE]) if kinds else (),
    )


def _usage(facts: RepoFacts, view: CardView, shown: list[_Snippet]) -> Usage:
    library = facts.library or next(iter(view.strings("library_name")), None)
    if not shown:
        return Usage(status="absent" if view.whole else "unknown", library=library)
    imported = next((name for snippet in shown for name in _imports(snippet.text)), None)
    first = shown[0].evidence
    return Usage(status="stated", library=library or imported, snippet_line=first.line, evidence=(first,))


def _snippets(view: CardView) -> Iterator[_Snippet]:
    """The code blocks, then the sentences that hold code."""
    for block in view.code:
        text = _CONTINUED.sub(" ", block.text[:_MAX_TEXT])
        if (block.language or "").lower().split(" ")[0] in _NOT_CODE and not _SHELL_PIPE.search(text):
            continue
        if text.strip() and not _BIBTEX.search(text):
            training = _is_training(view, block)
            yield _Snippet(text, _kind(text), view.block_evidence(block), inline=False, training=training)
    for line in view.sentences():
        if any(sign in line.quote for sign in _INLINE) and line.kind is not BlockKind.TABLE_ROW:
            text = "\n".join([line.quote[:_MAX_TEXT], *_SPAN.findall(line.quote)])
            training = bool(_TRAINS.search(text)) or not _NOT_RUNNING.isdisjoint(line.above)
            yield _Snippet(text, _kind(text), view.evidence(line), inline=True, training=training)


def _imports_strange(snippet: _Snippet) -> bool:
    return snippet.kind == "library" and any(name not in _COMMON for name in _imports(snippet.text)[:1])


def _is_training(view: CardView, block: Block) -> bool:
    topics = view.topics(block)
    in_training = Topic.TRAINING in topics and Topic.HOW_TO not in topics
    return in_training or bool(_TRAINS.search(block.text[:_MAX_TEXT]))


def _kind(text: str) -> RunInstructions:
    if _SHELL_PIPE.search(text):
        return "shell-pipe"
    if _SCRIPT.search(text):
        return "repo-script"
    clone = _CLONE.search(text)
    if clone and _CLONE_USED.search(text[clone.end() :]):
        return "repo-script"
    if _CALL.search(text) or _PIP.search(text):
        return "library"
    return "library" if _imports(text) else "none"


def _imports(text: str) -> list[str]:
    """The modules that a snippet imports: known libraries first, then others; none of Python's own."""
    names = [(match[1] or match[2]).split(".")[0] for match in _IMPORT.finditer(text)]
    others = [name for name in names if name not in _LIBRARIES and name not in sys.stdlib_module_names]
    return sorted((n for n in names if n in _LIBRARIES), key=_LIBRARIES.index) + others


def _at_match(view: CardView, snippet: _Snippet, kind: RunInstructions) -> Evidence:
    """The line of the snippet on which the command stands, for what is worth quoting."""
    patterns = {"shell-pipe": _SHELL_PIPE, "repo-script": _SCRIPT}
    found = patterns[kind].search(snippet.text) if kind in patterns else None
    if found is None or snippet.inline:
        return snippet.evidence
    wanted = found[0].strip().split("\n", 1)[0]
    rows = view.rows
    for number in range(
        snippet.evidence.line, min(len(rows), snippet.evidence.line + snippet.text.count("\n") + 3) + 1
    ):
        if wanted and wanted in rows[number - 1]:
            return Evidence(
                file=snippet.evidence.file,
                line=number,
                quote=view.quote(number),
                section=snippet.evidence.section,
            )
    return snippet.evidence
