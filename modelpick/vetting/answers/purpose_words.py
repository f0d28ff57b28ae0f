"""The words in which cards say what a model is for, and those that show a sentence to speak of something else."""

from __future__ import annotations

import re

from modelpick.vetting.answers.doing import THING
from modelpick.vetting.answers.words import Cues, CueSet, late

# "a model for text-image comprehension", but not "for training".
FOR_DOING = Cues(
    "for",
    r"\bfor (?:[\w-]+[ ,]+){0,5}?(?!training|fine|tuning|finetuning|evaluation|inference|information|comparison|"
    r"quanti[sz]ation|testing|documentation|pre-?training|loading|downloading|implementation|permission|citation|"
    r"attribution|\w*thing\b|following|initiali[sz]ation|convenience|compression|deployment|commercial)"
    r"\w{3,}(?:tion|sion|ysis|ment|ing|overy)\b(?! (?:code|data|scripts?|details))",
)
THING_BEFORE = late(rf"\b{THING}s? $|\b(?:is|are) (?:an?|the|our) [^.:;]*\b{THING}\b[^.:;]* $")
# For which use it was made; plain wherever it stands.
MADE_FOR = CueSet(
    Cues(
        "inten desig meant optim suit suite usefu recom tailo aimed ideal perfe geare",
        r"\b(?:is|are|was|been|being|mostly|mainly|primarily|ideally|best|well) (?:also )?(?:intended|designed|meant|"
        r"optimi[sz]ed|suit(?:ed|able)|ideal|perfect|geared|"
        r"well[ -]suited|useful|recommended|best suited|tailored|aimed) (?:specifically |mainly |"
        r"primarily |only )?(?:to|for|at|as|towards?)\b",
    ),
    Cues("inten main prima proof", r"\bintended (?:use|for|to be)\b|\b(?:main|primary) (?:intended )?use\b"),
    Cues("proof", r"\bproof[ -]of[ -]concept\b"),
    Cues("use", r"\buse (?:of )?(?:this|the|our) (?:[\w-]+ ){0,3}?models? (?:\w+ly )?(?:to|for|as)\b"),
    Cues(
        "made build built wrote train creat tuned finet desig devel",
        r"\b(?:i|we) (?:made|built|wrote|trained|created|tuned|fine-?tuned|designed|developed) (?:this|it|the model) "
        r"(?:[\w-]+ ){0,3}?(?:so (?:that )?(?:you|it|people|users|one|anyone)|to (?!see|test|learn|try|compare|be\b)|"
        r"for (?:people|those|anyone|everyone|users))",
    ),
)
# What it does, other than by a verb (see doing.py).
FRAMES = CueSet(
    Cues(
        "speci mainl prima mostl",
        r"\b(?:specifically|mainly|primarily|mostly) (?:designed|intended|trained|built|made|created) (?:to|for|as)\b",
    ),
    Cues(
        "used utili appli emplo fine finet fed plugg",
        r"\bcan (?:also |then |directly |easily )?be (?:used|utili[sz]ed|applied|employed|"
        r"fine-?tuned|fed|plugged) (?:as an?|to|for|in|into)\b|"
        r"\b(?:is|be) used (?:to|for|as an?|(?:in )?\w+ing)\b|^used (?:to|for)\b|"
        r"\bfine-?tuned (?:on|for) (?:an? |your |the |specific |some |other )?(?:own )?downstream tasks?\b",
    ),
    Cues("agent bot polic", r"\b(?:agent|bot|policy) (?:that|which) (?!was|is|has|uses|consists)\w+s\b"),
    Cues("point found backb", r"\bas? (?:\w+ )?(?:starting point|foundation|backbone) for\b"),
    Cues(
        "use",
        r"\b(?:you|one|users?|we) (?:can|could|may) (?:also |directly )?use (?:this|the|our|"
        r"it)\b[^.]{0,60}?\b(?:to|for|as)\b",
        r"(?:^|you can )use (?:this|it|the model) (?:model )?(?:to|for|as)\b",
    ),
    Cues("able capab", r"\b(?:it|model|network|system) (?:\w+ly )?(?:is|are) (?:also )?(?:able|capable)\b"),
    Cues("serve serves runs run acts act", rf"\b(?:serves?|runs?|acts?) as (?:an?|your) (?:[\w-]+ ){{1,5}}?{THING}\b"),
    Cues(
        "aim aims goal purpo objec idea",
        r"\baims? to\b|\b(?:goal|purpose|objective|idea|aim) (?:of (?:this|the) \w+ )?(?:is|was)(?:\W)? to\b",
    ),
    Cues(
        "style voice look",
        r"\b(?:(?<!model )(?<!transformer )in|imitat\w+|mimic\w*) the (?:\w+ ){0,2}(?:style|voice|look) of\b",
    ),
    Cues("speci", r"\bspeciali[sz](?:ed|es|ing) (?:in|for|on|as)\b"),
    Cues(
        "allow lets enabl excel",
        r"\ballows? (?:you|users?|the creation)\b|\blets? you\b|\benabl(?:es|ing)\b|\bexcels? (?:at|in)\b",
    ),
    Cues(
        "made built geare tailo tuned", r"\b(?:made|built|geared|tailored) (?:for|towards?) (?!you\b|inference|\W|\d)"
    ),
)
# What is plain at the head of a sentence that names no subject: "Try it for limericks", "Good at night scenes".
AT_HEAD = late(
    r"^\W*(?:try (?:it|this|her|him) (?:for|as|when)|(?:good|great|best|perfect|ideal|handy|useful|suitable|made|meant|"
    r"built|intended|designed) (?:for|at|to|as)|works (?:well|best|great) (?:for|as)|(?:made|built|designed|"
    r"intended) to)"
    r" (?!you\b|inference|\d)\w"
)
GOOD_AT = Cues("good great", r"(?:^|, |\bis |\bvery |\breally )(?:good|great) (?:at|for) (?!the time|now\b|a \d)\w")
OTHER_TONGUES = Cues(
    "sert peut conçu conçu permet perme desti puede diseñ sirve propó pode serve kann dient eigne entwi para aide "
    "génèr gener tradu résum resum répon respo rédig redac redig détec detec detet extra trans écrit escri escre "
    "recon corri refor conve ayuda ajuda hilft erzeu übers beant schre erken klass korri wande liest clasi class",
    r"sert à\b|peut être utilisé|conçue? pour\b|permet (?:de\b|d')|destinée? à\b",
    r"se puede (?:usar|utilizar)|diseñado para\b|sirve para\b|puede (?:usarse|utilizarse|ser usado)|propósito\b",
    r"pode ser (?:usado|utilizado)|serve para\b|para ser usado\b",
    r"kann (?:für|zu[mr]?|verwendet)|dient (?:zu[mr]?|als|dazu)|eignet sich\b|entwickelt,? um\b",
    r"^\W*(?:(?:ce|le|notre|este|esta|el|o|nuestro|nosso|dieses|das) )?[\w.-]+ (?:aide à|génère|traduit|résume|répond|"
    r"rédige|détecte|classe|extrait|transcrit|écrit|reconnaît|corrige|reformule|convertit|ayuda a|genera|"
    r"traduce|resume|"
    r"responde|redacta|detecta|clasifica|extrae|transcribe|escribe|reconoce|convierte|ajuda a|gera|traduz|"
    r"redige|deteta|"
    r"classifica|extrai|transcreve|escreve|reconhece|converte|hilft|erzeugt|generiert|übersetzt|beantwortet|schreibt|"
    r"erkennt|klassifiziert|extrahiert|transkribiert|korrigiert|wandelt|liest) \w",
)
FAR_TONGUES = late(
    "用于(?!训练|微调|评估|测试|预训练)|用来|的任务|旨在|ため(?:の|に)(?:モデル|使)|用途|ことができ|"
    "利用するには|できます|"
    "(?:使用|利用)されることを想定|(?:使|利用|使用)\\w{0,5}ことを想定|위한|사용(?:할|됩|하)|수 있습니다|목적|"
    "используется|предназначен|"
    "(?:能够|能|可以|擅长|善于|会)(?:帮|陪|写|做|解|答|回答|生成|翻译|识别|理解|处理|总结|提取|判断|预测|检测|聊)|"
    "(?<!可)(?:能够|能|自动|可以)[^，。；]{1,14}?(?:回答|生成|翻译|识别|总结|提取|判断|预测|检测|改写)|"
    "面向[^，。]{1,12}(?:场景|任务|领域)|"
    "を(?:作成|生成|要約|翻訳|分類|認識|検出|予測|推定|抽出|変換|判定|返|書|読み|描|回答|判別|付与|補完|修正|校正)"
    "[^。]{0,30}(?:モデル|システム|ツール|です|ます)|"
    "(?<!기반으로 )(?:하는|주는|쓰는|만드는|읽는|찾는) (?:\\S+ ){0,2}(?:모델|시스템|어댑터|챗봇)|"
    "(?:^|модел\\w*|котор\\w+|сет\\w|бот|она?) (?:находит|пишет|отвеча|переводит|распозна[её]т|определя[её]т|"
    "генериру|извлека|"
    "классифициру|исправля|предсказыва|помога|умеет|выделя|озвучива|рису|созда[её]т|оценива|ищет|превраща|преобразу|"
    "восстанавлива|расставля)"
)
# Sentences that speak of something else than what the model is for.
NOT = late(
    r"\btraining (?:tasks?|objectives?)\b|"
    r"\b(?:technique|method|approach|strategy) (?:proposed|used|described|introduced)\b|"
    r"\bpull request|\bdataset (?:is|was|can)\b|"
    r"\b(?:script|notebook|code|optimi[sz]er|"
    r"tokeni[sz]er)\b[^.]{0,60}\bused\b|"
    r"\b(?:was|were|is|are|be) used (?:during|for|to|in) (?:the )?(?:training|train|pre-?train|"
    r"fine-?tun|evaluat|prun|calibrat)|"
    r"\bused to (?:quanti[sz]e|convert|make|create|generate the)|\bnot (?:be used|intended|suitable|"
    r"recommended|designed|meant)\b|"
    r"\bmust not\b|\bplease cite|\bbibtex\b|\blicen[sc]ed?\b|\bcontact\b|\binstall(?:ed|ing|ation)?\b|\bmake sure\b|"
    r"\btrained with the following|\bachieves? the following|\bthis (?:example|section|table|figure|"
    r"script|repo)\b|\bclick\b|"
    r"\bdownload (?:the|this|it)\b|\bcan be used (?:directly )?(?:\([^)]*\) )?as follows\b|"
    r"\bmodel hub\b|\bcan be (?:loaded|found|downloaded)\b|\b(?:should|"
    r"must) be sampled\b|"
    r"\b(?:warranty|liab)|\bwe (?:use|used|utilize) (?:the|a)\b|\bcompared (?:to|with)\b|"
    r"\bcan be (?:used|loaded) (?:with|in|by|via|through) (?:the )?\W?(?:transformers|hugging ?face|vllm|pipeline)"
)
NOT_AT_HEAD = late(r"\W*(?:(?:eval\w*|train\w*|test|downstream) (?:data|set)|download\b)")
SUBJECT = late(
    r"^\W*(?:this|the|our|it|an?|i|we|you|one|these|input|proof|used|use it)\b|\b(?:model|checkpoint|network|"
    r"system|adapter|"
    r"lora|encoder|agent|embeddings?|llm|assistant|tool)s?\b"
)
PLAIN_USE = Cues(
    "use used",
    r"^to \w+ [^.]{0,60}\bmodel can be used\b|"
    r"\byou can use (?:this|the|our) (?:raw )?model (?:to|for) (?!the following|this)|"
    r"\b(?:this|the) model can be used (?:to|for) (?!the following|inference|download)",
)
OF_THE_MODEL = late(r"\bmodel\b|\b(?:fine-?)?tuned\b|\btrained\b")
RESULT = late(r"\bachiev|\boutperform|\bobtain(?:s|ed|ing) (?:new |the )?(?:state|best|sota)|\bevaluat")
OF_DATA = late(r"\b(?:data ?sets?|corpus|corpora) (?:is|are|was|were|for|of|contain|consist|cover|includ)|\bpapers?\b")
VERBAL = late(
    r"\b(?:is|are|was|were|be|has|have|had|can|could|will|would|should|may|see|use|uses|using|used|we|you|i|please|"
    r"paper|data ?sets?|thanks?|based|on)\b|\btitle:|https?:|^\W*(?:create|build|train|try|check|learn) (?:your|"
    r"an?|the|out)\b"
)
TITLED = Cues("paper thesi artic title entit", r"\b(?:papers?|thesis|article|titled|entitled)\b")
ONLY_LINK = late(r"^\W*\[[^\]\n]*\]\([^()\n]*\)\W*$")  # the title of a paper
ORIGIN = Cues(
    "fine finet versi deriv based conve quant disti merge adapt train port copy",
    r"\b(?:fine[- ]?tuned|finetuned|derived|distilled|converted|quanti[sz]ed|adapted|trained|further pre-?trained)"
    r"(?: version)?(?: of| from| on| using| with)\b|"
    r"\bbased (?:up)?on\b|\bmerge of\b|\b(?:version|port|copy|quants?|quanti[sz]ations?|adapter) (?:of|for)\b",
)
PAPER = late(
    r"arxiv\.org/(?:abs|pdf)/|aclanthology\.org|aclweb\.org/anthology|openreview\.net/|doi\.org/10\.|"
    r"huggingface\.co/papers/|proceedings\.|arxiv:\s?\d{4}\.\d{4,5}",
    re.IGNORECASE,
)
PAPER_SIGNS = ("rxiv", "acl", "openreview", "doi.org", "/papers/", "proceedings.")
