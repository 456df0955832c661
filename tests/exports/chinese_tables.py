"""Exports with Chinese names and contents."""

from exports import ROWS, Export, chinese, dates, turns

_BASE = {"编号": range(1, ROWS + 1), "日期": dates(form="{y}年{m}月{d}日")}

EXPORTS = (
    *(
        Export(f"{text} and {label}", {text: chinese(), label: turns(("好", "差"))}, {"text": text, "label": label})
        for text, label in (
            *(("内容", "标签"), ("文本", "类别"), ("评论", "情感"), ("评价内容", "评分"), ("微博正文", "情感倾向")),
            *(
                ("句子", "意图"),
                ("留言", "主题"),
                ("短信内容", "分类"),
                ("問題", "分類"),
                ("本文", "ラベル"),
                ("내용", "분류"),
            ),
        )
    ),
    Export(
        "number, date, content and rating",
        {**_BASE, "内容": chinese(), "评分": turns((5, 1, 3))},
        {"text": "内容", "label": "评分"},
        {"text": "by its name", "label": "by its name"},
        says="'评分' holds numbers .1, 3, 5., learned as 3 classes",
    ),
    Export(
        "names that say nothing",
        {**_BASE, "甲": chinese(), "乙": turns(("投诉", "咨询", "表扬"))},
        {"text": "甲", "label": "乙"},
        {"text": "by its content", "label": "by its content"},
        says="'甲' is taken as text: 120 different texts.*'乙' is taken as label: 3 different values.*'投诉'",
    ),
    Export(
        "orders: number, customer, phone, product, content, whether it is a complaint",
        {
            "订单号": [f"DD2024{i:05}" for i in range(ROWS)],
            "客户": [f"{'王李张刘陈'[i % 5]}{'伟芳娜敏静丽强'[i % 7]}" for i in range(ROWS)],
            "电话": [f"138{i * 7919 % 10**8:08}" for i in range(ROWS)],
            "客户原话": chinese(),
            "是否投诉": turns(("是", "否")),
        },
        {"text": "客户原话", "label": "是否投诉"},
    ),
    Export(
        "two columns that may be the label",
        {**_BASE, "客户原话": chinese(), "是否投诉": turns(("是", "否")), "产品": turns(("灯", "鞋", "水壶"), step=2)},
        {"text": "客户原话", "label": "是否投诉"},
        says="rival-columns: .*'产品'.*--label 产品 takes it instead",
    ),
    Export(
        "where somebody is from is not what they mean",
        {**_BASE, "城市": turns(("北京", "上海"), step=3), "客户原话": chinese(), "处理": turns(("退货", "换货"))},
        {"text": "客户原话", "label": "处理"},
    ),
    Export(
        "a content that has two values is asked about",
        {**_BASE, "内容": turns(("已读", "未读")), "客户原话": chinese(), "标签": turns(("好", "差"), step=2)},
        refused="'内容' is named like a text column, but has 2 different values in 120 rows.*pass --text 客户原话",
    ),
    Export(
        "title and content",
        {"标题": [f"第{i}次购物" for i in range(ROWS)], "内容": chinese(), "标签": turns(("好", "差"))},
        {"text": "内容", "label": "标签"},
    ),
    Export(
        "tags with Chinese commas between them",
        {"内容": chinese(), "标签": turns(("物流", "物流、客服", "客服", "质量、客服", "质量"))},
        {"text": "内容", "labels": "标签"},
        task="multi-label-classification",
        says="column '标签' looks like several labels per row .3 names",
    ),
    Export(
        "pairs of sentences",
        {"句子1": chinese(), "句子2": list(reversed(chinese())), "标签": turns((0, 1))},
        {"text": "句子1", "text_pair": "句子2", "label": "标签"},
    ),
    Export(
        "encoded in GB 18030",
        "内容,标签\n".encode("gb18030")
        + "".join(f"{t.replace('，', ' ')},{v}\n" for t, v in zip(chinese(), turns("好差"), strict=True)).encode(
            "gb18030"
        ),
        {"text": "内容", "label": "标签"},
        asked={"encoding": "auto"},
    ),
)
