"""Whether the card gives a result that one can read: a figure of a metric in text, list, table or `model-index`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from modelpick.card_facts import BlockKind, Value
from modelpick.findings import Evidence
from modelpick.vetting.answers.contract import Statement
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line
from modelpick.vetting.answers.words import Cues, Said, either, group, kept, late

_METRIC_NAME = group(
    r"\b(?:accurac(?:y|ies)|acc(?:@\d+)?|(?:macro[ -]?|micro[ -]?)?f1|f[ -]?score|precision|recall|"
    r"(?:sacre)?bleu|chrf\+*|rouge\w*",
    r"meteor|cider|bertscore|wer|cer|perplexit(?:y|ies)|ppl|(?:validation|eval(?:uation)?|test|val|train)?[ _-]?loss",
    r"exact[ _-]?match|m?ap(?:@\d+|50)?|auc|roc|auroc|mse|rmse|mae|psnr|ssim|lpips|fid|top[ -]?[15]|"
    r"mrr(?:@\d+)?|ndcg(?:@\d+)?",
    r"(?:hits?|recall|pass)@\d+|spearman\w*|pearson\w*|kappa|mcc|matthews\w*|m?iou|dice|eer|der|"
    r"si-?s[nd]ri?|s[nd]ri|mos",
    r"(?:mean|total|average|episode)[ _](?:reward|return)|elo|win[ -]?rate|scores?|scored|speed-?up|throughput|latency|"
    r"error rate|results?|uas|las|success(?: rates?)?|s?mape|mase|crps|brier|auprc|comet|bleurt|utmos|pesq|stoi|dnsmos",
    r"mmlu(?:-\w+)?|gsm-?8?k|hellaswag|arc[ -](?:c|e|challenge|easy)|truthfulqa|winogrande|humaneval|mbpp|mteb|"
    r"benchmarks?|swe-bench\w*|ifeval|gpqa|bbh|aime\d*|livecodebench|mmmu|mt-bench|alpacaeval\w*|c-eval|cmmlu",
    r"mnli(?:-m{1,2})?|qqp|qnli|sst-?2|cola|sts-?b|mrpc|rte|(?:super)?glue)\b",
    r"genauigkeit|pr[ée]cision|exactitude?|precisi[óo]n|acur[áa]cia|precis[ãa]o|rappel|rendimiento|desempenho",
)
_FAR_METRIC_NAME = (
    r"精度|f値|準確|准确率|正解率|精确|再現率|召回率|适合率|適合率|"
    r"得分|分数|スコア|정확도|성능|점수|точност|полнот|качеств"
)
_METRIC = Cues(
    "accur acc macro micro f1 f fscor score preci recal sacre bleu chrf rouge meteo cider berts wer cer perpl "
    "ppl valid eval evalu test val train loss exact map ap map50 ap50 auc roc auroc mse rmse mae psnr ssim "
    "lpips fid top top1 top5 mrr ndcg hit hits pass spear pears kappa mcc matth iou miou dice eer der si sisnr "
    "sisdr snr sdr snri sdri mos mean total avera episo elo win winra speed throu laten error resul uas las mmlu "
    "gsm8k gsm gsmk hella arc truth winog human mbpp mteb bench swe ifeva gpqa bbh aime livec mmmu mt alpac c "
    "cmmlu mnli qqp qnli sst sst2 cola sts stsb mrpc rte glue succe smape mape mase crps brier "
    "auprc comet bleur utmos pesq stoi dnsmo super genau préci acurá acura rappe rendi desem",
    _METRIC_NAME,
)
_FAR_METRIC = late(_FAR_METRIC_NAME)
_NUMBER = (
    r"(?<![A-Za-z0-9_./:-])[-+]?(?:\d{1,4}[.,]\d{1,6}(?![.\dA-Za-z_])\s?%?|\d{1,3}\s?%|\.\d+|"
    r"\d+(?:\.\d+)? ?(?:tokens?/s|tok/s|fps|ms)\b)"
)
_ANY_NAME = group(_METRIC_NAME, _FAR_METRIC_NAME)
_BESIDE = late(
    rf"{_ANY_NAME}(?:[^.;]|\.(?=\d)){{0,60}}?{_NUMBER}|{_NUMBER}(?:[^.;]|\.(?=\d)){{0,30}}?{_ANY_NAME}|"
    rf"{_ANY_NAME}(?: score| rate)?s? (?:of|is|was|at) (?:about |around |approximately |~)?\d|"
    rf"\b(?:reach|achiev|obtain|scor|attain)\w* (?:an? |about |around |approximately |~)?"
    rf"\d[\d.,]*%? (?:\w+ ){{0,2}}?{_ANY_NAME}"
)
_AT_ONCE = late(rf"{_ANY_NAME}[^\w]{{0,6}}?[:=|]\W{{0,6}}[-+]?\d")
_SPEED = late(r"\d[\d.,]* ?(?:tokens?|tok|images?|samples?|sentences?|frames?|it) ?(?:/|per) ?s(?:ec(?:ond)?)?\b")
_DIGIT = late(r"\d")
_DECIMAL = late(_NUMBER)
_ANY_NUMBER = late(r"(?<![\w.-])[-+]?\d+(?:[.,]\d+)*\s?%?")
_HYPER = either(
    r"learning[ _-]?rate|batch[ _-]?size|\bepochs?\b\s*[:=]|\bseed\b|weight[ _]decay|warm-?up|"
    r"optimizer|\bbetas\b|dropout|\blr\b",
    r"momentum|guidance|strength|denois|\bcfg\b|sampl(?:er|ing) |threshold|temperature|download|"
    r"\bversions?\b|licen[sc]e",
)
_SAMPLE_OUTPUT = late(r"^\W{0,3}[\[{].*'(?:score|label|sequence|answer)'|^\W*[\"']?score[\"']?:")
_ABOUT_TRAINING = late(r"\btrained (?:on|with|for|using)\b|\bagreement\b|\bparameters\b|\binitiali[sz]ed\b")
_COLUMNS_OF_DATA = late(
    r"(?:\b|_)(?:size|rows|#|number|count|samples?|tokens|split|hours|params?|parameters|layers?|hidden|heads?|"
    r"d_model)\b"
)
_CODE_RESULT = late(rf"^[^\w\n]{{0,8}}(?:\w+[ _-]){{0,2}}?{_METRIC_NAME}\W{{1,6}}\d+(?:\.\d+)?[^\w\n]{{0,8}}$", re.M)
_ANNOUNCED = late(r"\b(?:results?|scores?|performances?|metrics|evaluat\w+|accuracy)\b[^.]{0,80}:\W*$", re.IGNORECASE)
# A sentence whose subject is plainly a well-known model: "BERT reaches 88.5 F1".
_OTHER_MODEL = late(
    r"^\W*(?:the |original |vanilla |standard |base(?:line)? )*"
    r"(?P<name>(?:distil|ro|de|al|m)?bert|roberta|deberta|electra|xlnet|xlm-r|(?:chat)?gpt|claude|gemini|llama|mistral|"
    r"mixtral|qwen|t5|bart|pegasus|palm|bloom|falcon|whisper|resnet|yolo|humans?)[\w.-]*"
    r"(?: (?:base|large|small|xl|only|already|itself|performance|\d[\w.]*)){0,2} "
    r"(?:reach|achiev|gets?\b|got\b|obtain|scor|has\b|had\b|attain|report|yield|is at\b)"
)
_OUTCOME = Cues(
    "outpe bette best super surpa rank ranks ranke ranki prefe highe excee compa",
    r"\b(?:outperform\w*|(?:better|higher) than|(?:the )?best\b.{0,40}\bperformance|superior to|surpass\w*|"
    r"rank(?:s|ed|ing)? (?:first|top|second|#?\d)|exceed(?:s|ing)? (?:the|all|other))",
)
_IMAGE = late(r"!\[|<img\b", re.IGNORECASE)
_MAX_ROWS = 80
_MAX_CELL = 3  # words; a longer cell is a text with a number in it, and no figure
_MAX_EVIDENCE = 3
_MAX_CODE = 20_000  # characters


def read_evaluation(view: CardView) -> Statement:
    """Stated where a figure stands beside a metric, or a sentence tells what a chart shows.

    A heading, a link or a bare picture states nothing.
    """
    ranked = sorted(_candidates(view), key=lambda pair: (-pair[0], pair[1].line))
    quotes = [view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE]]
    quotes = quotes or [*_model_index(view)] or [*_in_code(view)] or [*_of_charts(view)]
    if quotes:
        return Statement(status="stated", evidence=tuple(quotes))
    return Statement(status="absent" if view.whole else "unknown")


def _candidates(view: CardView) -> Iterator[tuple[int, Line]]:
    header: Line | None = None
    lead: Line | None = None
    for line in view.sentences(headings=True):
        if line.block is not None and line.block.kind is BlockKind.TABLE_ROW:
            if line.block.header:
                header = line if _heads_results(line, lead) else None
                if _DIGIT.search(line.low) and _is_labelled_figure(line):
                    yield 2, line  # a table of which the head is all
            elif _DIGIT.search(line.low) and _is_result_row(line, header):
                yield 2 + (Topic.EVALUATION in line.above), line
                continue
            if line.kind is BlockKind.TABLE_ROW:
                continue
        else:
            header, lead = None, line
        if line.kind is not BlockKind.HEADING and _DIGIT.search(line.low) and _is_result(line, view):
            yield 3 + (Topic.EVALUATION in line.above), line


def _is_result(line: Line, view: CardView) -> bool:
    said = line.said
    speed = _tells_speed(said)
    if not (speed or _names_metric(said)) or _is_no_result(said) or _is_of_another(line.low, view):
        return False
    if speed:
        return True
    if Topic.DATA in line.topics:
        return False
    if line.kind is BlockKind.LIST_ITEM or Topic.EVALUATION in line.above:
        return _has_figure(said)
    return _has_figure_in_prose(said)


@kept
def _names_metric(said: Said) -> bool:
    return bool(_METRIC.search(said) or (not said.low.isascii() and _FAR_METRIC.search(said.low)))


@kept
def _tells_speed(said: Said) -> bool:
    return _SPEED.search(said.low) is not None


@kept
def _is_no_result(said: Said) -> bool:
    return _HYPER.search(said.low) is not None or _SAMPLE_OUTPUT.search(said.low) is not None


@kept
def _has_figure(said: Said) -> bool:
    return _AT_ONCE.search(said.low) is not None or _BESIDE.search(said.low) is not None


@kept
def _has_figure_in_prose(said: Said) -> bool:
    return _BESIDE.search(said.low) is not None and _ABOUT_TRAINING.search(said.low) is None


def _is_of_another(text: str, view: CardView) -> bool:
    match = _OTHER_MODEL.match(text)
    if match is None:
        return False
    title = view.card.sections[0].name if view.card and view.card.sections else ""
    return bool(title) and match["name"] not in title


def _heads_results(header: Line, lead: Line | None) -> bool:
    if Topic.EVALUATION in header.above or _names_metric(header.said):
        titles = header.block.cells[1:] if header.block else ()
        if titles and all(_COLUMNS_OF_DATA.search(title.lower()) for title in titles):
            return False
        return Topic.DATA not in header.topics or Topic.EVALUATION in header.topics
    return lead is not None and _names_metric(lead.said) and not _COLUMNS_OF_DATA.search(header.low)


def _is_result_row(line: Line, header: Line | None) -> bool:
    cells = line.block.cells if line.block else ()
    if not cells or _HYPER.search(cells[0].lower()):
        return False
    if header is not None:
        figures = (cell for cell in cells[1:] if len(cell.split()) <= _MAX_CELL)
        return any(_ANY_NUMBER.search(cell) for cell in figures) or bool(_DECIMAL.search(cells[0]))
    return _is_labelled_figure(line)


def _is_labelled_figure(line: Line) -> bool:
    cells = line.block.cells if line.block else ()
    if not cells or Topic.DATA in line.topics or not _METRIC.pattern.search(cells[0].lower()):
        return False
    return any(_DECIMAL.search(cell) for cell in cells[1:])


def _in_code(view: CardView) -> Iterator[Evidence]:
    """Results that were pasted as a block of output, under a heading or after a line that announces results."""
    for block in view.code:
        announced = Topic.EVALUATION in view.topics(block) or _ANNOUNCED.search(view.lead(block))
        if announced and _CODE_RESULT.search(block.text[:_MAX_CODE].lower()):
            yield view.block_evidence(block)


def _of_charts(view: CardView) -> Iterator[Evidence]:
    """Sentences that tell the outcome of a chart in their section."""
    for line in view.sentences():
        section = line.block.section if line.block else None
        if section is None or not _OUTCOME.search(line):
            continue
        if _IMAGE.search("\n".join(_rows_of_section(view, section))):
            yield view.evidence(line)
            return


def _rows_of_section(view: CardView, section: int) -> list[str]:
    assert view.card is not None  # noqa: S101 - a section comes from a card
    sections = view.card.sections
    first = sections[section].line
    last = sections[section + 1].line if section + 1 < len(sections) else first + _MAX_ROWS
    return view.rows[first - 1 : min(last, first + _MAX_ROWS) - 1]


def _model_index(view: CardView) -> Iterator[Evidence]:
    if view.card is None or not _has_value(view.card.front_matter.model_index):
        return
    for number, row in enumerate(view.rows, 1):
        if row.startswith("model-index"):
            yield view.line_evidence(number)
            return


def _has_value(index: Value) -> bool:
    for model in _sequence(index):
        for result in _sequence(_get(model, "results")):
            for metric in _sequence(_get(result, "metrics")):
                value = _get(metric, "value")
                if value is not None and re.search(r"\d", str(value)):
                    return True
    return False


def _sequence(value: Value) -> Sequence[Value]:
    return value if isinstance(value, (list, tuple)) else ()


def _get(value: Value, key: str) -> Value:
    return value.get(key) if isinstance(value, Mapping) else None
