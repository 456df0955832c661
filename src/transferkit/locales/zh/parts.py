"""What other rooms write beside findings: parts of sentences, methods of routes, reasons, notes, what was read.

`{}` is what varies; in Chinese `{0}` is the first of these. What varies is looked up too: `3 rows` is one of them.
"""

PATTERNS = {
    # parts of sentences
    "train": "训练集",
    "validation": "验证集",
    "test": "测试集",
    "{#} {row|rows}": "{0} 行",
    "{#} {row|rows} of train": "训练集 {0} 行",
    "{#} {row|rows} of validation": "验证集 {0} 行",
    "{#} {row|rows} of test": "测试集 {0} 行",
    "{#} {text|texts}": "{0} 条文本",
    "{#} {text|texts} of train": "训练集 {0} 条文本",
    "{#} {text|texts} of validation": "验证集 {0} 条文本",
    "{#} {text|texts} of test": "测试集 {0} 条文本",
    "{#} {token|tokens}": "{0} 个词元",
    "{#} {answer|answers}": "{0} 个答案",
    "{#} {question|questions}": "{0} 个问题",
    "{#} {label|labels}": "{0} 个标签",
    "{#} {tag|tags}": "{0} 种标注",
    "{#} {group|groups}": "{0} 个分组",
    "{#} {line|lines}": "{0} 行文字",
    "{#} {turn|turns}": "{0} 轮",
    "{#} {conversation|conversations}": "{0} 段对话",
    "{#} {conversation|conversations} of train": "训练集 {0} 段对话",
    "{#} {conversation|conversations} of validation": "验证集 {0} 段对话",
    "{#} {conversation|conversations} of test": "测试集 {0} 段对话",
    "{#} {column|columns}": "{0} 列",
    "{#} {column|columns} of train": "训练集 {0} 列",
    "{#} {column|columns} of validation": "验证集 {0} 列",
    "{#} {column|columns} of test": "测试集 {0} 列",
    "{#} and {#}": "{0} 和 {1}",
    "{#} to {#}": "{0} 到 {1}",
    "{} and {#} more": "{0} 等，另有 {1} 个",
    "{#} {name|names}: {}": "{0} 个名称：{1}",
    "{#} different {text|texts} of {#} words on average": "{0} 条不同的文本，平均 {1} 个词",
    "{#} different {value|values} in {}": "{1}中有 {0} 个不同的值",
    "{#} different {value|values} in {}, such as {}": "{1}中有 {0} 个不同的值，例如 {2}",
    "dates, {}": "日期，{0}",
    "lists in {}": "{0}为列表",
    "row {}": "第 {0} 行",
    "rows {}": "第 {0} 行",
    "rows {} and {#} more": "第 {0} 行，另有 {1} 行",
    "line {}": "文件第 {0} 行",
    "lines {}": "文件第 {0} 行",
    "lines {} and {#} more": "文件第 {0} 行，另有 {1} 行",
    # tests
    "exact McNemar": "精确 McNemar 检验",
    "mid-p McNemar": "mid-p McNemar 检验",
    "approximate randomization": "近似随机化检验",
    "exact McNemar, Holm-corrected for {#} comparisons": "精确 McNemar 检验，按 {0} 次比较作 Holm 校正",
    "mid-p McNemar, Holm-corrected for {#} comparisons": "mid-p McNemar 检验，按 {0} 次比较作 Holm 校正",
    "approximate randomization, Holm-corrected for {#} comparisons": "近似随机化检验，按 {0} 次比较作 Holm 校正",
    # methods
    "TF-IDF of {}, {}": "TF-IDF（{0}），{1}",
    "TF-IDF of {}, what two texts share, {}": "TF-IDF（{0}），两个文本的共同部分，{1}",
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
    # reasons
    "only {#} labelled rows for {#} labels; use contrastive": "{1} 个标签只有 {0} 条标注样本，请使用 contrastive",
    "{#} labelled rows are plenty; use full, which learns from labels directly": (
        "{0} 条标注样本已经足够，请使用直接从标签学习的 full"
    ),
    "pairs of one label need one label per row, {} has {}": "对比学习要求每行一个标签，而 {0} 任务的答案是{1}",
    "this student answers for whole texts, {} wants {}": "该学生模型对整条文本作答，而 {0} 任务的答案是{1}",
    "{} wants {}, for which a pretrained model has no head yet": "{0} 任务的答案是{1}，预训练模型还没有相应的任务头",
    "one label": "一个标签",
    "several labels": "多个标签",
    "a number": "一个数值",
    "a tag per word": "逐词标注",
    "a span of the context": "上下文中的片段",
    "a text": "一段文本",
    "{} is an encoder, which writes no text; name a decoder or an encoder-decoder": (
        "{0} 是编码器，不能生成文本；请指定解码器或编码器-解码器模型"
    ),
    "half of {}, its encoder, cannot be saved as a model of its own; use full": (
        "{0} 的编码器部分无法单独保存为模型；请使用 full"
    ),
    "half of {}, its encoder, cannot be saved as a model of its own; take an encoder or a decoder: Transformers has no "
    "such head for it": "{0} 的编码器部分无法单独保存为模型；Transformers 没有相应的任务头，请换用编码器或解码器",
    "{} has not been pretrained to go on from examples in its prompt, as decoders are; use full": (
        "{0} 不像解码器那样在预训练中学过接着提示中的示例续写；请使用 full"
    ),
    "no example fits into the {#} tokens of {} beside a long text of this file; shorten them with --max-length": (
        "{1} 的 {0} 个词元容不下示例和文件中的长文本；请用 --max-length 截短"
    ),
    "{} has two stacks of layers, of which neither is the upper one; use full or lora": (
        "{0} 有两组层，没有上下之分；请使用 full 或 lora"
    ),
    "{} has no stack of layers, of which some could be the upper ones; use full or lora": (
        "{0} 没有可区分上下的层；请使用 full 或 lora"
    ),
    "{} has no stack of layers, of which some could be left out; use pretrained": (
        "{0} 没有可以省去的层；请使用 pretrained"
    ),
    "{} has two stacks of layers, which are not shortened; use pretrained": "{0} 有两组层，无法缩短；请使用 pretrained",
    "no route before it can teach; add {} before it or name a saved model with {}.teachers": (
        "它之前没有能当教师的方案；请在它之前加上 {0}，或用 {1}.teachers 指定已保存的模型"
    ),
    "its teacher {} does not run here, or not before it": "它的教师 {0} 在这次运行中没有训练，或排在它之后",
    "its teacher {} is none that it can learn from, which are {} and the like": (
        "它不能向教师 {0} 学习，只能向 {1} 等学习"
    ),
    "the tokenizer of {} does not say where in a text its tokens stand; take a model with a fast one": (
        "{0} 的分词器不给出词元在文本中的位置；请换用带快速分词器的模型"
    ),
    "Transformers has no model {} of the kind {}, so that there is no such head to train": (
        "Transformers 没有 {1} 类型的 {0} 模型，因此没有相应的任务头可训练"
    ),
    # notes
    "{#} of {#} test rows have more tokens than it reads": "{1} 条测试样本中有 {0} 条超过模型可读取的长度",
    "{#} of {#} answers stopped at max_new_tokens": "{1} 个答案中有 {0} 个因达到 max_new_tokens 而中断",
    "trained in {} s, {} s of it now: the rest came from the cache": "训练耗时 {0} 秒，其中本次 {1} 秒，其余来自缓存",
    "its model was not kept (keep: best)": "未保留其模型（keep: best）",
    "out of memory: batches of {} are processed in {} pieces": "内存不足：每批 {0} 条分 {1} 次处理",
    "weights are saved in {}: the same answers to {} {}, numbers within {} (at most {} is allowed)": (
        "权重以 {0} 保存：对 {1} 条{2}的答案相同，数值相差不超过 {3}（允许 {4}）"
    ),
    "weights are saved in fp32: {}": "权重以 fp32 保存：{0}",
    "in {} {} of {} answers to {} differ, numbers by {}": "用 {0} 时，{2} 个{3}的答案中有 {1} 个不同，数值相差 {4}",
    "{} has no room for its largest weight": "{0} 容不下最大的权重",
    "its cost depends on its number of pairs; the range is wide": "耗时取决于样本对的数量，范围较宽",
    "its cost depends on its student; the range is wide": "耗时取决于学生模型，范围较宽",
    "validation rows": "验证样本",
    "training rows": "训练样本",
    # what was read
    "a table in memory": "内存中的表",
    "{#} {label|labels}: {}": "{0} 个标签：{1}",
    "{#} {label|labels}: {}; rows: {}": "{0} 个标签：{1}；每行标签数：{2}",
    "{#} {type of span|types of spans}: {}": "{0} 种实体：{1}",
    "{#} {question|questions} with an answer": "{0} 个有答案的问题",
    "{#} {question|questions} with an answer, {#} without one": "{0} 个有答案的问题，{1} 个没有答案",
    "numbers from {} to {}, {} on average": "{0} 到 {1} 之间的数，平均 {2}",
    "answers of {} to {#} signs, half of them up to {}": "答案长 {0} 到 {1} 个字符，半数不超过 {2} 个",
    "as the model reads it ({})": "模型读到的内容（{0}）",
    "named": "已指定",
    "by its name": "按列名",
    "by its content": "按内容",
    "{}; {} could be it too": "{0}；也可能是 {1}",
}
