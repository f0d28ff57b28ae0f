"""Text that nobody filled in: what templates leave behind."""

from __future__ import annotations

import re

_LONGEST = 600
_HINT = re.compile(
    r"more info|\{\{|n/a|tb[da]|to.?do|to be |to come|soon|progress|wip|\[|direct and|lacoste|template|pushed on"
    r"|automatically|code below|quick summary|longer summary|section |next steps|fastlearner|hosting your fastai"
    r"|remediation|preprocessing, hardware|describe the data|initialized it"
)
_EMPTY = re.compile(
    r"""
    \[?\s*more\ info(?:rmation)?\ (?:is\ )?(?:needed|required|to\ (?:come|be\ added))
        (?:\ for\ further\ recommendations)?\s*\]?
  | \{\{[^{}]{0,200}\}\}
  | \[\s*todo\b[^\[\]]{0,200}\]
  | \[\s*(?:tbd|(?:add|insert|describe|enter|fill\ in|your)\ [^\[\]]{1,80})\s*\]
  | (?<!\w)(?:n/a|tbd|tba|to-?do|to\ do|wip|work\ in\ progress|(?:coming|more|details)\ soon|to\ come
        |to\ be\ (?:added|announced|completed|decided|defined|determined|done|filled|updated|written)(?:\ soon)?)(?!\w)
  | users\ \(both\ direct\ and\ downstream\)\ should\ be\ made\ aware\ of\ the\ risks,\ biases,?\ and\ limitations
        \ of\ the\ model
  | carbon\ emissions\ can\ be\ estimated\ using\ the\ machine\ learning\ impact\ calculator
        \ presented\ in\ lacoste\ et\ al\.\ \(2019\)
  | this\ is\ the\ model\ card\ of\ a\ (?:\W\ )?[\w.\- ]{1,40}\ model\ that\ has\ been\ pushed\ on\ the\ hub
  | this\ model\ ?card\ (?:has\ been\ automatically\ generated|aims\ to\ be\ a\ base\ template\ for\ new\ models)
  | it\ has\ been\ generated\ using\ this\ raw\ template
  | provide\ a\ (?:quick|longer)\ summary\ of\ what\ (?:this|the)\ model\ is(?:/does)?
  | this\ section\ is\ meant\ to\ convey\ both\ technical\ and\ sociotechnical\ limitations
  | this\ section\ describes\ the\ evaluation\ protocols\ and\ provides\ the\ results
  | this\ section\ is\ for\ the\ model\ use\ (?:without|when)\ fine-tun(?:ing|ed)\ [^.]{1,120}
  | this\ section\ addresses\ misuse,\ malicious\ use,\ and\ uses\ that\ the\ model\ will\ not\ work\ well\ for
  | address\ questions\ around\ how\ the\ model\ is\ intended\ to\ be\ used,\ [^.]{1,140}
  | (?:some\ next\ steps:?\ )?(?:\d\.\ )?fill\ out\ this\ model\ card\ with\ more\ information\ [^.!]{1,80}
  | greetings\ fellow\ fastlearner
  | don't\ forget\ to\ delete\ this\ content\ from\ your\ model\ card
  | use\ the\ code\ below\ to\ get\ started\ with\ the\ model
  | provide\ examples\ of\ latent\ issues\ and\ potential\ remediations
  | preprocessing,\ hardware\ used,\ hyperparameters
  | describe\ the\ data\ you\ used\ to\ train\ the\ model
  | if\ you\ initialized\ it\ with\ pre-trained\ weights,\ add\ a\ link\ [^.]{1,160}
    """,
    re.VERBOSE,
)
_OPTIONAL = re.compile(r"\[\s*optional\s*\]")
_WORD = re.compile(r"\w+")


def is_placeholder(text: str) -> bool:
    """Whether a block says nothing but that something is to be said, perhaps after a label (`Developed by: TBD`)."""
    if len(text) > _LONGEST:
        return False
    lowered = text.lower()
    if _HINT.search(lowered) is None:
        return False
    rest, count = _EMPTY.subn("\0", _OPTIONAL.sub("", lowered))
    if not count:
        return False
    if " | " in rest:  # a row of a table: one open cell beside a filled one leaves a statement
        return all(cell == "\0" or _WORD.search(cell) is None for cell in map(str.strip, rest.split(" | ")[1:]))
    label, _, after = rest.partition("\0")
    if _WORD.search(after) is not None:
        return False
    words = len(_WORD.findall(label))
    return words == 0 or (label.rstrip().endswith(":") and words <= 8) or (":" not in label and words <= 3)
