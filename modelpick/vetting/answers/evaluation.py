"""Whether the card gives a result that one can read: a figure of a metric in text, list, table or `model-index`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from modelpick.facts import BlockKind, Value
from modelpick.findings import Evidence
from modelpick.vetting.answers.contract import Statement
from modelpick.vetting.answers.topics import Topic
from modelpick.vetting.answers.view import CardView, Line

_METRIC = re.compile(
    r"""\b(?:accurac(?:y|ies)|acc(?:@\d+)?|f1|macro[ -]?f1|f[ -]?score|precision|recall|bleu|sacrebleu|chrf\+*|rouge\w*|meteor|cider|bertscore|wer|cer|ter|per
        |perplexit(?:y|ies)|ppl|(?:validation|eval(?:uation)?|test|val)[ _-]?loss|loss|exact[ _-]?match|\bem\b|m?ap(?:@\d+|50|\[)?|map50|auc|roc|auroc|mse|rmse|mae|r2|psnr|ssim|lpips|fid|is
        |top[ -]?[15]|mrr(?:@\d+)?|ndcg(?:@\d+)?|hits?@\d+|recall@\d+|pass@\d+|spearman\w*|pearson\w*|kappa|mcc|matthews\w*|m?iou|dice|kld|eer|dcf|der|si-?s[nd]ri?|s[nd]ri?|mos
        |(?:mean|total|average)[ _]reward|reward|elo|win[ -]?rate|scores?|scored|speedup|throughput|latency|tokens?/s(?:ec)?|fps|ms/\w+|params/flops
        |mmlu|gsm8?k|hellaswag|arc(?:[ -]?(?:c|e|challenge|easy))?|truthfulqa|winogrande|humaneval|mbpp|glue|superglue|squad|mteb|benchmarks?|uas|las|error\ rate)\b
        |精度|準確|准确率|正解率|精确|정확도|точность|genauigkeit|précision|exactitud|precisión|acurácia""",
    re.I | re.X,
)
_FIGURE = re.compile(
    r"(?<![\w.-])[-+]?\d{1,3}(?:[.,]\d+)+\s?%?(?![\w.]*\d)|(?<![\w.,-])\d{1,3}(?:[.,]\d+)?\s?%|(?<![\w.-])0?\.\d+\b"
)
_ANY_FIGURE = re.compile(r"(?<![\w.-])[-+]?\d+(?:[.,]\d+)*\s?%?")
_HYPER = re.compile(
    r"learning[ _]?rate|batch[ _]?size|\bepochs?\b\s*[:=]|\bseed\b|weight[ _]decay|warm-?up|optimizer|betas|dropout|lr\b|momentum",
    re.I,
)
_ACHIEVES = re.compile(
    r"\b(?:achiev|reach|obtain|attain|scor|got|get|yield|report|outperform|improv|test|result|perform|accuracy|is|was|of|with)\w*\b",
    re.I,
)
_MAX_EVIDENCE = 3


def read_evaluation(view: CardView) -> Statement:
    """Stated where a figure stands beside a metric; a heading, a link or a bare picture states nothing."""
    ranked = sorted(_candidates(view), key=lambda pair: (-pair[0], pair[1].line))
    evidence = tuple(view.evidence(line) for _, line in ranked[:_MAX_EVIDENCE]) or tuple(_model_index(view))
    if evidence:
        return Statement(status="stated", evidence=evidence)
    return Statement(status="absent" if view.whole else "unknown")


def _candidates(view: CardView) -> Iterator[tuple[int, Line]]:
    table_metric: Line | None = None
    for line in view.sentences():
        if line.kind is BlockKind.TABLE_ROW:
            header = line.block is not None and line.block.header
            if header:
                table_metric = line if _METRIC.search(line.text) or Topic.EVALUATION in line.above else None
            elif _is_result_row(line, table_metric):
                yield 2 + (Topic.EVALUATION in line.above), line
            continue
        table_metric = None
        if _is_result(line):
            yield 3 + (Topic.EVALUATION in line.above), line


def _is_result(line: Line) -> bool:
    if _HYPER.search(line.text):
        return False
    metric = _METRIC.search(line.text)
    if metric is None:
        return False
    if line.kind is BlockKind.LIST_ITEM or Topic.EVALUATION in line.above:
        return bool(_FIGURE.search(line.text)) or _after(line.text, metric.end())
    return bool(_FIGURE.search(line.text)) and bool(_ACHIEVES.search(line.text))


def _after(text: str, end: int) -> bool:
    """Whether a number follows the metric's name at once: `WER: 12`, `accuracy = 87`."""
    return bool(re.match(r"[^\w]{0,20}?[:=|]\W{0,6}[-+]?\d", text[end : end + 40]))


def _is_result_row(line: Line, header: Line | None) -> bool:
    cells = line.block.cells if line.block else ()
    numbers = [cell for cell in cells[1:] if _ANY_FIGURE.search(cell)] or [c for c in cells if _FIGURE.search(c)]
    if not numbers or (cells and _HYPER.search(cells[0])):
        return False
    return (
        header is not None or bool(_METRIC.search(cells[0] if cells else line.text)) or Topic.EVALUATION in line.above
    )


def _model_index(view: CardView) -> Iterator[Evidence]:
    if view.card is None or not _has_value(view.card.front_matter.model_index):
        return
    found = list(view.key_evidence("model-index"))
    if found:
        yield from found
        return
    for number, row in enumerate(view.card.text.split("\n"), 1):
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
