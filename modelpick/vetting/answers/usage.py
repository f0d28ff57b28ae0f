"""How the model is used: library and snippet, and the strongest thing that the card tells its reader to run."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from modelpick.card_facts import Block, BlockKind
from modelpick.facts import RepoFacts
from modelpick.findings import Evidence
from modelpick.vetting.answers.commands import fetched_and_run, runs_script
from modelpick.vetting.answers.contract import RunInstructions, Usage
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView
from modelpick.vetting.answers.words import either, late

_LIBRARIES = tuple(
    """
    transformers diffusers sentence_transformers peft spacy flair stanza timm open_clip ultralytics fastai
    keras tensorflow espnet2 espnet_model_zoo speechbrain nemo pyannote asteroid allennlp adapters optimum
    stable_baselines3 huggingface_sb3 rl_zoo3 sklearn skops xgboost lightgbm gensim fasttext vllm sglang
    llama_cpp mlx_lm ctranslate2 onnxruntime setfit span_marker paddlenlp paddleocr TTS torchvision modelscope
    lmdeploy bertopic ollama yolov5 torch joblib modelpick
    """.split()  # noqa: SIM905 - easier to read and to extend
)
_IMPORT = late(r"^[ \t>]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w.]+))", re.M)
_CALL = either(
    (
        r"\b(?:pipeline|from_pretrained|load_model|load_learner|hf_hub_download|from_pretrained_keras|"
        r"load_from_hub|from_hparams|SentenceTransformer|InferenceClient|LLM)\s*\("
    ),
    (
        r"\b(?:vllm serve|ollama (?:run|pull)|llama-(?:cli|server|run)|\./main |transformers-cli|"
        r"text-generation-launcher|sglang\.launch_server|lms load|mlx_lm\.\w+|npx |docker run|"
        r"python3? -m (?!pip|venv)\w|trtllm-serve|llamafactory-cli (?:chat|api)|lerobot-(?:record|eval|rollout)|"
        r"rl_zoo3\.\w+|tts --|whisper |yolo \w+|curl [^|\n]*api|spacy download|"
        r"lmdeploy \w+|modelpick )"
    ),
    r"\brequire\(|^[ \t]*import[ \t]*\{",
    flags=re.M,
)
_CLONE = late(
    r"\bgit\s+clone\b(?![^\n]*(?:huggingface\.co|hf\.co))[^\n]*?(?:/|\s)([\w.-]+?)(?:\.git)?/?[\s`'\")]*(?:\n|$)"
)
_CLONE_USED = late(
    r"^[ \t]*[!$>%]?[ \t]*(?:cd|python3?|bash|sh|make|pip3?\s+install\s+-r)\b|^[ \t]*(?:from|import)[ \t]", re.M
)
_TRAINS = either(
    r"\btrain(?:er|ing)?\b[\w./-]*\.(?:py|sh)|\btrain\.(?:py|sh)|run_\w+\.py|finetune\w*\.(?:py|sh)",
    r"--do_train|fine[-_]?tun\w*\.(?:py|sh)|\btrainer\(",
)
_TRAIN_SIGNS = (".py", ".sh", "--do_train", "trainer(")
_NOT_CODE = frozenset(
    "bibtex tex latex json yaml yml toml text txt output csv xml html markdown diff mermaid".split()  # noqa: SIM905
)
_INLINE = frozenset("pip trust curl wget impor code pre iex base6 bat python".split())  # noqa: SIM905 - stems
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
_CONTINUED = late(r"\\\r?\n")
_SPAN = late(r"(?<!`)`([^`\n]+)`(?!`)")
_TAGGED = late(r"<code[^<>]{0,200}>([^<>\n]{1,400})<")
_BIBTEX = late(r"^[ \t]*@\w+[ \t]*\{", re.M)
_PIP = late(r"\bpip3?\s+install\b")
_NOT_RUNNING = frozenset({Topic.EVALUATION, Topic.TRAINING})
_MAX_EVIDENCE = 4
_MAX_SNIPPETS = 300
_MAX_TEXT = 20_000  # characters of one snippet
_MAX_COMMAND = 200
_MAX_CONTINUED = 30  # lines that a backslash may have joined
_RANK: dict[RunInstructions, int] = {"none": 0, "library": 1, "repo-script": 2, "shell-pipe": 3}


@dataclass(frozen=True, slots=True)
class _Snippet:
    text: str
    low: str
    kind: RunInstructions
    command: str
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
    cloned = [s for s in snippets if "clone" in s.low and not s.training and _CLONE.search(s.low)]
    if cloned and "repo-script" not in kinds and any(_imports_clone(snippet, cloned) for snippet in shown):
        kinds.add("repo-script")  # what was cloned is what the snippet imports
    strongest: RunInstructions = max(kinds, key=_RANK.__getitem__, default="none")
    chosen = [snippet for snippet in shown if snippet.kind == strongest] or cloned
    return Running(
        usage=_usage(facts, view, shown),
        strongest=strongest,
        evidence=tuple(_at_command(view, snippet) for snippet in chosen[:_MAX_EVIDENCE]) if kinds else (),
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
        text = block.text[:_MAX_TEXT]
        if "\\" in text:
            text = _CONTINUED.sub(" ", text)
        low = text.lower()
        if (block.language or "").lower() in _NOT_CODE and not fetched_and_run(low):
            continue
        if low and not low.isspace() and not ("@" in low and _BIBTEX.search(low)):
            kind, command = _kind(text, low)
            yield _Snippet(text, low, kind, command, view.block_evidence(block), False, _is_training(view, block, low))
    for line in view.sentences():
        quote = line.quote
        if ("`" in quote or not _INLINE.isdisjoint(line.stems)) and line.kind is not BlockKind.TABLE_ROW:
            text = "\n".join([quote[:_MAX_TEXT], *_SPAN.findall(quote)])
            if "<code" in quote:
                text = "\n".join([text, *_TAGGED.findall(quote)])
            low = text.lower()
            training = _trains(low) or not _NOT_RUNNING.isdisjoint(line.above)
            kind, command = _kind(text, low, prose=True)
            yield _Snippet(text, low, kind, command, view.evidence(line), True, training)


def _imports_clone(snippet: _Snippet, cloned: list[_Snippet]) -> bool:
    """Whether a snippet imports what another cloned: a module of the repository's name, or one that nobody knows."""
    if snippet.kind != "library":
        return False
    imported = _imports(snippet.text)
    names = {name.replace("-", "_") for clone in cloned for name in _CLONE.findall(clone.low)}
    return any(name.lower() in names for name in imported) or any(name not in _COMMON for name in imported[:1])


def _is_training(view: CardView, block: Block, low: str) -> bool:
    topics = view.topics(block)
    in_training = Topic.TRAINING in topics and Topic.HOW_TO not in topics
    return in_training or _trains(low)


def _trains(low: str) -> bool:
    return any(sign in low for sign in _TRAIN_SIGNS) and _TRAINS.search(low) is not None


def _kind(text: str, low: str, *, prose: bool = False) -> tuple[RunInstructions, str]:
    """What a snippet makes its reader run, and the line (in lower case) on which it does."""
    if line := fetched_and_run(low):
        return "shell-pipe", line
    if line := runs_script(low, prose=prose):
        return "repo-script", line
    if "clone" in low and (clone := _CLONE.search(low)) and _CLONE_USED.search(low, clone.end()):
        return "repo-script", clone[0]
    if ("import" in low and _imports(text)) or ("install" in low and _PIP.search(low)) or _CALL.search(text):
        return "library", ""
    return "none", ""


def _imports(text: str) -> list[str]:
    """The modules that a snippet imports: known libraries first, then others; none of Python's own."""
    names = [(match[1] or match[2]).split(".")[0] for match in _IMPORT.finditer(text)]
    others = [name for name in names if name not in _LIBRARIES and name not in sys.stdlib_module_names]
    return sorted((n for n in names if n in _LIBRARIES), key=_LIBRARIES.index) + others


def _at_command(view: CardView, snippet: _Snippet) -> Evidence:
    """The line of the snippet on which the command stands, for what is worth quoting."""
    evidence = snippet.evidence
    wanted = snippet.command.strip()[:_MAX_COMMAND]
    if not wanted or snippet.inline:
        return evidence
    last = evidence.line + snippet.text.count("\n") + _MAX_CONTINUED
    rows = [row.strip().lower() for row in view.rows[evidence.line - 1 : last]]
    index = (
        rows.index(wanted) if wanted in rows else next((i for i, row in enumerate(rows) if _holds(row, wanted)), None)
    )
    if index is None:
        return evidence
    number = evidence.line + index
    quote = view.quote(number, number + rows[index].endswith("\\"))
    return Evidence(file=evidence.file, line=number, quote=quote, section=evidence.section)


def _holds(row: str, command: str) -> bool:
    """Whether a row holds a command, or its beginning where a backslash joins it to the next row."""
    head = row.rstrip("\\ ")
    return command in row or (head != row and head != "" and command.startswith(head))
