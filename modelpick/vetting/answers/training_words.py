"""The words by which sentences about training, its data and its advice are told apart. Searched in lower case."""

from __future__ import annotations

import re

from modelpick.vetting.answers.words import either, late


class Hinted:
    """A pattern that is tried only where one of its hints stands in the text: most sentences have none of them."""

    def __init__(self, hints: tuple[str, ...], pattern: re.Pattern[str]) -> None:
        self._hints = hints
        self._pattern = pattern

    def search(self, text: str) -> re.Match[str] | None:
        """As of the pattern itself."""
        for hint in self._hints:
            if hint in text:
                return self._pattern.search(text)
        return None


# Alternatives that all begin with a letter are skipped through several times as fast as those that begin with `\b`.
TRAINED = either(
    r"train(?<!strain)(?<!untrain)(?:ed|ing)?\b|fine[ -]?tun(?:ed|ing|e)\b|instruct\w*[ -]tun(?:ed|ing|e)\b",
    r"(?:sft|dpo|orpo|kto|rlhf|grpo)(?:-\w+)? (?:on|with|using)\b|for (?:sft|dpo|orpo|kto|grpo)\b|"
    r"distill?ed\b|tuned on\b|learn(?:ed|t) from\b|"
    r"训练(?!模型)|訓練|微调|精调|学習|ファインチューニング|학습|"
    r"훈련|파인 ?튜닝|미세 ?조정",
    r"обучен|обучал|дообуч|trainiert|feinabgestimmt|feinjustiert|entra[îi]n[ée]|affin[ée]e? sur|entrenad|treinad",
    r"ajustad[oa] (?:con|en|sobre|com|no|na)|afinad|finjusterad",
)
# What makes a sentence with such a word one about data: a preposition soon after it, or one of the next pattern.
PREPOSITION = late(r"\b(?:on|using|with|from|over|by)\b")
TRAINED_ON = either(
    r"\bused (?:to|for|in) (?:pre-?|fine-?)?(?:train|tun)|\bfor (?:sft|dpo|orpo|kto|grpo)\b|"
    r"(?:sft|dpo|orpo|kto|rlhf|grpo)(?:-\w+)? (?:on|with|using)\b",
    r"\btraining (?:data|set|corpus|dataset|images?|texts?|samples?)\b",
    r"\b(?:data|dataset|datasets|corpus)\b[^.]{0,60}\b(?:train|fine-?tun|tun)|训练|微调|精调|学習|"
    r"ファインチューニング|학습|훈련|파인 ?튜닝",
    r"미세 ?조정|обуч|trainiert|feinabgestimmt|feinjustiert|entra[îi]n|affin[ée]|entrenad|treinad|ajustad|afinad",
)
EVALUATED = either(
    r"evaluated?\b|evaluation|evaluating (?:on|with|it|the)\b|tested on\b|benchmark|test(?:ing)? (?:set|split|data)",
    r"validat(?<!invalidat)|calibrat|prun(?:ed|ing)\b|zero-shot\b|few-shot\b|importance matrix|imatrix(?<!kimatrix)",
    r"evaluiert|évalu|evaluad|avaliad|getestet auf|评测|评估|測試|测试集|評価|평가|оценива|протестир",
)
# "trained and evaluated on X": what comes after is both.
BOTH = late(r"(?:train|tun)\w*(?: |, )?(?:and|&|/|,|as well as) ?(?:\w+ )?(?:evaluat|validat|test)\w*")
DENIED = Hinted(
    ("not ", "never", "without", "excluding", "no "),
    either(
        r"\b(?:not(?! only)|never|without|excluding)\b[^.]{0,40}\b(?:train|us(?:e|ed|ing)\b|tun|includ)",
        r"\bno\b[^.]{0,20}\b(?:data|train)|\bno need\b|\bwithout the need\b",
    ),
)
# "trained on X without Y": of X it is said.
EXCEPT = late(r"excluding|without")
EXCEPTED = late(r"\b(?:excluding|without)\b[^,;.]*$")
OTHERS = Hinted(
    (
        "other",
        "previous",
        "prior",
        "teacher",
        "similar",
        "existing",
        "also available",
        "you",
        "please",
        " to train ",
        " to fine",
    ),
    either(
        r"\b(?:version|model|variant|checkpoint)s?\b[^.;]{0,300}\b(?:is|are) also available",
        (
            r"(?:other|previous|prior|teacher|similar|existing) (?:\w+ )?(?:models?|versions?|works?|"
            "checkpoints?)"
        ),
        r"you (?:can|could|may|might|want|need|should|must)|if you\b|please\b",
        r"^(?!.*\b(?:used|collected|gathered|curated|scraped|data ?set|data)\b).*\bto (?:fine-?tune|train) "
        r"(?:this|the|your|it)\b",
    ),
)
# How to train, or what training would be like, tells nothing about this model: nor do the data of its tokenizer.
ADVICE_FIRST = late(
    r"^\W*(?:(?:to )?(?:re-?|pre-?|fine-?)?(?:train|tune)\b|to (?:apply|use|adapt|run|reproduce)\b|(?:to )?finetune\b|"
    r"(?:an? |the )?(?:scripts?|notebooks?|examples?|tutorials?|recipes?) (?:to|that|for|of)\b)"
)
ADVICE = Hinted(
    ("your", " be ", "tokeni", "vocab", "sentencepiece", "bpe"),
    either(
        r"your\b",
        r"(?:can|could|may|might|should|must|will|would|to) (?:also |then |further |easily |still )*be (?:further )?"
        r"(?:re-?|pre-?)?(?:fine-?tuned|trained|tuned)\b",
        r"(?:tokeni[sz]er|vocabulary|sentencepiece|bpe)(?: model)? (?:(?:is|was) an? [^.,;]{1,60} |was |is |has been )?"
        r"(?:\w+ )?trained\b",
    ),
)
# "Please find the data sets used for training below": a statement, whatever is asked of the reader.
DATA_USED = late(
    r"\b(?:data ?sets?|data|corpora|sources) (?:that |which )?(?:were |was |we )?used (?:for|in|to|during) (?:the )?"
    r"(?:pre-?|fine-?)?(?:train|tun)"
)
# A plain statement that something was trained: advice that comes later in the sentence does not undo it.
STATED = either(
    r"\b(?:was|were|is|are|been) (?:(?!to\b|not\b|intended\b|meant\b|designed\b|able\b)\w+ ){0,3}?"
    r"(?:pre-?|fine-?)?(?:trained|tuned)\b",
    r"\b(?:model|version|checkpoint)s? (?:that (?:was|is) |which (?:was|is) |further |then )?"
    r"(?:pre-?|fine-?)?(?:trained|tuned) (?:on|using|with|from)\b",
    r"^\W*(?:this |it )?(?:pre-?|fine-?)?(?:trained|tuned) on\b",
)
BASE_TRAINED = Hinted(
    ("trained",),
    late(
        r"(?:^\W*|\b(?:the|its|our|this|whose) )(?:base|teacher|parent|backbone|underlying|upstream|reward|draft|"
        r"initial)(?:[ -]\w+)? "
        r"(?:model|checkpoint|network|version|encoder|weights|llm)s? (?:itself )?(?:was|were|is|are|has been|had been) "
        r"(?:\w+ )?(?:pre-?)?trained\b"
    ),
)
# A famous model as the subject: "BERT was trained on ..." is told of BERT, unless the card's own title names it.
FAMOUS_TRAINED = Hinted(
    ("trained",),
    late(
        r"(?:^|[\s(\"'*])(chatgpt|gpt|bert|roberta|deberta|albert|electra|llama|mistral|mixtral|qwen|gemma|clip|t5|"
        r"mt5|bart|"
        r"whisper|wav2vec|xlm|stable diffusion|vicuna|falcon|bloom|opt|palm|claude|gemini|starcoder)[\w.-]*(?: [\d.]+)?"
        r"(?: models?| itself)? (?:was|were|is|are|has been|had been) (?:\w+ )?(?:pre-?)?trained\b"
    ),
)
TRAIN_SPLIT = late(
    r"[a-z0-9)] ?(?:의 )?(?:학습|훈련) ?데이터|[a-z0-9)](?:的)?训练集|[a-z0-9)](?:の)?(?:学習|訓練)データ"
)
COMPARED = late(
    r"\boutperform|\bcompared (?:to|with)\b|\bbetter than\b|\bunlike\b|\bin contrast to\b|\bas opposed to\b"
)
# "It builds on the X model, trained on Y": what stands next is told of X.
OF_BASE = late(
    r"\b(?:leverag\w+|uses?|using|based on|built (?:up)?on|builds (?:up)?on|initiali[sz]ed (?:from|with)|starting from|"
    r"on top of) [^.;]{0,80}\b(?:model|checkpoint|weights|encoder|backbone|embeddings)s?,? (?:which |that )?"
    r"(?:is |was |were |are |has been )?(?:already |originally )?(?:pre-?)?trained (?:on|with) (?:the |a )?[^,.;]*$"
)
FOR_TASKS = late(r"\bfor [^.;]{1,120}\bwe (?:also )?fine-?tune\b")
MODELLED_ON = late(r", (?:an? |the )?(?:\w+ )?(?:re-?production|re-?creation|replication|clone|version) of (?:\S+ )?$")
IS_TEST_SET = late(r"\W{0,2}(?:평가|評価|評測|评测|测试|テスト)")
IS_TEST = late(r"\W{0,3}(?:benchmark|leaderboard|test|dev|evaluation|validation)\b(?! (?:and|for) [\w-]*(?:train|tun))")
# Words that look like an account of data and tell of machines, time, lengths and tricks.
NO_DATA = either(
    r"\bon (?:an? |one |two |four |eight |the )?(?:single )?(?:\d+ ?x? ?)?(?:[\w.-]+ ){0,3}"
    r"(?:gpus?|tpus?|cpus?|nodes?|machines?|cores?|laptop|pods?|hosts?|clusters?|[avhpt]\d{2,3}s?)\b",
    r"\b(?:for|took|takes?|taking|in|within|lasted) (?:about |around |approximately |roughly |only |~)?[\w.,]+ ?"
    r"(?:hours?|hrs?|minutes?|h|epochs?|steps)\b(?! of)",
    r"\bdata[ -](?:augmentation|parallel\w*|load\w*|collator|types?|science|efficient)\b",
    r"\b(?:sequence|context|max(?:imum)?|window|input|token|image|block|batch)s?[ -]*(?:length|size|window|resolution|"
    r"dimension)s?\b[^,.;]{0,20}\d[\d,]*k?(?: ?(?:tokens|pixels|samples|examples|sentences))?",
    r"\b(?:fine-?)?tuned (?:directly )?from (?:(?:the |a )?(?:\w+ )?(?:model|checkpoint)s?)?\W*[\w./-]+",
    r"\b(?:on |with )?(?:inputs?|outputs?) (?:images? )?of (?:dimension|size|shape)\S* \S+",
    r"\b\d+ (?:tokens?|samples?|examples?) per\b|\bon the basis of [^,;]*",
)
_DATA_NOUNS = (
    r"(?:images?|photos?|pictures?|paintings?|frames|texts?|tweets?|posts?|comments?|articles?|news|"
    "books?|audiobooks?|stories|novels|hours|minutes|tokens?|words|lines|dialog(?:ue)?s?|conversations?|"
    "chats?|songs?|lyrics|poems?|samples?|examples?|pairs|triples|triplets|sentences?|documents?|videos?|movies|films|"
    "clips?|episodes?|scripts? of|transcripts?|essays?|abstracts?|papers|titles|summaries|headlines|queries|"
    "recordings?|utterances|speech|pages|scans?|slides|maps?|patients?|mice|subjects|records|literature|"
    "instructions?|prompts?|questions|answers|entries|code|repositories|games|sequences|proteins?|"
    r"molecules|compounds|web(?:site)?s?|internet|crawl\w*|synthetic|annotat\w+|label+ed|curated|"
    "collected|scraped|generated|sourced|corpus|corpora|sources?|vectors|parallel data|reviews|"
    r"subtitles|transactions|rows|csv|wikipedia|reddit|twitter)"
)
KIND = either(
    rf"\b{_DATA_NOUNS}\b",
    r"(?<![\w.-])\d[\d.,]*\s?(?:k|m|b|gb|tb|mb|million|billion|trillion|thousand|hours)\b(?!-)",
    "录音|音频|小时|对话|文档|録音|音声|時間|녹음|음성|시간|대화|기사|문서|画像|テキスト|文章|文書|記事|コーパス|データ|图像|图片|文本|数据|語料|语料|字符|이미지|텍스트|문장|데이터|"
    "말뭉치|изображени|текст|корпус|данны|датасет",
    r"\b(?:texte?[sn]?|textos?|bilder?n?|im[aá]gen(?:es|s)?|daten|donn[ée]es|datos|dados|korpus|corpus|phrases|"
    r"oraciones)\b",
)
# What a training sentence says it was trained on: the preposition and what follows.
OBJECT = late(
    r"(?:train|tun|distil|learn)\w*\b(?:[^.;]|\.\w){0,120}?(?<=\s)(on|using|with|from|over|by)\s((?:[^.;]|\.\w){0,160})"
)
WITH_DATA = late(rf"\d|\bdata(?:set)?s?\b|\bcorp(?:us|ora)\b|\b(?:our|own|his|her|their)\b.*{_DATA_NOUNS}")
# "textual inversion embedding on 30 images": a model, and on what, with no verb.
MADE_ON = late(
    r"\b(?:embeddings?|lora|hypernetworks?|checkpoint|textual inversion|vectors|classifier)\b[^.]{0,40}?"
    rf"\b(?:on|from|based on) (?:~|about |around |approximately )?(?:\d|[^.]{{0,30}}\b{_DATA_NOUNS})"
)
FOREIGN_TRAINED = either(
    r"训练|微调|精调|学習|ファインチューニング|학습|훈련|파인 ?튜닝|미세 ?조정|обуч|trainiert|feinabgestimmt|"
    r"entra[îi]n[ée]",
    r"entrenad|treinad|ajustad[oa]",
)
OUR_DATA = late(
    r"\b(?:our|the) (?:\w+ ){0,2}(?:training data|data ?set|corpus) (?:is|was|are|were|consists?|"
    r"contains?|includes?|comprises?|used)\b|"
    r"\b\d[\d.,]*\s?(?:gb|tb|mb|k|m|million|billion)\b[^.]{0,40}\b(?:data ?set|corpus|texts?|data)\b[^.]{0,60}"
    r"\b(?:is|are|was|were) used\b"
)
MEASURED = late(
    r"\bhyper-?param|\bperforman|\bscores?\b|\bcomparable|"
    r"\bresults?\b|\boutperform|\bachiev|\baccura|\bsurpass|\bdev set\b"
)
# "We used X and Y", where X and Y are known sets.
WE_USED = late(r"\bwe (?:also )?(?:used?|employ(?:ed)?|combined?|collected|mix(?:ed)?)\b")
# "It was trained in three stages." "Stage 1 (0-2T): X and Y"
STAGES = late(r"\bin (?:two|three|four|five|several|multiple|\d) (?:\w+ )?(?:stages|phases|steps|rounds)\b")
STAGE = late(r"^\W*(?:stage|phase|step|round)[ -]?\w+\b[^:]{0,40}:")
# A sentence that follows one about training and goes on about its data.
GOES_ON = either(
    r"\b(?:data ?sets?|data|corpus|corpora|tweets|texts?|images|recordings|articles|"
    r"samples)\b[^.]{0,40}\b(?:is|was|are|"
    r"were|comes?|came|consists?|contains?|includes?|including|comprises?|collected|taken|obtained|scraped|"
    r"available)\b",
    r"^\W*(?:it|this|these|they) (?:is|was|are|were|includes?|contains?|consists?|comes?) (?:\w+ ){0,3}"
    r"(?:data ?sets?|corpus|corpora|collection|mix|combination)",
)
NO_LINK = late(r"https?:|(?:here|link|this|see|download|kaggle|github|website|homepage|paper|click)\b|.*链接|.*リンク")
INSTRUCTION = late(r"\bexample of\b|\bfollow\b|\bhere is\b|\bhow to\b|\bscripts?\b|\byou need\b|\btry\b|\btutorial\b")
POINTER = late(r"^\W*(?:please |kindly )?(?:see|refer to|check|read|visit)\b")
_LABEL_NOUN = r"(?:data ?sets?|data|corpus|corpora|data ?sources?)(?:\(s\))?"
LABEL = Hinted(
    (":", "："),
    either(
        r"^\W*(?:(?:pre|post|mid|fine)?[ -]?(?:train(?:ing|ed)?|tun(?:ing|ed))|instruction|sft|dpo|rlhf|"
        r"model|source|main|primary|"
        rf"core|used|key|full)?(?:[ -](?:tuning|training))? ?{_LABEL_NOUN}"
        r"(?: (?:used|names?|mix(?:ture)?|source))?"
        r"(?: for (?:pre-?|fine-?)?(?:training|tuning))?\W{0,3}[:：]",
        r"^\W*(?:pre-?|fine-?)?(?:train|tun)(?:ed|ing) (?:on|data)\W{0,3}[:：]",
        r"^\W*(?:sft|dpo|orpo|kto|rlhf|grpo|supervised fine-?tuning|instruction tuning|preference tuning)"
        r"\b[^:.]{0,20}:",
        r"^\W*(?:训练)?(?:数据集?|语料库?|数据来源)\W{0,3}[:：]|^\W*(?:学習)?(?:データ(?:セット)?|"
        r"コーパス)\W{0,3}[:：]",
        r"^\W*(?:학습 ?)?(?:데이터(?:셋|세트)?|말뭉치)\W{0,3}[:：]|^\W*(?:trainings)?(?:daten(?:satz|s[äa]tze)?|"
        r"korpus)\W{0,3}[:：]",
        r"^\W*(?:jeux? de )?donn[ée]es(?: d.entra[îi]nement)?\W{0,3}[:：]|^\W*(?:conjunto de )?(?:datos|dados)"
        r"(?: de \w+)?\W{0,3}[:：]|^\W*(?:данные|датасет|корпус)(?: для обучения)?\W{0,3}[:：]",
    ),
)
# A sentence that announces a list of data: it ends in a colon and speaks of data, or says "the following data sets".
LEAD = Hinted(
    (":", "：", "following", "below"),
    either(
        r"\b(?:data ?sets?|corpora|sources|data)\b[^.]{0,60}\bbelow\b",
        r"(?:data|corp|sources?\b|mix\w*|collection|(?:train|tun)\w* (?:on|with|using|from))[^:：]{0,60}[:：]\W*$",
        r"\b(?:on|with|using|from)\s?[:：]\W*$",
        r"\bfollowing\b[^.]{0,40}\b(?:data ?sets?|corpora|sources|data|corpus|mix\w*)\b|(?:数据|データ|데이터|"
        r"语料)[^：:]{0,20}[:：]\W*$",
    ),
)
NO_LEAD = late(r"parameter|setting|config|command|script|argument|\bcode\b|steps|\bloss|\brun\b|download|format")
# What a sentence tells of results: the names after it were measured on.
RESULT = late(
    r"\bachiev|\bsurpass|\bscor(?:es?|ed|ing)\b|\battain|\bpass@|\breach(?:es|ed|ing)\b|\baccuracy of\b|\boutperform"
)
# Most sentences hold none of these: a cheap question before the next pattern.
HIDDEN = late(
    r"unk[no]|the none|undisc|unspec|disclos|reveal|specif|detail|document|withh|private|propri|confid|intern|"
    r"secret|able to|cannot|can't|not shar|公开|公開|비공개"
)
UNDISCLOSED = either(
    r"\b(?:an? unk[no]\w*|the none|an? undisclosed|an? unspecified|some unknown) (?:data|corpus)|\bundisclosed\b",
    r"^\W*(?:the |our )?training data(?:set)?s?(?: (?:is|are|was|were)|:)? "
    r"(?:private|proprietary|confidential|internal|secret|unknown)\W*$",
    r"\b(?:data|corpus|corpora|set|sets|datasets?|mixture|details)\b[^.]{0,50}"
    r"\b(?:not|n't) (?:be(?:en)? )?(?:publicly )?(?:disclos|reveal|specif|detail|document)\w*",
    r"\b(?:not|n't) (?:be(?:en)? )?(?:publicly )?(?:disclos|reveal|specif)\w*[^.]{0,40}\b(?:data|corpus|training)",
    r"\b(?:not (?:able|allowed|permitted) to|unable to|cannot|can't) (?:share|disclose|reveal|give|provide|describe)\b"
    r"[^.]{0,40}\b(?:training|data|data ?sets?|corpus)\b|\bnot shar(?:e|ed|ing) (?:the|our|any) (?:\w+ )?data",
    r"\b(?:withh(?:eld|old)\w*)[^.]{0,40}\bdata|\bunknown dataset|\b(?:data|dataset)s? (?:is|are) (?:unknown|secret)",
    r"\bdetails? (?:of|on|about)[^.]{0,40}(?:data|corpus)[^.]{0,30}\b(?:not|n't)\b[^.]{0,20}(?:available|known|public)",
    r"未公开|不公开|非公開の?データ|비공개 데이터",
)
# Data of which only the owner is told: undisclosed, unless the sentence tells a kind or an amount too.
OWNED_ONLY = either(
    r"\b(?:private|proprietary|confidential|internal|in-?house|non-?public|custom|own|company)(?: and \w+)? "
    r"(?:\w+ )?(?:data(?:set)?s?|corpus|corpora)\b",
)
PRIVATE = either(
    r"\b(?:private|internal|proprietary|in-house|inhouse|confidential|not public(?:ly)?|company|not (?:\w+ )?in "
    r"(?:the )?public)\b",
)
PUBLIC = either(
    r"\b(?:public(?:ly)?|open(?:ly)?(?:[ -]source)?|freely|available (?:on|at|from|here))\b|https?://",
)
SYNTHETIC = late(
    r"\b(?:synthetic\w*|(?:generated|written|annotated|labell?ed|translated|distill?ed|created) (?:\w+ )?"
    r"(?:by|with|using|from) (?:\w+ )?(?:chatgpt|gpt-?\d?\S*|claude\S*|gemini\S*|llama\S*|an? llm|llms|openai\S*|"
    r"mistral\S*|mixtral\S*|qwen\S*|deepseek\S*)|(?:gpt-?\d?\S*|chatgpt|llm|claude|model)[ -](?:generated|made|"
    r"written))"
)
NO_SET = either(
    (
        r"^(?:unknown|custom\w*|none|null|n/?a|-+|todo.*|tbd|private|proprietary|internal|other|dataset|datasets|data|"
        r"\.+|\?+|your[ _-].*|my[ _-]?(?:own)?[ _-]?data\w*|array of dataset.*|more information needed|\[.*needed\])$"
    ),
)
# Shapes and losses, which automatic cards list beside the data; settings of a program ("n_filters: 64"); thanks.
ASIDE = either(
    r"^\W*(?:(?:columns|features|fields|approximate statistics|loss(?: function)?|config(?:uration)?)\b\W*:",
    r"[a-z]\w*\s?[:=]\s?(?:-?\d[\d.e-]*|true|false|null|none|\[[^\]]*\])\W*$|[a-z]+_\w*\s?[:=]\W*$",
    r"(?:we|i) (?:would like to |also |want to )?thank\b|(?:special |many )?thanks\b)",
)
# "learning_rate: 5e-05": a setting, as automatic cards list them by the dozen.
SETTING = late(
    r"^[\w ]{0,30}(?:batch|learning|"
    r"rate|seed|optimi[sz]er|scheduler|epochs?|steps|precision|warmup|decay|accumulation|"
    r"length|devices?|loss|gpus?|distributed)[\w ]{0,20}[:=]"
)
# Most sentences hold none of these, and nothing more is asked of them.
CUE = either(
    r"train|tun(?:ed|ing|e)\b|distil|learn(?:ed|t) from|data|corp|evaluat|benchmark|test|validat|calibrat|prun|shot\b",
    r"sft|dpo\b|orpo|kto\b|rlhf|grpo|embedding|lora\b|vectors|checkpoint|imatrix|importance matrix|训练|微调|"
    r"精调|学習|チューニング|데이터|"
    r"학습|훈련|튜닝|미세",
    r"обуч|данны|датасет|корпус|trainiert|feinab|feinju|daten|entra[îi]n|affin|donn|entrenad|treinad|ajustad|"
    r"afinad|datos|dados",
    r"语料|数据|データ|コーパス|评|評|평가|оцен|протест|évalu|avalia|말뭉치|finjust",
)
