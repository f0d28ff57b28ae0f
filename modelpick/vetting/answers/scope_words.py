"""The words in which cards exclude a use and tell a weakness, and those that show a sentence to do neither."""

from __future__ import annotations

from modelpick.vetting.answers.words import Cues, CueSet, either, late

EXCLUDED_USE = CueSet(
    Cues(
        "not t never canno",
        r"\b(?:should|must|may|can|shall) ?(?:not|n't|never) (?:ever )?be (?:used|deployed|employed|applied|relied)"
        r"(?! (?:out of the box|directly|with|without|as is)\b)",
        r"\bnot (?:be )?(?:intended|meant|designed|suitable|suited|appropriate|permitted|allowed|"
        r"authori[sz]ed|recommended) (?:to|for|as|without|in)\b",
        r"\b(?:do(?: not|n't)|never) (?:use|deploy) (?:it|this|the model|them|for|in|as)\b",
        r"\bnot to be used\b|\bnot be used\b(?! (?:out of the box|directly|with|without|as is)\b)",
        r"\b(?:users?|you) (?:must|may|should|shall|agree) (?:to )?not\b|\bmay not attempt\b",
        r"\bnot for (?:commercial|production|clinical|medical|diagnos|use|legal|real|generating|any)",
        r"\bnot a (?:chat|general[ -]purpose|medical|replacement|substitute)\b",
        r"\bshould not be (?:considered|treated)\b|\b(?:must|should) not be the (?:only|sole)\b",
        r"\bnot suitable\b",
        r"\b(?:do(?: not|n't)|would not) (?:\w+ )?recommend (?:using|(?:to|the) use|deploy\w*|it for|"
        r"this (?:model )?for)\b",
    ),
    Cues(
        "misus",
        r"\b(?:is|are|constitutes?|considered) (?:an? )?misuse\b|\bmisuse\b[^.]{0,40}\b(?:not|prohibited|forbidden)\b",
    ),
    Cues(
        "scope",
        r"\bout[ -]of[ -](?:the )?scope\b(?! (?:of|for|in) (?:our|this|the) (?:project|paper|work|study|card|article))",
    ),
    Cues("prohi forbi", r"\bprohibited\b|\b(?:is|are) (?:strictly )?forbidden\b"),
    Cues(
        "avoid refra",
        r"(?<!is to )\bavoid(?:ing)? (?:\w+ )?(?:use|using|deploy)",
        r"\brefrain from (?:us|deploy|generat|creat)",
    ),
    Cues(
        "only",
        r"\b(?:research|academic|educational|entertainment|testing)(?: use| purposes?)* only\b",
        r"\bonly (?:\w+ ){0,3}for (?:\w+ ){0,2}(?:research|academic|educational|entertainment)\b",
    ),
    Cues("look", r"\bfor tasks such as [\w -]+,? you should look at\b"),
    Cues("inten", r"\bintentionally (?:create|generate|promote|disseminate)"),
    Cues("unsui", r"\bunsuitable (?:for|to)\b"),
    Cues("viola", r"\buse in any (?:manner|way)\b[^.]{0,60}\bviolates?\b"),
)
EXCLUDED_USE_OTHER = either(
    "использовать нельзя|нельзя использовать|не предназначен|не (?:следует|должн\\w+) использов|запрещ",
    "nicht (?:für|geeignet|vorgesehen|bestimmt)|(?:darf|sollte?) nicht\\b.{0,60}\\b(?:verwendet|benutzt|eingesetzt)",
    "ne (?:doit|doivent|peut|peuvent) pas être (?:utilis|employ)|n'est pas (?:destin|con[çc]u|adapt)|"
    "ne pas (?:l'|les? |le )?utiliser",
    "no (?:debe|se debe|deber[íi]a|está destinad|está diseñad|es apto|es adecuad|se recomienda)|prohib[ie]d[oa]",
    "n[ãa]o (?:deve|é destinad|é adequad|é recomendad|foi projetad|use\\b)|proibid[oa]",
    "不得|禁止|不应|不應|请勿|請勿|切勿|不适用于|不適用於|不适合|仅(?:供|限|用于)(?:学术|研究|科研|学习)|僅供|"
    "用途にのみ|しないでください|使用しない|目的外|適していません|"
    "금지|하지 (?:마|말)|사용(?:해서는|하면) 안|적합하지 않",
)
LIMIT = CueSet(
    Cues(
        "bias biase incor inacc harmf offen wrong error hallu inapp fail fails faile failu degra nonse stere toxic "
        "unsaf misle contr repet false impre nsfw x expli sexua objec poor poorl inval unexp incon incom",
        r"(?<!\bwe )\b(?:may|might|can|could|will|would|sometimes|often|occasionally|tends? to|potentially|"
        r"prone to)\b[^.]{0,60}\b(?:bias|incorrect|inaccura|harmful|offensive|wrong|error|hallucinat|"
        "inappropriate|fail|degrad|nonsens|stereotyp|toxic|unsafe|mislead|contradict|repetiti|false|"
        "imprecise|nsfw|x-rated|explicit|sexual|objectionable|poor|invalid|unexpected|inconsisten|incomplete)",
        r"\bbias(?:es|ed)?\b(?! ?=| term| vector)[^.]{0,80}\b(?:present|exist|reflect|inherit|reinforc|"
        "exacerbat|amplif|contain|may|might|affect|toward|carried)",
        r"\b(?:contain|reflect|inherit|exhibit|encod|have|has|show)\w*\b[^.]{0,50}\bbias(?:es)?\b",
        r"\b(?:poor(?:ly)?) (?:performance|quality|results?|accuracy|at|on|in|for|when|with)\b",
        r"\bperforms? (?:very |quite |particularly )?poorly|\bparticularly poor\b",
        r"\bhallucinat|\b(?:annotation|labell?ing) errors?\b|\bfails? (?:to|on|for|in|when|with)\b",
        r"\breinforc\w+ (?:or )?(?:exacerbat\w+ )?(?:social )?bias",
    ),
    Cues(
        "limit same restr",
        r"\blimitations?\b(?![^.]{0,20}\blicen)[^.]{0,60}\b(?:is|are|as|of|includ|that|:)|\bsame limitations",
        r"\b(?:limited|restricted) (?:to|by|in)\b|\bknown limitations?\b|\bin an? limited\b",
    ),
    Cues(
        "not t canno doesn struggle strug",
        r"\b(?:model|it|they|network|this|tool|\w+) (?:can\s?not|can't|does not|doesn't|do not|don't|"
        "is not (?:able|capable)|are not) (?:currently |yet |really |always |"
        "well )?(?:be )?(?:support|handle|generali[sz]e|render|perform|work|achieve|understand|comprehend|"
        "recogni[sz]e|generat|produc|know|captur|process|translat|predict|deal|cope|able|always|guarantee|"
        "follow|remember|count|"
        "have|with|to|on|when|at|distinguish|knowledge)",
        r"\bnot (?:very |that |really |so )?(?:good|great) (?:yet|enough)\b|"
        r"\bcan ?not be used (?:out of the box|directly)\b",
        r"\bnot (?:be )?(?:perfect|fool-?proof|100 ?%|always|fully|yet been|been (?:filtered|tested|evaluated|"
        "validated|trained)|guaranteed|reliable|reliably|accurate|robust|optimal|comprehend)",
        r"\b(?:may|might|will|would|does|do) not (?:\w+ ){0,2}?(?:come out|work|perform|generali[sz]e|always|transfer|"
        r"reflect|represent|capture|cover|"
        r"be (?:accurate|suitable|correct|reliable|optimal|good|complete|up[- ]to[- ]date))",
        r"\bnot provide any warranty|\bdo not take\b|\bshould not be relied\b|\b(?:cannot|can't) guarantee",
        r"\bnot (?:responsible|liable)\b(?=.{0,40}accura)|\bnot (?:been )?filtered\b|"
        r"\bcannot be (?:guaranteed|relied)|\bnot (?:good|great|strong) (?:at|in|with|for)\b",
    ),
    Cues("strug", r"\bstruggl(?:es?|ing)\b"),
    Cues("falls fall short", r"\bfalls? short\b"),
    Cues(
        "sound sounds noisy garbl mangl blurr disto unrel unsta robot incoh defor missi misse weak shaky poor bad",
        r"\b(?:outputs?|results?|predictions?|hands?|fingers|faces?|text|audio|images?|voices?|shots?|codes?|answers?) "
        r"(?:[\w-]+ ){0,5}?(?:noisy|garbled|mangled|blurr\w*|distorted|unreliable|unstable|robotic|incoherent|deformed|"
        r"missing|missed|weak|shaky)\b|\bsounds? (?:metallic|robotic|muffled|noisy|unnatural)\b",
        r"\b(?:is|are) (?:very |quite |rather |still |a bit )?(?:weak|shaky|poor|bad|unreliable|unstable)\b",
    ),
    Cues(
        "misse drops dropp ignor confu forge inven hallu repea loops loop break mixes mixed loses skips skipp drift "
        "crash overf",
        r"\b(?:frequently|usually|often|sometimes|occasionally|still|regularly) (?:\w+ ){0,2}?(?:miss(?:es|ed)|"
        r"drop(?:s|ped)|ignor(?:es|ed)|confus(?:es|ed)|forg[eo]t\w*|invent\w*|hallucinat\w*|repeat\w*|loops?|breaks?|"
        r"mixes|loses|skips|drifts|crashes)\b",
        r"\b(?:is|are) (?:usually |often |frequently )(?:dropped|missed|ignored|confused|skipped|mixed up)\b",
        r"\b(?:it|she|he|model|network|and|yet|but),? (?:forgets|loops|hallucinates|misses|confuses|ignores|drifts|"
        r"crashes|overfits)\b",
    ),
    Cues(
        "bad badly weak weake worse subop degra lower low",
        r"\b(?:bad(?:ly)?|weak(?:er)?|worse|suboptimal|degraded?|lower) (?:performance|quality|"
        r"results?|accuracy|at|on|in|for|when|with)\b|\bperforms? (?:very |quite |particularly )?(?:badly|worse)|"
        r"\b(?:of|has|with) low(?:er)? quality\b",
    ),
    Cues("trunc cut", r"\b(?:is|are|be|get|gets|being) (?:truncated|cut(?: off| in the middle)?)\b"),
    Cues(
        "only just",
        r"\b(?:only|just) (?:valid|works?|supports?|supported|recogni[sz]es?|understands?|trained on english|"
        r"in english|for english|useful for|usable)\b|\bvalid (?:only )?for\b[^.]*\bonly\b|"
        r"\b(?:works?|supports?|trained|tuned|tested|valid) only (?:on|for|in|with|up|until|english)\b|"
        r"\bonly (?:been )?(?:trained|tested) (?:it |this )?on\b|\bonly works? (?:for|with|on|in)\b|"
        r"\b(?:trained|tuned|tested) on [^.]{1,60}\b(?:one|single|two|english|synthetic) (?:\w+ )?only\b",
    ),
    Cues("no", r"\bno (?:guarantee|warrant(?:y|ies)|knowledge)\b"),
    Cues("fine finet", r"\b(?:has|have|needs?) to be fine-?tuned (?:before|for practical)"),
    Cues("known", r"\bknown (?:issue|limitation|problem|bug|quirk)s?\b"),
    Cues(
        "broke progr uncon overf fitti experi",
        r"\bis broken\b|\bwork in progress\b|\buncontrollable\b|\bover-?fit(?:ting|s|ted)?\b",
    ),
    Cues("conte", r"\bcontext (?:window|length)\b[^.]{0,60}\b(?:ceiling|limit|max)"),
    Cues("max maxim", r"\bmax(?:imum)?[_ -](?:\w+[_ -])?(?:length|tokens?)\b"),
    Cues("lossy safet risk risks", r"\blossy\b|\bsafety filtering\b|\brisks?\b[^.]{0,60}\b(?:unknown|exist|remain)"),
)
LIMIT_OTHER = either(
    r"не (?:более|поддержива|умеет|гарантир|может|всегда)|ограничен\w+ (?:модел|в)|плохо (?:работ|справля|поним|"
    r"распозна)|"
    r"(?:иногда|часто|порой) (?:\w+ )?(?:ошиба|путает|теря|выдумыва|повторя)|"
    r"может (?:ошиба|содержать|генерир|выдавать)",
    "nicht (?:perfekt|in der lage|unterstützt|immer|zuverlässig)|begrenzt auf|(?:manchmal|"
    "gelegentlich) (?:lässt|macht|vergisst|erfindet|verwechselt|liefert|gibt)|beschränkt auf|"
    "kann (?:zu )?(?:falsche|fehler|ungenau|verzerr)",
    "ne (?:prend|peut|fonctionne|supporte|garanti\\w*) pas|garantissons pas|"
    "peut (?:générer|produire|contenir|être biais)|(?:invente|oublie|ignore|confond|hallucine) (?:parfois|souvent)|"
    "limité (?:à|par)|biais (?:présent|lié)",
    "no (?:admite|soporta|funciona|puede|garantiza)|puede(?:n)? (?:contener|generar|producir|cometer)|sesgo|limitado a",
    "n[ãa]o (?:suporta|funciona|pode|garant)|"
    "pode(?:m)? (?:conter|gerar|produzir|apresentar|cometer)|limitado a|vi[ée]s",
    "偏っ|最適では|に限定|(?:含まれる|含む|生じる|誤る)(?:こと|場合)があ|会被截断|有时会|编造|捏造|(?:精度|性能|"
    "品質)が(?:落ち|低下|下が)|被截斷|切り捨て|不擅长|"
    "效果(?:较|比较)?差|問題があ|バイアスがあ|可能性があります|恐れがあります|できません|対応していません|"
    "保証(?:する|し|いた)|苦手|不支持|不能保证|无法|可能(?:会)?(?:产生|生成|存在|出现|输出)|"
    "偏见|幻觉|局限|할 수 없|한계|지원하지 않|보장하지|못합니다|부정확|편향(?:된|이|적)",
)
CLAIM = late(  # a sentence with a verb, in the languages whose words are told apart by spaces; else any text
    r"\b(?:is|are|be|been|was|were|has|have|not|may|might|can|could|will|would|should|must|does|do|only|lacks?|"
    r"limit\w*|"
    r"tends?|needs?|requires?|struggles?|due|because|less|more|ist|sind|kann|nicht|est|sont|peut|es|son|puede|é|"
    r"são|pode)\b|"
    r"[\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
POINTER = either(
    r"^\W*(?:please )?(?:see|refer|consult|check|read|visit|look at|for more|more information)\b",
    r"\b(?:details?|information) can be found\b",
)
TEMPLATE = either(
    r"users \(both direct and downstream\)|more information needed|should be made aware of the risks",
    "^this section (?:is|addresses|describes)",
)
# "No known limitations", and what a model is for: "it detects offensive language".
NO_LIMIT = either(
    r"\bbiased (?:wer|cer|scores?|estimates?|evaluation|metrics?)\b|\bsplits?\b[^.]{0,40}\bnot\b",
    r"\b(?:no|without) (?:known |major |other |any )*(?:limitations?|bias(?:es)?|weakness(?:es)?|issues?|problems?)\b",
    r"\b(?:detect|classif|filter|flag|identif|recogni[sz]|remov|block|moderat|predict|find)\w* (?:[\w-]+,? ){0,4}"
    r"(?:harmful|offensive|toxic|inappropriate|hate|nsfw|explicit|sexual|unsafe|false|errors?|bias\w*)\b",
    r"\b(?:harmful|offensive|toxic|inappropriate|hate|nsfw|explicit|sexual|unsafe)\w* (?:[\w-]+ ){0,3}"
    r"(?:detect|filter|classif|moderat|identif|recogni)",
)
NOTHING = late(r"^\W*(?:none|n/?a|nothing|unknown|no\b)|:\W*$")
HOW_TO = late(
    r"^\W*(?:you can|here is|here's|to use|how to|first|run|install|import|example|"
    r"if you have (?:any )?(?:questions|ideas|feedback)|contact|feel free|note that the paper)\b"
)
COMPARED = Cues(
    "metho model appro works work syste",
    (
        r"\b(?:other|previous|existing|prior|traditional|earlier|most|many) (?:\w+ )?(?:methods?|models?|"
        r"approaches|works?|systems?)\b"
    ),
)
FOREIGN = frozenset(
    "nicht darf ist und der die ne pas est les des el los las una que del debe puede puede nao os pode para il".split()  # noqa: SIM905
)
