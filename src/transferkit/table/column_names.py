"""What columns are called: by this project, and usually in data."""

GROUP, TIME, WEIGHT = "group", "time", "weight"
ASIDE = (GROUP, TIME, WEIGHT)
"""Canonical columns that say which rows belong together, when they were written and how much they count. No model sees
them."""

_TEXTS = (
    "text sentence content review review_text reviewtext review_body body message tweet tweet_text comment "
    "comment_text comment_body comments reviews post post_text feedback full_text utterance document description "
    "abstract headline title sms query question source input",
    "文本 内容 评论 句子 正文 评论内容 评价内容 文本内容 评价 留言 留言内容 消息 消息内容 短信 短信内容 反馈 反馈内容 "
    "微博 微博内容 微博正文 弹幕 新闻内容 投诉内容 咨询内容 对话内容 描述 问题描述 问题 文章 摘要 标题",
    "文本內容 內容 評論 評論內容 評價 留言內容 訊息 簡訊 句子內容 標題",
    "テキスト 本文 文 文章 レビュー 口コミ コメント メッセージ 発話 質問 タイトル",
    "텍스트 본문 문장 리뷰 댓글 내용 메시지 발화 질문 제목",
    "texte commentaire avis phrase contenu texto comentario reseña mensaje contenido opinión comentário mensagem "
    "conteúdo testo commento recensione messaggio contenuto",
    "kommentar nachricht rezension beschreibung satz beitrag tekst bericht recensie opmerking komentarz opinia "
    "wiadomość текст отзыв комментарий сообщение предложение metin yorum mesaj teks ulasan komentar نص تعليق",
)
_LABELS = (
    "label labels target class category coarse_label gold_label label_text sentiment intent topic emotion polarity "
    "label_name class_name category_name sentiment_label rating stars score output y cats",
    "标签 类别 分类 情感 情感倾向 情感标签 情感极性 情绪 极性 类型 意图 主题 话题 立场 评分 星级 打分 得分",
    "標籤 類別 分類 情緒 情感傾向 意圖 主題 評分 星級",
    "ラベル カテゴリ カテゴリー クラス 感情 極性 意図 評価 星 라벨 레이블 분류 카테고리 클래스 감정 의도 평점 별점",
    "étiquette etiquette catégorie categorie classe étiqueta etiqueta categoría categoria clase sentimiento rótulo "
    "rotulo sentimento etichetta kategorie klasse stimmung kategoria klasa etykieta sentyment метка класс категория "
    "тональность оценка etiket kategori sınıf duygu kelas تصنيف فئة",  # noqa: RUF001
)
_SEVERAL = (
    "labels label tags classes categories targets topics genres cats",
    "标签 类别 分类 标签列表 類別 標籤 ラベル カテゴリ 라벨 분류 catégories categorías categorias kategorien etiquetas "
    "étiquettes schlagwörter метки категории",
)
_NUMBERS = (
    "value score target label rating stars similarity y",
    "评分 得分 分数 打分 星级 相似度 評分 分數 星級 スコア 評価 평점 점수 note puntuación puntuacion nota punteggio "
    "bewertung wert оценка балл puan skor",
)
_TAGS = "ner_tags tags labels ner pos_tags chunk_tags entities label"

ALIASES: dict[str, tuple[str, ...]] = {
    name: tuple(dict.fromkeys(" ".join(usual).split()))
    for name, usual in {
        "text": _TEXTS,
        "text_pair": ("text_pair",),
        "label": _LABELS,
        "labels": _SEVERAL,
        "value": _NUMBERS,
        "tags": (_TAGS,),
        "answers": ("answers answer",),
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
    ("句子1", "句子2"),
    ("文本1", "文本2"),
    ("前提", "假设"),
)
"""Usual names of `text` and `text_pair` where both stand side by side; tried before single names."""


def plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")
