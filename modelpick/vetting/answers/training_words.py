"""The words by which sentences about training, its data and its advice are told apart. Searched in lower case."""

from __future__ import annotations

import re

from modelpick.vetting.answers.words import either

# Alternatives that all begin with a letter are skipped through several times as fast as those that begin with `\b`.
TRAINED = either(
    r"train(?<!strain)(?<!untrain)(?:ed|ing)?\b|fine[ -]?tun(?:ed|ing|e)\b|instruct\w*[ -]tun(?:ed|ing|e)\b",
    r"distill?ed\b|tuned on\b|learn(?:ed|t) from\b|训练|訓練|微调|学習|학습|обучен|дообучен|trainiert|entra[îi]n[ée]",
    "entrenad|treinad|finjusterad|파인튜닝",
)
TRAINED_ON = either(
    r"(?:train|tun|distil)\w*\b[^.]{0,80}?\b(?:on|using|with|from|over|by)\b",
    r"\bused (?:to|for|in) (?:pre-?|fine-?)?(?:train|tun)",
    r"\btraining (?:data|set|corpus|dataset|images?|texts?|samples?)\b",
    r"\b(?:data|dataset|datasets|corpus)\b[^.]{0,60}\b(?:train|fine-?tun|tun)|训练|微调|学習|학습|파인튜닝|обучен|trainiert",
    "entra[îi]n|entrenad|treinad",
)
EVALUATED = either(
    r"evaluat|tested on\b|benchmark|test(?:ing)? (?:set|split|data)|validat(?<!invalidat)|calibrat|prun(?:ed|ing)\b",
    r"zero-shot\b|few-shot\b|importance matrix|imatrix(?<!kimatrix)|evaluiert|évalu|evaluad|avaliad",
    "评测|评估|評価|평가|оценива",
)
DENIED = re.compile(r"\b(?:not|never|without|excluding|no)\b[^.]{0,40}\b(?:train|us(?:e|ed|ing)|tun|includ)")
OTHERS = either(
    (
        r"\b(?:other|another|previous|prior|teacher|similar|existing) (?:\w+ )?(?:models?|versions?|works?|"
        "checkpoints?)"
    ),
    r"\byou (?:can|could|may|want)|\bif you\b|\bplease\b",
    r"^(?!.*\b(?:used|collected|gathered|curated|scraped)\b).*\bto (?:fine-?tune|train) (?:this|the|your|it)\b",
)
# How to train, or what training would be like, tells nothing about this model: nor do the data of its tokenizer.
ADVICE = either(
    r"\byour\b|^\W*(?:to )?(?:re-?|pre-?|fine-?)?(?:train|tune)\b|^\W*to finetune\b|^\W*finetune\b",
    r"\b(?:can|could|may|might|should|must|will|would|to) (?:also |then |further |easily |still )*be (?:further )?"
    r"(?:re-?|pre-?)?(?:fine-?tuned|trained|tuned)\b",
    r"\b(?:tokeni[sz]er|vocabulary|sentencepiece|bpe)(?: model)? (?:was |is |has been )?(?:\w+ )?trained\b",
)
# Words that look like an account of data and tell of machines, time and tricks.
NO_DATA = either(
    r"\bon (?:an? |one |two |four |eight |the )?(?:single )?(?:\d+ ?x? ?)?(?:[\w.-]+ ){0,3}"
    r"(?:gpus?|tpus?|cpus?|nodes?|machines?|cores?|laptop)\b",
    r"\b(?:for|took|takes?|taking|in|within|lasted) (?:about |around |approximately |roughly |only |~)?[\w.,]+ ?"
    r"(?:hours?|hrs?|minutes?|h)\b(?! of)",
    r"\bdata[ -](?:augmentation|parallel\w*|load\w*|collator|types?|science)\b",
)
KIND = either(
    (
        r"\b(?:images?|photos?|pictures?|paintings?|frames|texts?|tweets?|posts?|comments?|articles?|news|"
        "books?|audiobooks?|stories|novels|hours|minutes|tokens?|words|lines|dialog(?:ue)?s?|conversations?|"
        "chats?|songs?|samples?|examples?|pairs|triples|sentences?|documents?|videos?|movies|films|clips?|"
        "recordings?|utterances|speech|pages|scans?|slides|maps?|patients?|records|literature|"
        "instructions?|prompts?|questions|entries|code|repositories|games|episodes|sequences|proteins?|"
        r"molecules|compounds|web(?:site)?s?|internet|crawl\w*|synthetic|annotat\w+|label+ed|curated|"
        "collected|scraped|generated|sourced|corpus|corpora|sources?|vectors|parallel data|reviews|"
        r"transcripts?|subtitles|transactions|rows|csv)\b"
    ),
    r"\b\d[\d.,]*\s?(?:k|m|b|gb|tb|mb|million|billion|trillion|thousand|hours)\b|画像|テキスト|文章|图像|图片|文本|数据",
    "이미지|텍스트|문장|изображени|текст",
)
OUR_DATA = re.compile(
    r"\b(?:our|the) (?:\w+ ){0,2}(?:training data|data ?set|corpus) (?:is|was|are|were|consists?|"
    r"contains?|includes?|comprises?|used)\b"
)
INSTRUCTION = re.compile(
    r"\bexample of\b|\bfollow\b|\bhere is\b|\bhow to\b|\bscript\b|\byou need\b|\bin order to\b|\btry\b"
)
POINTER = re.compile(r"^\W*(?:please |kindly )?(?:see|refer to|check|read|visit)\b")
UNDISCLOSED = either(
    r"\b(?:an? unk[no]\w*|the None|an? undisclosed|an? unspecified) (?:data|corpus)|\bundisclosed\b",
    r"^\W*(?:the |our )?training data(?:set)?s?(?: (?:is|are|was|were)|:)? "
    r"(?:private|proprietary|confidential|internal|secret)\W*$",
    r"\b(?:not|n't) (?:be(?:en)? )?(?:publicly )?(?:disclos|reveal|shar|specif|releas)\w*",
    r"\b(?:proprietary|confidential) (?:and )?\w* ?data|\bwithh(?:eld|old)|\bnon-?public data",
    r"\bunknown dataset",
)
PRIVATE = either(
    r"\b(?:private|internal|proprietary|in-house|inhouse|confidential|not public(?:ly)?|company)\b",
)
PUBLIC = either(
    r"\b(?:public(?:ly)?|open(?:ly)?(?:[ -]source)?|freely|available (?:on|at|from|here))\b|https?://",
)
NO_SET = either(
    (
        r"^(?:unknown|custom\w*|none|null|n/?a|-+|todo.*|tbd|private|other|dataset|datasets|data|\.+|\?+|"
        r"your[ _-].*|my[ _-]?(?:own)?[ _-]?data\w*|more information needed|\[.*needed\])$"
    ),
)
