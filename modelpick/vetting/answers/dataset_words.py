"""Words that look like the name of a data set and are none: machines, tools, models, languages, measures."""

from __future__ import annotations

import re

from modelpick.vetting.answers.words import either, late

PLAIN_WORDS = frozenset(
    """
    answering corpora joint larger largest merged reference smallest solutions these those valid
    a all an and any anime api audio available best big blog book books both chat class clean code collected combined
    complete conversation core crawled custom data dataset datasets de demo dev development dialogue different domain
    download each english entire evaluation external extra final fine first following for full general generated given
    here high homepage hub human image images in instruction internal it its large latest leaderboard license link low
    main manual many mixed model more most movie movies multi multiple music my new news none of old on open original
    other our own page paper paired parallel personal photo pre previous private processed proprietary public question
    raw real reference same sample sampled scratch search second selected self several short similar single small
    smaller some song source speech standard subset synthetic target task test text the their third this top train
    training tv tweet tweets two three four five unknown unlabeled unlabelled upstream validation various video visual
    web website whole your
    """.split()  # noqa: SIM905 - easier to read and to extend
)
PLAIN_ENDING = late(
    r".*(?:ing|ed|al|ic|ive|ous|ly|able|ary|ish|est|level|based|sized?|scale|quality|wise|free|type|tuned|trained)$"
)
_PLATFORM = (
    r"(?:You[Tt]ube|Reddit|Twitter|Stack ?Overflow|Telegram|Instagram|LinkedIn|TikTok|Weibo|Roboflow|Zenodo|Dropbox)"
)
PLATFORM = late(_PLATFORM)
"""Where data were taken from: a source, but not the name of a data set."""

_LANGUAGE = (
    r"(?:English|Dutch|French|German|Arabic|Hindi|Greek|Thai|Czech|Bengali|Tamil|Telugu|Urdu|Swahili|Basque|Hebrew|"
    r"Slovak|[A-Z][a-z]+(?:ian|ese|ish)|Korean|Wolof|Indic|Nordic|Catalan|Welsh|Icelandic|Yoruba|Farsi|Malay|"
    r"Filipino|Tagalog|Punjabi|Marathi|Gujarati|Kannada|Sinhala|Nepali|Hausa|Igbo|Amharic|Tigrinya|Kazakh|Uzbek|"
    r"Sanskrit|Tatar|Odia|Afrikaans|Irish|Galician|Latin|Mandarin|Cantonese|Interlingua|Esperanto)"
)
A_LANGUAGE = late(_LANGUAGE)
"""The name of a language in English."""

NO_NAME = either(
    r"^(?:[GTCXN]PUs?\S*|CUDA|[AVHPTBLM]\d{1,4}s?|v\d-\d+|RTX|GTX|NVIDIA|Tesla|T[Ii][Tt][Aa][Nn]|"
    r"[A-Za-z]{2}-[A-Z]{2}|X[Pp]|Engine|Word[Pp]iece|Sentence[Pp]iece|BPE|WAV|FLAC|MP3|"
    r"\w+_(?:url|ids?|name|path|text|labels?|size|type|mask)|Quadro|GeForce|DGX|Ascend|"
    r"Gaudi\d?",
    r"Google|Colab|AWS|Amazon|Azure|GCP|Cloud|Tencent|Alibaba|Baidu|Slurm|MacBook|RAM|VRAM|SageMaker|PyTorch|"
    r"TensorFlow",
    r"Keras|JAX|Flax|Transformers?|Trainer|TRL|SFT|DPO|ORPO|KTO|PPO|GRPO|RLHF|RLAIF|RL|Q?LoRA|LoRAs?|Rslora|DORA|PEFT",
    r"DeepSpeed|FSDP|Megatron\S*|Unsloth|Axolotl|LLaMA-Factory|AutoTrain|AutoNLP|Adam\w*|Accelerate|vLLM|Ollama",
    r"Hugging ?Face\S*|HF|DreamBooth|SpeechBrain|NeMo|ESPnet2?|OpenAI|Meta|Microsoft|Facebook|Nvidia|Anthropic|"
    r"DeepMind",
    r"[\w-]*(?:BERT|Bert|ELECTRA)(?![a-z])\S*|[A-Za-z]{3,9}LM(?:v\d)?(?:-(?:Base|Large|Small))?|MarianMT|RoBERTa\S*|ChatGPT\S*|GPT\S*|Claude\S*|Gemini\S*",
    r"LLaMA\S*|Llama\S*|Mistral\S*|Mixtral\S*|Qwen\S*|Gemma\S*|Phi-\S*|Yi-\S*|DeepSeek\S*|Vicuna\S*|ViT\S*|Whisper\S*",
    r"[a-z]?T5\S*|BART\S*|ELECTRA\S*|[Ss]table-?\w\S*|Stable|SDXL|SD\d\S*|FLUX\S*|Wav2Vec2?\S*|wav2vec2?\S*|"
    r"HuBERT\S*|Tacotron\d?|VITS",
    r"XLM\S*|XLSR\S*|XLS-R\S*|CLIP|BLIP\S*|DINO\S*|ResNet\S*|[Yy][Oo][Ll][Oo]\S*|\w*Tokenizer|[a-z]\w*-(?:base|"
    r"large|small|tiny|xl|xxl|mini|medium)\S*|U-?Net|CTC|MLM|CLM|NSP|AI|ML|NLP|NLU|NLG|LLMs?",
    r"NLI|NER|QA|TTS|ASR|STT|OCR|VQA|POS|MT|MLP|CNN|RNN|LSTM|GAN|SOTA|NSFW|EM|F1|BLEU|WER|CER|API|GUI|URL|PDF|"
    r"HTML|JSON",
    rf"{_LANGUAGE}(?:[-–/]{_LANGUAGE})*",
    r"[\w-]+\.(?:com|org|net|io|co|edu|gov|ai|ru|de|fr|es|it|nl|pl|cz|hu|fi|se|no|dk|pt|br|cn|jp|kr|in|ir|uk|eu)",
    r"(?:Pre-?|Fine-?)?(?:Train|Tun|train|tun)(?:ing|ed)?|Evaluation|Test\w*|Datasets?|Data|Corpus|Leaderboards?",
    r"Model\w*|Base|Input|Output|Note|Table|Figure|Section|Version|Steps?|Stage|Phase|Web|Internet|Linux|Windows|MIT",
    _PLATFORM,
    r"Apache\S*|CC|Python|Java|JavaScript|Git[Hh]ub|Kaggle|Format|Examples?|Masked|Language|Permalink|Homepage|"
    r"Download",
    r"I|We|The|This|These|It|In|On|For|And|A|An|See|To|As|At|By|If|Is|Used?|All|Some|Our|From|With|You|There|They",
    r"(?:large|base|small|medium|tiny|xl|turbo)(?:-v?\d\S*)?|\w*(?:Loss|Trainer|Tokenizer|Optimizer|Scheduler|Collator|Sampler)|\S*MLM|WWM|Jupyter|Notebooks?|Volta|Turing|Ampere|Hopper|DGX|EC2|W&B|[Ss]cikit-learn|Creative|Commons|[Aa]ttribution\S*|URLs?|IPUs?|md5|sha1|etc",
    r"Train|Dev|Summary|Merged|Number|Total|Size|Source|Code|[Hh]ere|[Ll]inks?|[Hh]ub|Also|Both|Each|Only|Please|Finally|Then|After|Since|While",
    r"When|Hyper\w*|Epochs?|Batch\w*|January|February|March|April|May|June|July|August|September|October|November",
    r"December|NeurIPS|ICML|ICLR|ACL|EMNLP|NAACL|CVPR|ICCV|ECCV|ICASSP|arXiv:\S*",
    r"\S+\.(?:json|jsonl|csv|tsv|txt|py|sh|pt|bin|ya?ml|ipynb|zip|gz|md|safetensors|gguf|parquet)",
    r"\d[\d.,]*(?:[kKmMbBtTgG%x×+]+|st|nd|rd|th|e-?\d+|px|GB|MB|TB|h|hrs?|ms|kHz|Hz)?|\d+[x×-]\d+\w*|"
    r"\d[\w.-]*[bBkKmM]|\d+-\w+|v?\d+\.\d[\w.+-]*|v\d[\w.]*|(?:fp|bf|int)\d+)$",
)
"""Capitalised words and ids that are no data sets."""

HARDWARE = late(
    r"\b(?:\d+\s?[x×]\s?)?(?:[AHVPTBL]\d{1,3}s?|[AH]100\w*|RTX\s?\d*\w*|TITAN|Tesla|GeForce|TPUs?|GPUs?|Xeon)\b(?!-)|"
    r"^\d+\s?(?:[x×]|GB)\b|\b[a-z]\d\w*\.\d*x?large\b"
)
"""A machine, or how much memory it has."""

MODEL_WORD = late(
    r"\b(?:[Mm]odels?|[Cc]heckpoints?|[Pp]retrained|[Pp]re-trained|[Aa]rchitectures?|[Ee]ncoder|[Dd]ecoder|[Bb]ackbone|"
    r"[Tt]okeni[sz]er|[Ll]eaderboard|[Tt]ransformers?|[Oo]ptimi[sz]er|[GT]PUs?|[Ss]ettings?|[Pp]ipeline)\b"
)
"""A span with one of these in it names a model or a tool."""

RECIPE = late(r"(?:[/ ][\w/-]+)? recip\w+\b")
"""What follows tells that the data set gave its name to a way of training."""

PLAIN_NOUN = late(
    r"['’]?s? (?:[a-z]+ )?(?:texts?|tweets|language|speech|news|books|articles|documents|sentences|images|photos|"
    r"lyrics|songs|poems|poetry|code|conversations?|dialogues?|dialogs?|scripts?|transcripts|quotes|stories|novels|posts|"
    r"comments|reviews|recordings|audio|videos|literature|words|tokens|vocabulary|domain|cluster|servers?|machines?)\b"
)
"""What makes the capitalised word before it an adjective or an owner: its "data" have no name."""

A_TASK = late(
    r"\b(?:Tagging|Analysis|Recognition|Similarity|Classification|Summari[sz]ation|Answering|Generation|Detection|"
    r"Translation|Typing|Parsing|Identification|Segmentation|Extraction|Retrieval|Modell?ing|Prediction|Inference)$"
)
"""A span that ends so names a task, where no word says that it is a data set."""

MODEL_LIKE = late(
    r"^\W{0,2}(?:pre-?trained |language |base |foundation )*(?:models?|checkpoints?|architecture|"
    r"encoder|decoder|backbone|tokenizer|"
    r"weights|framework|library|paper|script|recipe|GPUs?|TPUs?|cards?|cores?|leaderboard|toolkit|team|group|lab|"
    r"authors|researchers|institutes?|project page)\b",
    re.I,
)
"""What follows a name tells that it is a model or a tool."""
