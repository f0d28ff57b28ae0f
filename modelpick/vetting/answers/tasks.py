"""The tasks of models as nouns, in the languages that cards are written in, and the words that tell who does them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from modelpick.vetting.answers.words import Cues, CueSet, Said, either, group, kept, late

# Bare "language model" or "embedding" says what a thing is, not what it is for.
_TASK = CueSet(
    Cues("class", r"(?<=\w[ -])classif(?:ication|iers?)"),
    Cues("segme", r"(?<=\w[ -])segmentation"),
    Cues("detec", r"(?<=\w[ -])detect(?:ion|ors?)"),
    Cues("recog", r"(?<=\w[ -])recogni(?:tion|[sz]er)"),
    Cues(
        "gener",
        r"\b(?:text|code|image|video|music|audio|voice|story|title|headline|keyword|caption|question|answer|"
        r"response|mesh|3d|dialogue?|language|content|synthetic data|poetry|lyrics|art|speech|report|query|sql)"
        r"[ -]generation|"
        r"(?<!\bthe )(?<!\bbase )(?<!\bsmall )(?<!\blarge )(?<!\brandom )(?<!\bnoise )(?<!\bdata )"
        r"(?<=[a-z]{3} )generators?\b",
    ),
    Cues(
        "text speec image video audio 3d code sql music",
        r"(?:image|text|speech|video|audio|document|question|voice|music)s?(?: |-)to(?: |-)(?:text|speech|image|"
        r"video|audio|3d|code|sql|music)\b(?! pairs)",
    ),
    Cues("text2", r"text2(?:text|image|speech|sql)"),
    Cues("synth edit editi matti", r"(?:image|text|video|speech) (?:synthesis|editing|matting)"),
    Cues(
        "retri simil searc ranki",
        r"(?:image|text|video|semantic|similarity|vector|passage|document|information|code|dense|sentence) "
        r"(?:search|retrieval|ranking|similarity)|semantic textual similarity",
    ),
    Cues("resto enhan upsca varia", r"(?:image|video|speech) (?:restoration|enhancement|upscaling|variations?)"),
    Cues("backg moder anoma", r"background removal|(?:content|toxicity) moderation|anomaly detection"),
    Cues(
        "estim trans resol flow",
        r"(?:depth|pose) estimation|style transfer|(?:image )?super[ -]resolution|optical flow",
    ),
    Cues("inpai color colou", r"inpainting|colou?rization"),
    Cues("asr ocr ner nmt tts vqa qa q", r"\b(?:asr|ocr|ner|nmt|tts|vqa)\b|(?<!-)\bqa\b(?!-)|\bq&a\b"),
    Cues("separ diari verif taggi", r"(?:source|speaker|audio|speech) (?:separation|diarization|verification|tagging)"),
    Cues("diari vocod cloni conve", r"diarization|vocoder|voice (?:cloning|conversion)"),
    Cues("answe compr", r"question[ -]answering|(?:reading|image[ -]text) comprehension"),
    Cues("summa", r"summari[sz](?:ation|ers?)"),
    Cues("trans", r"\btranslat(?:ion|ors?)\b(?! (?:layer|dataset|data|corpus))"),
    Cues("parap", r"paraphras(?:ing|er)|paraphrase generation"),
    Cues("check spell", r"\b(?:spell|grammar)[ -]?check(?:ers?|ing)"),
    Cues(
        "corre punct", r"(?:grammar|spelling|grammatical)(?: error)? correction|punctuation (?:restoration|prediction)"
    ),
    Cues(
        "analy check infer entai",
        r"(?:sentiment|literary|text|image|financial|legal) analysis|fact[ -]checking|natural language inference|"
        r"textual entailment",
    ),
    Cues("ranke ranki reran clust", r"\bre-?rank(?:ers?|ing)|clustering"),
    Cues(
        "extra",
        r"(?<=\w[ -])extract(?:ion|ors?)\b(?! (?:layer|code|script))",
    ),
    Cues("encod embed", r"(?:sentence|text|paragraph|image|document|code|vision)[ -]encoder|embedding model"),
    Cues(
        "taggi tagge parsi parse lemma morph",
        r"(?:pos|part[ -]of[ -]speech)[ -]tagg(?:ing|er)|"
        r"(?:dependency|document)[ -]pars(?:ing|er)|lemmati[sz]ation|morphological analysis",
    ),
    Cues(
        "langu mask filli compl",
        r"masked language model(?:l?ing)?|fill[ -]mask|mask[ -]filling|(?:text|code) completion",
    ),
    Cues(
        "predi",
        r"\b(?:masked|next)[ -](?:token|word|sentence) prediction|"
        r"\b(?:price|structure|property|sales|churn|risk|survival|stock|weather|toxicity|affinity|click|age|emotion|"
        r"sentiment|quality|score|disease|outcome|traffic|demand|energy|function|effect|solubility|stability|binding|"
        r"activity|load|intent|fraud|failure|behaviou?r|yield|rating)[ -]prediction",
    ),
    Cues("chat chatb", r"chat[ -]?bots?|\bchat (?:model|assistant)"),
    Cues("dialo conve", r"dialogu?e? (?:system|model|agent)|conversational (?:ai|agent|assistant|model)"),
    Cues("assis agent", r"(?:ai|virtual|coding|personal|language) (?:assistants?|agents?)|agent playing"),
    Cues(
        "rag searc retri chat codin",
        r"\bfor (?:[\w-]+,? (?:and )?){0,3}?(?:search|retrieval|rag|chat(?:ting)?|coding)\b",
    ),
    Cues("fill infil specu", r"\bfill[ -]in[ -]the[ -](?:middle|blanks?)|\binfilling\b|\bspeculative decoding"),
    Cues("lip talki virtu face", r"\blip[ -]?sync|\btalking[ -]head|\bvirtual try-?on|\bface[ -]swap"),
    Cues("guard rewar jailb", r"\bguard(?:rail)? models?\b|\breward model(?:l?ing)?\b"),
    Cues("role rolep story creat", r"role[ -]?play(?:ing)?|story[ -]?(?:telling|writing)|creative writing"),
    Cues("follo calli use", r"instruction[ -]following|function[ -]calling|tool[ -](?:use|calling)"),
    Cues("forec recom", r"forecasting|(?:weather|sales|price) forecast|recommend(?:ation|er) systems?"),
    Cues("robot locom", r"(?:robotic?|locomotion) (?:control|manipulation)"),
    Cues(
        "under reaso docum match capti contr",
        r"(?:visual|image|video|multimodal|language|document) (?:understanding|reasoning|analysis)|"
        r"image[ -]text matching|captioning|contrastive image[ -]text|reasoning tasks?",
    ),
)
_BEFORE = either(
    r"\b(?:for|perform(?:s|ing)?|do|does|solv(?:es?|ing)|tasks?:?|tasks? (?:of|such as|like)|problem type:?|"
    r"task type:?|model type:?|supports?|capable of|excels? (?:at|in)|tools? \(including)\s+"
    r"(?:the )?(?:\w[\w-]* ){0,4}$",
    r"\b(?:is|are|as) (?:an?|the|our) (?:[\w-]+,? ){0,7}$",
    r"\bto (?:facilitate|support|enable|automate|aid) (?:[\w-]+ ){0,3}$",
)
_AFTER = either(
    r"^(?: \([a-z-]{2,6}\))? (?:model|system|program|tool|network|pipeline|adapter|agent|engine|"
    r"toolkit|downstream|tasks?)s?\b"
)
_FOLLOWS = late(r" ?(?:$|[.,:;(]|(?:based|built|trained|fine-?tuned|made|for|in|with|using|that|from)\b)")
_NEAR = 80  # characters before a task that are looked at
_MOST = 8
_LEADING = 60  # characters before a task that the sentence begins with

_CJK_TASK = group(
    r"分[类類]|翻[译譯]|翻訳|摘要|要約|(?:文本|文章|テキスト|图像|圖像|画像|图片|语音|視頻|视频|动画|動画|代码|コード|标题|タイトル|诗歌|音乐)生成|"
    r"文生[图圖]|文生视频|(?:语音|語音|音声|实体|實體|图像|人脸|文字|情感|感情)[识識認][别別]?|固有表現抽出|语音合成|音声合成|问答|問答|質問応答|"
    r"阅读理解|読解|(?:语义|文本|向量|信息|文書|意味)?检索|検索|情感分析|感情分析|对话|對話|対話|聊天|チャット|纠错|誤り訂正|分词|斷詞|词性标注|"
    r"詞性標記|形態素解析|係り受け解析|(?:关系|信息|实体|关键词)抽取|改写|复述|相似度|類似度|目标检测|物体検出|(?:图像|语义)分割|"
    r"セグメンテーション|推荐|预测|予測|推定|补全|重排|角色扮演|ロールプレイ",
    r"분류|번역|요약|생성|인식|질의 ?응답|검색|감[정성] ?분석|"
    r"대화|챗봇|교정|개체명|형태소|유사도|탐지|검출|분할|합성|예측|추출",
)
_CJK = either(
    rf"(?:{_CJK_TASK}).{{0,10}}?(?:模型|系统|系統|工具|任务|任務|助手|机器人|モデル|システム|タスク|모델|시스템|태스크)",
    rf"(?:用于|用來|用来|进行|進行|实现|支持|擅长|专注于|面向|适用于|可以|能够|能).{{0,20}}?(?:{_CJK_TASK})",
    rf"(?:{_CJK_TASK}).{{0,6}}?(?:위한|위해|하는|할 수|수행|가능|を行|ができ|するため|すること|用の|向け)",
)
_CYRILLIC = either(
    r"(?:модел|нейросет|бот|систем|адаптер).{0,80}?(?:классификац|перевод|распознаван|генерац|генерир|суммаризац|"
    r"тональност|поиск|ответ\w* на вопрос|вопросно|диалог|исправлен|извлечен|сегментац|детекц|обнаружен|синтез|"
    r"предсказан|прогноз|пересказ|реферирован|парафраз|переводит|распозна[её]т|определя[её]т|отвеча)",
    r"для (?:\w+ ){0,3}(?:задач|классификац|генерац|перевод|распознаван|суммаризац|поиск|диалог|ответ)",
)
_LATIN_TASK = group(
    r"clasificaci[óo]n|traducci[óo]n|res[úu]menes|resumir|resumen|reconocimiento|detecci[óo]n|generaci[óo]n|generar|"
    r"an[áa]lisis de|respuestas?|b[úu]squeda|similitud|correcci[óo]n|extracci[óo]n|di[áa]logo|predicci[óo]n|predecir|"
    r"identificar|clasificar|detectar|traducir|reconocer|responder",
    r"classifica[çc][ãa]o|tradu[çc][ãa]o|reconhecimento|detec[çc][ãa]o|gera[çc][ãa]o|gerar|an[áa]lise de|busca|"
    r"similaridade|corre[çc][ãa]o|extra[çc][ãa]o|previs[ãa]o|prever|sumariza[çc][ãa]o|sumarizar|classificar|traduzir",
    r"classification|classer|classifier|traduction|traduire|r[ée]sum[ée]?s?\b|r[ée]sumer|reconnaissance|d[ée]tection|"
    r"d[ée]tecter|g[ée]n[ée]ration|g[ée]n[ée]rer|analyse de|recherche s[ée]mantique|r[ée]pondre|extraction|pr[ée]dire|"
    r"pr[ée]diction|transcription|transcrire|clustering",
    r"klassifi\w+|übersetz\w+|zusammenfass\w+|\w*erkennung|\w*generierung|generier\w+|sentiment\w*|"
    r"frage[ -]?antwort\w*|"
    r"beantwort\w+|textsuche|ähnlichkeit\w*|korrektur|extraktion|segmentierung|\w*synthese|vorhersag\w+|erkenn\w+",
    "chatbots?",
)
_LATIN = Cues(
    "para pour für zur zum que qui das de del des dient kann puede pode peut",
    r"\b(?:modelo|mod[èe]le|modell|sistema|syst[èe]me|red neuronal|adaptador|version|versi[óo]n|vers[ãa]o)\b.{0,80}?"
    r"\b(?:para|pour|de|del|des|für|zur|zum|que|qui|zu)\b.{0,30}?\b" + _LATIN_TASK,
    r"^\W*(?:\w+ ){0,3}(?:para|pour|für|zur|zum) (?:(?:el|la|los|las|le|les|l'|o|a|die|der|das|den) ?)?(?:\w+ ){0,2}?"
    + _LATIN_TASK,
    r"\b(?:sert|sirve|serve|dient|eignet sich) (?:à|au|para|zu[rm]?|als|für)\b",
)


@kept
def names_task(said: Said) -> bool:
    """Whether a task stands in the line, as an English noun."""
    return _TASK.search(said) is not None


@kept
def task_in(said: Said) -> tuple[bool, int | None]:
    """Whether a task stands in the line, in any language, and where one stands that something is said to do.

    "An NER model" and "for text classification" say so; "we thank the text classification team" does not.
    """
    there = False
    for match in islice(_TASK.matches(said), _MOST):
        there = True
        start, end = match.span()
        if _AFTER.search(said.low[end : end + _NEAR]) or _BEFORE.search(said.low[max(0, start - _NEAR) : start]):
            return True, start
    return (True, 0) if does_foreign_task(said) else (there, None)


def leading_tasks(said: Said) -> Iterator[int]:
    """Where the tasks end with which the line may begin as with a name: "Title generator based on ..."."""
    for match in islice(_TASK.matches(said), _MOST):
        if match.start() <= _LEADING and _FOLLOWS.match(said.low, match.end()):
            yield match.end()


@kept
def does_foreign_task(said: Said) -> bool:
    """Whether the line says in another language than English that something does a task."""
    if _LATIN.search(said):
        return True
    return not said.low.isascii() and bool(_CJK.search(said.low) or _CYRILLIC.search(said.low))
