"""Findings on how files, texts, tags and spans are read.

`{}` is what varies; in Chinese `{0}` is the first of these. What varies is looked up too, in `parts` as well.
"""

PATTERNS = {
    # texts and tokens
    "none of {} is longer than {#} tokens; the longest has {}": "{0}都不超过 {1} 个词元；最长的有 {2} 个",
    "{#} of {} ({}) {is|are} longer than {#} tokens; {#} {token|tokens} ({}) cut off ({})": (
        "{1}中有 {0} 行（{2}）超过 {3} 个词元；共截去 {4} 个词元（{5}；{6}）"
    ),
    "{#} of {} ({}) {is|are} longer than {#} tokens ({})": "{1}中有 {0} 行（{2}）超过 {3} 个词元（{4}）",
    "cut at {#} tokens; --long-texts windows reads them whole": (
        "在 {0} 个词元处截断；用 --long-texts windows 可完整读取"
    ),
    "cut at {#} tokens; --max-length takes up to {}; --long-texts windows reads them whole": (
        "在 {0} 个词元处截断；--max-length 最大可设为 {1}；用 --long-texts windows 可完整读取"
    ),
    "read in overlapping windows and averaged": "分成有重叠的窗口读取，结果取平均",
    "read in overlapping windows, of which the best answers": "分成有重叠的窗口读取，取最好的答案",
    "read in overlapping windows; each word is tagged where it has most around it": (
        "分成有重叠的窗口读取；每个词在上下文最多的窗口中标注"
    ),
    "the end of the text is cut": "截去文本的末尾",
    "the end of the text is cut; --max-length takes up to {}": "截去文本的末尾；--max-length 最大可设为 {0}",
    "the end of the text is cut, of a conversation its oldest turns": "截去文本的末尾；对话则截去最早的轮次",
    "the end of the text is cut, of a conversation its oldest turns; --max-length takes up to {}": (
        "截去文本的末尾；对话则截去最早的轮次；--max-length 最大可设为 {0}"
    ),
    "{} {has|have} more tokens than the model reads ({})": "{0}超过模型可读取的长度（{1}）",
    "the end is lost": "末尾没有读取",
    "the end is lost, of a conversation its oldest turns": "末尾没有读取；对话则不读最早的轮次",
    "the end of the question is lost; shorten it": "问题的末尾没有读取；请缩短",
    "{} stopped at max_new_tokens ({})": "{0}因达到 max_new_tokens 而中断（{1}）",
    "train with more: --generation max_new_tokens=N": "训练时请调大：--generation max_new_tokens=N",
    "{} {holds|hold} signs that could not be read ({})": "{0}含有无法读取的字符（{1}）",
    "read with the mark \ufffd in their place": "已用 \ufffd 代替",
    "{} {is|are} encoded twice in column {}: {} for {} ({})": "{0}的列 {1} 被重复编码：{2} 应为 {3}（{4}）",
    "learned as they are; decode them once more, text.encode('cp1252').decode('utf-8')": (
        "按原样学习；可再解码一次：text.encode('cp1252').decode('utf-8')"
    ),
    "{} {holds|hold} {} that {ends or begins|end or begin} with a label as a row does ({})": (
        "{0}中有 {1}像一行数据那样以标签开头或结尾（{2}）"
    ),
    "read as part of the text; if they are rows, double the quotes inside of quoted fields and close them": (
        "按文本的一部分读取；如果它们是单独的行，请把带引号字段内的引号写成两个，并闭合引号"
    ),
    "{#}% of the tokens of these texts are unknown to {}": "这些文本有 {0}% 的词元是 {1} 不认识的",
    "{} is taken in its place": "改用 {0}",
    "{} reads these texts in pieces: {#} tokens per {}": "{0} 会把这些文本切得很碎：平均每个词（字）{1} 个词元",
    "take one that was pretrained on texts like these, such as --model {}": (
        "请换用在同类文本上预训练的模型，例如 --model {0}"
    ),
    "take a model that was pretrained on texts like these": "请换用在同类文本上预训练的模型",
    "its tokenizer knows {#} tokens, the model has {#} embeddings: take the tokenizer that came with these weights, "
    "whole": "其分词器有 {0} 个词元，而模型有 {1} 个嵌入：请使用与权重配套的完整分词器",
    "{} has prompts of which none is its default, and is read without: {}": (
        "{0} 带有提示词，但没有默认的，因此不加提示词：{1}"
    ),
    "--prompt takes the name of one, or any text": "--prompt 可指定其名称或任意文本",
    # conversations
    "{} to train on with {} before the last": "训练用的 {0}在最后一个之前还有 {1}",
    "every answer is learned (by encoder-decoders the last), the last is evaluated": (
        "每个回答都参与学习（编码器-解码器模型只学最后一个），评测只看最后一个"
    ),
    "{} of weight 0, or of a prompt, in conversations to train on": "训练用的对话中有 {0}权重为 0 或属于提示词",
    "read, not learned": "只读取，不学习",
    "{} after the last answer to learn, of {} ({})": "{1}在最后一个待学习的回答之后还有 {0}（{2}）",
    "not used; the answers before are learned": "不使用；之前的回答参与学习",
    "{} {has|have} {} in messages ({})": "{0}的消息中有 {1}（{2}）",
    "not used": "不使用",
    "handed to chat templates that know it; the last answer is learned without it": (
        "交给支持它的对话模板；学习最后一个回答时不含它"
    ),
    "{} with false in column {} ({})": "{0}在列 {1} 中为 false（{2}）",
    "learned like the others; leave them out if that says that their answers are bad": (
        "与其他行一样参与学习；如果这表示答案不好，请去掉这些行"
    ),
    "all rows have two answers in column {}": "所有行的列 {0} 中都有两个答案",
    "all rows of {} have two answers in column {}": "{0}所有行的列 {1} 中都有两个答案",
    "both are learned as right ones; in data for preference learning the second is bad: leave it out then": (
        "两个都当作正确答案学习；偏好学习数据中的第二个是不好的答案，遇此请去掉"
    ),
    # tags
    "{} {begins|begin} a span with I- where B- is due ({})": "{0}中有实体以 I- 开头，而应为 B-（{1}）",
    "read as B-; the spans are the same": "按 B- 读取，实体不变",
    "{} without B- or I- among others that have it: {} ({})": "其他标注都有 B- 或 I-，但有 {0}没有：{1}（{2}）",
    "every stretch of such a tag is taken as one span of a type of its own; fix the file if that is not meant": (
        "连续的同一标注当作一个实体，单独成为一种类型；如非本意，请修正文件"
    ),
    "{} that the model does not know: {} ({})": "模型不认识其中 {0}：{1}（{2}）",
    "counted as missed": "按漏检计",
    "counted as missed; add rows to learn from": "按漏检计；请补充可供学习的样本",
    "all {#} tags are {}": "全部 {0} 个标注都是 {1}",
    "all {#} tags of {} are {}": "{1}全部 {0} 个标注都是 {2}",
    "there is nothing to distinguish; is it the column of tags?": "没有可区分的内容；这是标注列吗？",
    "{} {has|have} an entity without its first or last tag, where others begin with B, end with E and are S alone "
    "({})": ("{0}中有实体缺少首尾标注，而其他实体以 B 开头、E 结尾，单独的用 S（{1}）"),
    "read from its first word to its last anyway; fix these tags": "仍按首词到末词读取；请修正这些标注",
    "{#} of {} are of one word ({})": "{1}中有 {0} 行只有一个词（{2}）",
    "read as they are; if rows are words, give a column that says which sentence each is of (Sentence #, sentence_id), "
    "or a file of words with an empty line between sentences": (
        "按原样读取；如果每行是一个词，请提供说明其所属句子的列（Sentence #、sentence_id），或用空行分隔句子的文件"
    ),
    "rows are words, and some rows or lines between them are empty": "每行是一个词，其间有空行",
    "rows of {} are words, and some rows or lines between them are empty": "{0}每行是一个词，其间有空行",
    "read as the ends of sentences": "空行当作句子的结尾",
    "column {} begins again with the first of its values ({})": "列 {0} 的编号重新从头开始（{1}）",
    "column {} of {} begins again with the first of its values ({})": "{1}的列 {0} 的编号重新从头开始（{2}）",
    "read as other sentences than those before; a column document_id says where a document begins": (
        "与之前的句子区分开；可用 document_id 列说明文档从哪里开始"
    ),
    "tags say in an unusual way where entities begin": "标注以不常见的方式表示实体的开头",
    "tags of {} say in an unusual way where entities begin": "{0}的标注以不常见的方式表示实体的开头",
    "read '{}' as '{}'": "'{0}' 读作 '{1}'",
    "read '{}' as '{}' ...": "'{0}' 读作 '{1}' 等",
    "{} {has|have} no blanks between words of several signs ({})": "{0}的多字词之间没有空格（{1}）",
    "tagged as they are; the model learned from words, so give lists of words": (
        "按原样标注；模型是按词学习的，请提供词的列表"
    ),
    "{} {has|have} an entity that begins or ends inside of a word ({})": "{0}中有实体的开头或结尾在词的中间（{1}）",
    "{} {has|have} entities that share words ({})": "{0}中有实体共用了词（{1}）",
    "{} {has|have} an entity whose text is not at its place ({})": "{0}中有实体的文本与其位置不符（{1}）",
    "{} {has|have} an entity with a Korean particle behind it ({})": "{0}中有实体后面带有韩语助词（{1}）",
    "words are split before particles, also in texts to be answered": "词在助词前切开，预测时的文本也一样",
    "read as characters with the end after the last; what else places may count (bytes, words, the last sign in place "
    'of the one after it) is known where the text of every entity is given beside its places ("text": ...)': (
        '按字符读取，结束位置指最后一个之后；如果在位置旁写出每个实体的文本（"text": ...），'
        "就能确认其他计数方式（字节、词、结束位置指最后一个字符）"
    ),
    "{} {has|have} an entity that begins or ends in a blank ({})": "{0}中有实体以空格开头或结尾（{1}）",
    "read without these blanks": "读取时去掉这些空格",
    "{} {has|have} an entity that begins or ends in a punctuation mark ({})": "{0}中有实体以标点开头或结尾（{1}）",
    "kept; check that places are right": "保留；请检查位置是否正确",
    "{} {has|have} entities without their places ({})": "{0}中的实体没有给出位置（{1}）",
    "looked up in the texts": "已在文本中查找",
    "{} {has|have} an entity that stands several times in its text ({})": "{0}中有实体在文本中出现多次（{1}）",
    "marked everywhere; give places (start, end) if it is not meant everywhere": (
        "每一处都已标注；如非本意，请给出位置（start, end）"
    ),
    "{} {has|have} an entity that is not in its text ({})": "{0}中有实体不在文本中（{1}）",
    "read so; entities of {#} of {#} rows begin and end where words do, otherwise of {#}": (
        "按此读取；{1} 行中有 {0} 行的实体首尾与词的边界一致，否则只有 {2} 行"
    ),
    "read so; so are those of the rows to learn from": "按此读取，与训练样本一致",
    "read so; the texts of {#} of {#} entities are at their places": (
        "按此读取；{1} 个实体中有 {0} 个的文本与其位置相符"
    ),
    "read so; the texts of {#} of {#} entities are at their places, otherwise of {#}": (
        "按此读取；{1} 个实体中有 {0} 个的文本与其位置相符，否则只有 {2} 个"
    ),
    "left out; a word has one tag": "已剔除；一个词只有一个标注",
    "{} {has|have} ends of entities that may be the last characters or the ones after them ({})": (
        "{0}中实体的结束位置可能指最后一个字符，也可能指其后一个（{1}）"
    ),
    "{} {has|have} an entity after an emoji or another sign that some tools count as two ({})": (
        "{0}中有实体位于表情符号等之后，有些工具把这类符号算作两个字符（{1}）"
    ),
    "places count {} from {#}, the end is the last one": "位置按{0}从 {1} 开始计数，结束位置指最后一个",
    "places count {} from {#}, the end is the one after the last": "位置按{0}从 {1} 开始计数，结束位置指最后一个之后",
    "places count {} from {#}, the end is the last one ({})": "位置按{0}从 {1} 开始计数，结束位置指最后一个（{2}）",
    "places count {} from {#}, the end is the one after the last ({})": (
        "位置按{0}从 {1} 开始计数，结束位置指最后一个之后（{2}）"
    ),
    "places count {} from {#}, the end is the one after the last, as is usual: {}": (
        "按惯例，位置按{0}从 {1} 开始计数，结束位置指最后一个之后：{2}"
    ),
    "places count {} from {#}, the end is the one after the last ({}), as is usual: {}": (
        "按惯例，位置按{0}从 {1} 开始计数，结束位置指最后一个之后（{2}）：{3}"
    ),
    "characters": "字符",
    "units of UTF-16, in which an emoji counts two": " UTF-16 单元（一个表情符号算两个）",
    "bytes of UTF-8": " UTF-8 字节",
    'these texts prove no count; if the entities are cut wrong, write their texts beside ("text": ...)': (
        '这些文本无法证明计数方式；如果实体切分有误，请一并写出其文本（"text": ...）'
    ),
    "{} {has|have} an entity in several parts ({})": "{0}中有实体分成几段（{1}）",
    "not read: its words are taken for none": "未读取：其中的词按非实体处理",
    # spans
    "{} with answers in column {} without their place": "{0}在列 {1} 中的答案没有给出位置",
    "looked up in the context": "已在上下文中查找",
    "{} {has|have} an answer in column {} that stands several times in the context ({})": (
        "{0}在列 {1} 中的答案在上下文中出现多次（{2}）"
    ),
    "{} {has|have} an answer in column {} that stands only inside a longer word, such as {} in {} ({})": (
        "{0}在列 {1} 中的答案只出现在上下文中更长的词里，例如 {2} 出自 {3}（{4}）"
    ),
    "learned there; leave out rows whose answer is not in the context, such as yes and no": (
        "按该位置学习；如果答案（例如 yes 和 no）不出自上下文，请剔除这些行"
    ),
    "the first place is taken; give answer_start where it is another": "取第一处；如果是另一处，请给出 answer_start",
    "{} {has|have} an answer in column {} that begins elsewhere in the context than said ({})": (
        "{0}在列 {1} 中的答案不在所说的位置（{2}）"
    ),
    "moved to the nearest occurrence": "已移到最近的一处",
    "{} {has|have} an answer in column {} that the context does not hold ({})": (
        "{0}在列 {1} 中的答案不在上下文中（{2}）"
    ),
    "the row is dropped if it has no other answer": "如果没有其他答案，则删除该行",
    "kept: given test rows are evaluated by the answers' texts alone": "保留：给定的测试样本只按答案的文本评测",
    # files
    "{a file|files} in the folder named after no split: {}": "文件夹中有不是按数据集名称命名的文件：{0}",
    "not read; a file to judge on is called validation or test, or is named with --validation or --test": (
        "未读取；用于评测的文件应命名为 validation 或 test，或用 --validation、--test 指定"
    ),
    "rows are read from {}, not from {}": "读取的是 {0}，而不是 {1}",
    "to read these, write them to a file of their own": "如需读取，请写入单独的文件",
    "the first column has signs with the number of their place in a word behind them ({})": (
        "第一列的字后面带有它在词中的序号（{0}）"
    ),
    "the first column has words with {} before them": "第一列的词前面带有 {0}",
    "read without": "读取时已去掉",
    "the last column has numbers, which are no tags": "最后一列是数字，不是标注",
    "column {} has tags of entities, the last column has none": "第 {0} 列有实体标注，最后一列没有",
    "tags are read from the last column unless another is named: --label {}": (
        "未指定时，标注取自最后一列；可用 --label {0} 指定"
    ),
    "column 1 has {} different cells, column 2 has {}": "第 1 列有 {0} 种不同的内容，第 2 列有 {1} 种",
    "words are read from column 1 unless another is named: --text 2": "未指定时，词取自第 1 列；可用 --text 2 指定",
    "tags are read from column {}; another: --label NUMBER": "标注取自第 {0} 列；其他列请用 --label 指定列号",
    "{} {was|were} rejected or ignored by the annotator ({})": "{0}被标注者拒绝或忽略（{1}）",
    "{} not read there; to learn these answers themselves, pass {}": (
        "这些行的 {0} 没有读取；如需学习这些答案本身，请加 {1}"
    ),
    "{} {has|have} several annotations ({})": "{0}有多份标注（{1}）",
    "each annotation is a row of its own": "每份标注各成一行",
    "tasks have {} in their data beside what was annotated": "任务的数据中除标注之外还有 {0}",
    "the annotations are read; {} names the other": "读取的是标注；要读取另一个请加 {0}",
    "tasks were annotated with {}, a column each": "任务用 {0} 标注，各成一列",
    "name the one to be learned with --label": "请用 --label 指定要学习的一列",
}
