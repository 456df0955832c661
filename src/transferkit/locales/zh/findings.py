"""What other rooms write: findings of the audit, methods of routes, reasons why one was not run, names of tests.

`{}` is what varies; in Chinese `{0}` is the first of these. What varies is looked up too: `3 rows` is one of them.
"""

PATTERNS = {
    # parts of sentences
    "train": "训练集",
    "validation": "验证集",
    "test": "测试集",
    "{#} text of {}": "{1} {0} 条文本",
    "{#} texts of {}": "{1} {0} 条文本",
    "{#} row": "{0} 行",
    "{#} rows": "{0} 行",
    "{#} row of train": "训练集 {0} 行",
    "{#} rows of train": "训练集 {0} 行",
    "{#} row of validation": "验证集 {0} 行",
    "{#} rows of validation": "验证集 {0} 行",
    "{#} row of test": "测试集 {0} 行",
    "{#} rows of test": "测试集 {0} 行",
    "{#} text": "{0} 条文本",
    "{#} texts": "{0} 条文本",
    "row {}": "第 {0} 行",
    "rows {}": "第 {0} 行",
    "rows {} and {#} more": "第 {0} 行等，另有 {1} 行",
    "line {}": "文件第 {0} 行",
    "lines {}": "文件第 {0} 行",
    "lines {} and {#} more": "文件第 {0} 行等，另有 {1} 行",
    # tests
    "exact McNemar": "精确 McNemar 检验",
    "approximate randomization": "近似随机化检验",
    "exact McNemar, Holm-corrected for {#} comparisons": "精确 McNemar 检验，按 {0} 次比较作 Holm 校正",
    "approximate randomization, Holm-corrected for {#} comparisons": "近似随机化检验，按 {0} 次比较作 Holm 校正",
    # methods
    "TF-IDF of {}, {}": "TF-IDF（{0}），{1}",
    "words": "词",
    "words and word pairs and runs of characters": "词、词对与字符 n-gram",
    "runs of characters": "字符 n-gram",
    "words and runs of characters": "词与字符 n-gram",
    "words and pairs of words": "词与词对",
    "linear support vector machine": "线性支持向量机",
    "ridge regression": "岭回归",
    "the most frequent tag of every word among its neighbours, of unknown words by their endings": (
        "结合相邻词取每个词最常见的标注，未登录词按词尾判断"
    ),
    "words of the question looked up in the context": "在上下文中查找问题里的词",
    "the first {#} words of the text": "文本的前 {0} 个词",
    "frozen {}, {}, linear head": "冻结编码器 {0}（{1}），线性分类头",
    "{#} of its depths": "取 {0} 层",
    "layer {#} of {#}": "第 {0} 层，共 {1} 层",
    "frozen {}, shown up to {#} examples that {} finds": "冻结的 {0}，提示中最多给出 {1} 个由 {2} 检索的示例",
    "fine-tuned {}: full": "微调 {0}：全部参数",
    "fine-tuned {}: top layers": "微调 {0}：上层参数",
    "fine-tuned {}: lora": "微调 {0}：LoRA",
    "{} fine-tuned on pairs, linear head": "{0} 对比学习微调，线性分类头",
    "{} as pretrained, prompted with the instruction": "预训练模型 {0}，以指令提示",
    "static embeddings distilled from {}": "静态词向量，由 {0} 知识蒸馏得到",
    "{#} of {#} layers, distilled from {}": "{1} 层中的 {0} 层，由 {2} 知识蒸馏得到",
    "{} distilled from {}": "{0}，由 {1} 知识蒸馏得到",
    # reasons and notes
    "only {#} labelled rows for {#} labels; use contrastive": "{1} 个标签只有 {0} 条标注样本，请使用 contrastive",
    "{#} labelled rows are plenty; use full, which learns from labels directly": (
        "{0} 条标注样本已经足够，请使用直接从标签学习的 full"
    ),
    "{#} of {#} test rows have more tokens than it reads": "{1} 条测试样本中有 {0} 条超过模型可读取的长度",
    "{#} of {#} answers stopped at max_new_tokens": "{1} 个答案中有 {0} 个因达到 max_new_tokens 而中断",
    # what was read
    "{#} row of {}, {}": "{1}，{0} 行，{2}",
    "{#} rows of {}, {}": "{1}，{0} 行，{2}",
    "{#} label: {}": "{0} 个标签：{1}",
    "{#} labels: {}": "{0} 个标签：{1}",
    "{#} types of spans: {}": "{0} 种实体：{1}",
    "{#} questions with an answer": "{0} 个有答案的问题",
    "numbers from {} to {}, {} on average": "{0} 到 {1} 之间的数，平均 {2}",
    "answers of {} to {#} signs, half of them up to {}": "答案长 {0} 到 {1} 个字符，半数不超过 {2} 个",
    # findings
    "{#} of {#} rows {} the text and label of an earlier one ({})": "{1} 行中有 {0} 行与前面的文本和标签重复（{3}）",
    "{#} of {#} rows of {} {} the text and label of an earlier one ({})": (
        "{2} {1} 行中有 {0} 行与前面的文本和标签重复（{4}）"
    ),
    "removed, the first is kept": "已去重，保留第一条",
    "{} in {#} rows {} more than one label ({})": "{1} 行中的 {0}有多个不同的标签（{3}）",
    "the majority label is kept": "按多数保留标签",
    "the majority label is kept; {} without a majority dropped": "按多数保留标签；{0}没有多数标签，已删除",
    "{#} classes in {} to train on; largest {} {} ({}), smallest {} {} ({})": (
        "{1}训练样本共 {0} 个类别；最多的 {2} 有 {3}（{4}），最少的 {5} 有 {6}（{7}）"
    ),
    "{#} class in {} to train on: {} {} ({})": "{1}训练样本共 {0} 个类别：{2} 有 {3}（{4}）",
    "{#} label in {} to train on: {} {} ({})": "{1}训练样本共 {0} 个标签：{2} 有 {3}（{4}）",
    "{#} labels in {} to train on; largest {} {} ({}), smallest {} {} ({})": (
        "{1}训练样本共 {0} 个标签；最多的 {2} 有 {3}（{4}），最少的 {5} 有 {6}（{7}）"
    ),
    "full, top_layers and lora have class_weights=balanced; macro F1 tells more than {}": (
        "full、top_layers 和 lora 可用 class_weights=balanced；宏平均 F1 比准确率更能说明问题"
    ),
    "column {}, read as the label, holds dates or times, each of which is a class: {#} classes, such as {}": (
        "用作标签的列 {0} 是日期或时间，每个取值都成为一个类别：共 {1} 个类别，例如 {2}"
    ),
    "column {} of {}, read as the label, holds dates or times, each of which is a class: {#} classes, such as {}": (
        "{1} 中用作标签的列 {0} 是日期或时间，每个取值都成为一个类别：共 {2} 个类别，例如 {3}"
    ),
    "learned as classes; name the column of the label with --label, or these with --time for a split by time": (
        "按类别学习；请用 --label 指定标签列，如需按时间划分数据，请用 --time 指定该列"
    ),
    "none of {} is longer than {#} tokens; the longest has {}": "{0}都不超过 {1} 个词元；最长的有 {2} 个",
    "{#} of {} ({}) is longer than {#} tokens; {#} tokens ({}) cut off ({})": (
        "{1}中有 {0} 行（{2}）超过 {3} 个词元；共截去 {4} 个词元（{5}；{6}）"
    ),
    "{#} of {} ({}) are longer than {#} tokens; {#} tokens ({}) cut off ({})": (
        "{1}中有 {0} 行（{2}）超过 {3} 个词元；共截去 {4} 个词元（{5}；{6}）"
    ),
    "cut at {#} tokens; --long-texts windows reads them whole": (
        "在 {0} 个词元处截断；用 --long-texts windows 可完整读取"
    ),
    "cut at {#} tokens; --max-length takes up to {}; --long-texts windows reads them whole": (
        "在 {0} 个词元处截断；--max-length 最大可设为 {1}；用 --long-texts windows 可完整读取"
    ),
    "read in overlapping windows and averaged": "分成有重叠的窗口读取，结果取平均",
    "{} holds bytes that are not UTF-8 ({})": "{0}含有非 UTF-8 的字节（{1}）",
    "{} hold bytes that are not UTF-8 ({})": "{0}含有非 UTF-8 的字节（{1}）",
    "read with the mark \ufffd in their place": "已用 \ufffd 代替",
    "{#} label without a test row: {}": "{0} 个标签没有测试样本：{1}",
    "{#} labels without a test row: {}": "{0} 个标签没有测试样本：{1}",
    "trained on, not evaluated; add rows to judge them": "参与训练，但无法评测；请补充样本",
    "labels that differ only in how they are written: {} ({})": "只有写法不同的标签：{0}（{1}）",
    "kept apart; write alike what means the same": "按不同标签处理；含义相同的请统一写法",
    "removed from train": "已从训练集中删除",
    "kept, as asked; scores on these rows flatter": "按要求保留；这些样本上的分数偏高",
    "{#}% of the tokens of these texts are unknown to {}": "这些文本有 {0}% 的词元是 {1} 不认识的",
    "{} reads these texts in pieces: {#} tokens per {}": "{0} 会把这些文本切得很碎：平均每个词（字）{1} 个词元",
    "take one that was pretrained on texts like these, such as --model {}": (
        "请换用在同类文本上预训练的模型，例如 --model {0}"
    ),
    "{} has no second text ({})": "{0}缺少第二个文本（{1}）",
    "{} have no second text ({})": "{0}缺少第二个文本（{1}）",
    "splits are made without it; to use those, write the rows of each to a file of its own, train.csv, validation.csv "
    "and test.csv in one folder": (
        "划分数据时未使用该列；如需使用，请把各部分分别写入同一文件夹的 train.csv、validation.csv 和 test.csv"
    ),
}
