"""By what the known licence texts are told: a title, and a few short phrases in our own normal form.

The normal form is lower case, no punctuation, `++` as `plusplus`, `$` as `usd`. An order matters only among texts
without a title: the one that asks for more stands first.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownText:
    """How one text is told.

    Attributes:
        hub_id: Of the table; `cc`: which of the family is told by the words of the title.
        title: A pattern for the title, "" where the text has none.
        phrases: All of them stand in the text.
        bare: The phrases tell it without a title.
        body: First and last phrase of a text whose length is known, and the most characters between them.
        appendix: What may follow the last phrase, up to these words.
    """

    hub_id: str
    title: str = ""
    phrases: tuple[str, ...] = ()
    bare: bool = False
    body: tuple[str, str, int] | None = None
    appendix: str = ""

    def holds(self, text: str) -> bool:
        """Whether a text in normal form has all its phrases."""
        return all(phrase in text for phrase in self.phrases)


_MIT = ("permission is hereby granted free of charge", "dealings in the software", 1_020)
_BSD_END = "possibility of such damage"
_BSD = "redistribution and use in source and binary forms"
_CC = (
    r"(?:creative commons )?attribution(?: ?non ?commercial)?(?: ?share ?alike| ?no ?deriv\w*)?"
    r"(?: international| unported| generic| public license| license)? ?\d\.\d|cc by(?: nc)?(?: sa| nd)?(?: \d\.\d)?"
)

KNOWN_TEXTS: tuple[KnownText, ...] = (
    KnownText("modified-mit", "modified mit license", ("permission is hereby granted",)),
    KnownText(
        "mit",
        "mit license|expat license|license mit",
        ("permission is hereby granted free of charge", "above copyright notice", "dealings in the software"),
        bare=True,
        body=_MIT,
    ),
    KnownText(
        "apache-2.0",
        "apache license(?: version)? 2(?:.0)?",
        ("grant of copyright license", "grant of patent license", "end of terms and conditions"),
        body=("terms and conditions for use reproduction", "end of terms and conditions", 9_000),
        appendix="limitations under the license",
    ),
    KnownText(
        "bsd-3-clause-clear",
        "clear bsd license|bsd 3 clause clear",
        (_BSD, "no express or implied licenses to any party s patent rights"),
        bare=True,
    ),
    KnownText("bsd-4-clause", "", (_BSD, "all advertising materials"), bare=True),
    KnownText(
        "bsd-3-clause",
        "bsd 3 clause|new bsd license|modified bsd license",
        (_BSD, "neither the name", _BSD_END),
        bare=True,
        body=(_BSD, _BSD_END, 1_450),
    ),
    KnownText(
        "bsd-2-clause",
        "bsd 2 clause|simplified bsd license",
        (_BSD, _BSD_END),
        bare=True,
        body=(_BSD, _BSD_END, 1_230),
    ),
    KnownText(
        "isc",
        "isc license",
        ("permission to use copy modify and or distribute this software", "performance of this software"),
        bare=True,
        body=("permission to use copy modify", "performance of this software", 700),
    ),
    KnownText("agpl-3.0", "gnu affero general public license version 3", ("remote network interaction",)),
    KnownText("agpl-3.0", "gnu affero general public license|agpl(?: v?3(?:.0)?)?"),
    KnownText("lgpl-2.1", "gnu lesser general public license version 2.1"),
    KnownText("lgpl-3.0", "gnu lesser general public license version 3"),
    KnownText("gpl-2.0", "gnu general public license version 2", ("applies to any program",)),
    KnownText("gpl-3.0", "gnu general public license version 3"),
    KnownText("gfdl", "gnu free documentation license"),
    KnownText("mpl-2.0", "mozilla public license(?: version)? 2.0"),
    KnownText("cc0-1.0", "cc0 1.0 universal|creative commons cc0|cc0(?: 1.0)?"),
    KnownText("cc", _CC, ("creative commons",)),
    KnownText(
        "unlicense",
        "the unlicense",
        ("free and unencumbered software released into the public domain",),
        bare=True,
    ),
    KnownText("wtfpl", "do what the fuck you want to public license"),
    KnownText("bsl-1.0", "boost software license version 1.0|boost software license"),
    KnownText("busl-1.1", "business source license(?: version)? 1.1|business source license"),
    KnownText(
        "zlib",
        "zlib license",
        ("altered source versions must be plainly marked", "removed or altered from any source distribution"),
        bare=True,
    ),
    KnownText("ncsa", "university of illinois ncsa open source license"),
    KnownText(
        "postgresql",
        "postgresql license",
        ("permission to use copy modify and distribute this software and its documentation", "updates enhancements"),
        bare=True,
    ),
    KnownText("lgpl-lr", "lesser general public license for linguistic resources|lgpllr"),
    KnownText("lppl-1.3c", "latex project public license(?: lppl version 1.3 c)?", ("lppl version 1.3 c",)),
    KnownText(
        "etalab-2.0", "licence ouverte(?: open licen[cs]e)?(?: version)? 2.0|open licen[cs]e (?:version )?2.0 etalab"
    ),
    KnownText("ofl-1.1", "sil open font license version 1.1"),
    KnownText("epl-1.0", "eclipse public license(?: version)?(?: v)? 1.0"),
    KnownText("epl-2.0", "eclipse public license(?: version)?(?: v)? 2.0"),
    KnownText("eupl-1.1", "european union public licen[cs]e(?: v| version)? ?1.1"),
    KnownText("eupl-1.2", "european union public licen[cs]e(?: v| version)? ?1.2"),
    KnownText("osl-3.0", "open software license (?:v |version )?3.0"),
    KnownText("afl-3.0", "academic free license (?:v |version )?3.0"),
    KnownText("artistic-2.0", "(?:the )?artistic license 2.0"),
    KnownText("ms-pl", "microsoft public license"),
    KnownText("ecl-2.0", "educational community license version 2.0"),
    KnownText("odbl", "open database license"),
    KnownText("odc-by", "(?:odc|open data commons) attribution license"),
    KnownText("pddl", "(?:odc |open data commons )?public domain dedication and licen[cs]e"),
    KnownText("cdla-permissive-1.0", "community data license agreement permissive version 1.0"),
    KnownText("cdla-permissive-2.0", "community data license agreement permissive version 2.0"),
    KnownText("cdla-sharing-1.0", "community data license agreement sharing version 1.0"),
    KnownText("c-uda", "computational use of data agreement"),
    KnownText("openmdw-1.0", "openmdw license agreement version 1.0|openmdw 1.0|openmdw license agreement v?1.0"),
    KnownText("openmdw-1.1", "openmdw license agreement version 1.1|openmdw 1.1|openmdw license agreement v?1.1"),
    KnownText("bigscience-bloom-rail-1.0", "bigscience (?:bloom )?rail(?: license)? v?(?:ersion )?1.0"),
    KnownText("bigscience-openrail-m", "bigscience open ?rail m(?: license)?"),
    KnownText("bigcode-openrail-m", "bigcode open ?rail m(?: v1)?(?: license)?(?: agreement)?"),
    KnownText("openrail++", "creativeml open ?rail plusplus m(?: license)?|open ?rail plusplus m license"),
    KnownText("modified-creativeml-openrail-m", "modified creativeml open ?rail m(?: license)?"),
    KnownText("creativeml-openrail-m", "creativeml open ?rail m(?: license)?"),
    KnownText("llama2", "llama 2 community license(?: agreement)?", ("llama materials",)),
    KnownText("llama3", "meta llama 3 community license(?: agreement)?", ("llama materials",)),
    KnownText("llama3.1", "llama 3.1 community license(?: agreement)?", ("llama materials",)),
    KnownText("llama3.2", "llama 3.2 community license(?: agreement)?", ("llama materials",)),
    KnownText("llama3.3", "llama 3.3 community license(?: agreement)?", ("llama materials",)),
    KnownText("llama4", "llama 4 community license(?: agreement)?", ("llama materials",)),
    KnownText("gemma", "gemma terms of use", ("model derivatives",)),
    KnownText("qwen-research", "qwen research license agreement"),
    KnownText("qwen", "qwen license agreement"),
    KnownText("tongyi-qianwen-research", "tongyi qianwen research license agreement"),
    KnownText("tongyi-qianwen", "tongyi qianwen license agreement"),
    KnownText("deepseek", "deepseek(?: model)? license agreement"),
    KnownText("stabilityai-nc-research-community", "stability ai non ?commercial research community license"),
    KnownText("stabilityai-ai-community", "stability ai community license(?: agreement)?"),
    KnownText("falcon-2-11b-license", "falcon 2 11b tii license"),
    KnownText("falcon-180b-license", "falcon 180b tii license"),
    KnownText("falcon-llm-license", "(?:tii )?falcon(?: 3)?(?: llm)?(?: tii)?(?: falcon)? license"),
    KnownText("flux-1-dev-non-commercial-license", "flux 1 dev non commercial license"),
    KnownText("nvidia-open-model-license", "nvidia open model license(?: agreement)?|nvidia open model agreement"),
    KnownText("nsclv1", "nvidia source code license", ("non commercially",)),
    KnownText("apple-amlr", "apple machine learning research model license agreement"),
    KnownText("apple-ascl", "apple sample code license|disclaimer important this apple software"),
    KnownText("fair-noncommercial-research-license", "fair non ?commercial research license"),
    KnownText("tencent-hunyuan-community", r"tencent hunyuan[ \w.]{0,30} community license(?: agreement)?"),
    KnownText("deepfloyd-if-license", "deepfloyd if license(?: agreement)?"),
    KnownText("exaone", "exaone(?: ai)? model license agreement"),
    KnownText("mnpl", "mistral ai non production license"),
    KnownText("mrl", "mistral ai research license"),
    KnownText("yi-license", "yi series models(?: community)? license agreement"),
    KnownText("minicpm-model-license", "minicpm model(?: community)? license"),
    KnownText(
        "baichuan", "(?:baichuan 7b|baichuan2?) (?:model )?(?:community )?license|baichuan ?2? ?模型社区许可协议"
    ),
    KnownText("chatglm", r"(?:the )?(?:chatglm\w*(?: 6b)?|glm 4)(?: 9b)? license"),
    KnownText("lfm1.0", "lfm open license"),
    KnownText("ltx-video", "ltx(?: ?v| video) open weights license"),
    KnownText("ltx-2-community-license-agreement", r"ltx 2(?:.\w+)? community license agreement"),
    KnownText("coqui-public-model-license", "coqui public model license"),
    KnownText("faipl-1.0-sd", "fair ai public license 1.0 sd"),
    KnownText("faipl-1.0", "fair ai public license"),
    KnownText("grok2-community", "(?:xai )?grok 2 community license(?: agreement)?"),
    KnownText("prior-labs-license", "prior labs license"),
    KnownText("tabpfn-2.5-license-v1.0", "tabpfn 2.[56] (?:model )?license"),
    KnownText("msrla", "microsoft research license(?: terms| agreement)?"),
    KnownText("databricks-open-model-license", "databricks open model license"),
    KnownText("jamba-open-model-license", "jamba open model license(?: agreement)?"),
    KnownText("polyform-noncommercial-1.0.0", "polyform noncommercial license 1.0.0"),
    KnownText("opt-175b-license", "opt 175b license(?: agreement)?"),
)
