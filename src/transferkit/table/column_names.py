"""What columns are called: by this project, and usually in data."""

GROUP, TIME, WEIGHT = "group", "time", "weight"
ASIDE = (GROUP, TIME, WEIGHT)
"""Canonical columns that say which rows belong together, when they were written and how much they count. No model sees
them."""

ALIASES: dict[str, tuple[str, ...]] = {
    name: tuple(usual.split())
    for name, usual in {
        "text": "text sentence content review body message tweet comment comment_text document utterance description "
        "abstract headline title sms query question source input 文本 内容 评论 句子 正文",
        "text_pair": "text_pair",
        "label": "label labels target class category coarse_label gold_label label_text sentiment intent topic "
        "emotion rating stars output y cats 标签 类别 分类 情感",
        "labels": "labels label tags classes categories targets topics cats 标签 类别 分类",
        "value": "value score target label rating stars similarity y",
        "tags": "ner_tags tags labels ner pos_tags chunk_tags entities label",
        "answers": "answers answer",
    }.items()
}
"""Canonical column -> usual names, the likeliest first. Compared without case; `-` and blank count as `_`."""

PAIRS: tuple[tuple[str, str], ...] = (
    ("text", "text_pair"),
    ("sentence1", "sentence2"),
    ("premise", "hypothesis"),
    ("question1", "question2"),
    ("text1", "text2"),
    ("text_a", "text_b"),
    ("sentence_a", "sentence_b"),
    ("question", "sentence"),
    ("query", "passage"),
    ("query", "document"),
)
"""Usual names of `text` and `text_pair` where both stand side by side; tried before single names."""


def plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")
