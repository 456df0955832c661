"""Findings of the audit, and what was done about them.

`{}` is what varies; in Chinese `{0}` is the first of these. What varies is looked up too, in `parts` as well.
"""

PATTERNS = {
    # repeated and leaking rows
    "{#} of {#} rows {repeats|repeat} the text and label of an earlier one ({})": (
        "{1} 行中有 {0} 行与前面的文本和标签重复（{2}）"
    ),
    "{#} of {#} rows of {} {repeats|repeat} the text and label of an earlier one ({})": (
        "{2} {1} 行中有 {0} 行与前面的文本和标签重复（{3}）"
    ),
    "removed, the first is kept": "已去重，保留第一条",
    "removed, the first is kept with its weight": "已去重，保留第一条及其权重",
    "{} of test {repeats|repeat} the text of an earlier one ({})": "测试集中有 {0}与前面的文本重复（{1}）",
    "kept: given test rows are not touched": "保留：不改动给定的测试样本",
    "{} {repeats|repeat} an earlier text, with one label in every row ({})": "{0}与前面的文本重复，每行一个标签（{1}）",
    "merged: one row per text, with all of its labels": "已合并：每条文本一行，包含其全部标签",
    "merged: one row per text, with all of its labels and their mean weight": (
        "已合并：每条文本一行，包含其全部标签，权重取平均"
    ),
    "{} in {} {carries|carry} more than one label ({})": "{0}有多个不同的标签，涉及 {1}（{2}）",
    "{} in {} {carries|carry} different tags ({})": "{0}有不同的标注，涉及 {1}（{2}）",
    "kept; each is learned": "保留，各自参与学习",
    "the majority label is kept": "按多数保留标签",
    "the majority label is kept; {} without a majority dropped": "按多数保留标签；{0}没有多数标签，已删除",
    "the label of the greatest weight is kept": "保留权重最大的标签",
    "the label of the greatest weight is kept; {} without a majority dropped": (
        "保留权重最大的标签；{0}没有权重最大的标签，已删除"
    ),
    "{} of {} {also appears|also appear} in {} ({row|line} of {} = {row|line} of {}: {})": (
        "{1}中有 {0}也出现在{2}中（{3}的行 = {4}的行：{5}）"
    ),
    "{} of {} {nearly appears|nearly appear} in {} ({row|line} of {} = {row|line} of {}: {})": (
        "{1}中有 {0}与{2}中的几乎相同（{3}的行 = {4}的行：{5}）"
    ),
    "removed from {}": "已从{0}中删除",
    "kept, as asked; scores on these rows flatter": "按要求保留；这些样本上的分数偏高",
    "{} of {} {has|have} another label in {} ({})": "{1}中有 {0}在{2}中的标签不同（{3}）",
    "{} is left as it is": "{0}保持不变",
    "the model was trained on {} of these ({})": "模型曾用其中 {0}训练（{1}）",
    "the model was validated on {} of these ({})": "模型曾用其中 {0}作验证（{1}）",
    "evaluated too; scores on these rows are too high": "仍参与评测；这些行上的分数偏高",
    "{} has learned {} of test ({})": "{0} 已学过测试集中的 {1}（{2}）",
    "left out of test": "已从测试集中剔除",
    "{} has learned {} that routes are chosen by ({})": "{0} 已学过用于选择方案的 {1}（{2}）",
    "kept; the choice favours what starts from it": "保留；选择会偏向从它出发的方案",
    # rows that are left out
    "{} {has|have} the columns' names once more ({})": "{0}重复了列名（{1}）",
    "dropped": "已删除",
    "{} {has|have} no text ({})": "{0}没有文本（{1}）",
    "{} {has|have} no label ({})": "{0}没有标签（{1}）",
    "{} {has|have} no number ({})": "{0}没有数值（{1}）",
    "{} {has|have} no tag ({})": "{0}没有标注（{1}）",
    "{} {has|have} no answer ({})": "{0}没有答案（{1}）",
    "{} {has|have} no label, {} in {#} of them ({})": "{0}没有标签，其中 {2} 行写着 {1}（{3}）",
    "{} {has|have} no number, {} in {#} of them ({})": "{0}没有数值，其中 {2} 行写着 {1}（{3}）",
    "{} {has|have} no answer, {} in {#} of them ({})": "{0}没有答案，其中 {2} 行写着 {1}（{3}）",
    "{} {has|have} no {} ({})": "{0}缺少 {1}（{2}）",
    "set aside for distillation": "留作知识蒸馏",
    "set aside for distillation; write [] where there is none": "留作知识蒸馏；确实没有的请写 []",
    "{} without labels {is|are} of groups or of a time that are held out ({})": (
        "{0}无标签样本属于留出的分组或时间（{1}）"
    ),
    "left out of distillation": "不用于知识蒸馏",
    "left out": "已剔除",
    "kept": "已保留",
    "{} {has|have} no second text ({})": "{0}缺少第二个文本（{1}）",
    "no row can be held out for {}: every label has one row only": "无法为{0}留出样本：每个标签都只有一行",
    "no row can be held out for {}: {} have {} groups or texts": "无法为{0}留出样本：{1}只有 {2} 个分组或文本",
    "no row can be held out for {}: {} have {} different texts to answer from": (
        "无法为{0}留出样本：{1}只有 {2} 段不同的上下文"
    ),
    "the last epoch is kept": "保留最后一轮的权重",
    # labels
    "{#} {class|classes} in {} to train on; largest {} {} ({}), smallest {} {} ({})": (
        "{1}训练样本共 {0} 个类别；最多的 {2} 有 {3}（{4}），最少的 {5} 有 {6}（{7}）"
    ),
    "{#} class in {} to train on: {} {} ({})": "{1}训练样本共 {0} 个类别：{2} 有 {3}（{4}）",
    "{#} label in {} to train on: {} {} ({})": "{1}训练样本共 {0} 个标签：{2} 有 {3}（{4}）",
    "{#} {class|classes} in {} to train on: {} {} ({})": "{1}训练样本共 {0} 个类别：{2} 有 {3}（{4}）",
    "{#} {label|labels} in {} to train on: {} {} ({})": "{1}训练样本共 {0} 个标签：{2} 有 {3}（{4}）",
    "{#} {label|labels} in {} to train on; largest {} {} ({}), smallest {} {} ({})": (
        "{1}训练样本共 {0} 个标签；最多的 {2} 有 {3}（{4}），最少的 {5} 有 {6}（{7}）"
    ),
    "full, top_layers and lora take class_weights=balanced; macro F1 tells more than {}": (
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
    "{#} {label|labels} without a test row: {}": "{0} 个标签没有测试样本：{1}",
    "{#} {label|labels} without a row that cross-validation could hold out: {}": (
        "{0} 个标签没有可供交叉验证留出的样本：{1}"
    ),
    "trained on, not evaluated; add rows to judge them": "参与训练，但无法评测；请补充样本",
    "labels that differ only in how they are written: {} ({})": "只有写法不同的标签：{0}（{1}）",
    "kept apart; write alike what means the same": "按不同标签处理；含义相同的请统一写法",
    "{} {has labels|have labels} in another spelling than train: {} ({})": "{0}的标签写法与训练集不同：{1}（{2}）",
    "{} {has a whole number|have whole numbers} in another spelling than the others: {} ({})": (
        "{0}的整数写法与其他行不同：{1}（{2}）"
    ),
    "read as the same labels": "按相同的标签读取",
    "{} of {} without a row to train on: {} ({})": "{1}中有 {0}没有训练样本：{2}（{3}）",
    "these labels are left out of {} of {}, which no route could give; add rows to learn from": (
        "已从{1}的 {0} 中去掉这些标签，因为没有方案能给出；请补充可供学习的样本"
    ),
    "left out: {} of {}, which every route would miss; add rows to learn from": (
        "已剔除{1}的 {0}，因为所有方案都不可能答对；请补充可供学习的样本"
    ),
    "{#} {label|labels} that {holds|hold} in every row to train on: {}": "{0} 个标签在每条训练样本中都有：{1}",
    "given to every text; add rows without it, or leave it out": (
        "会给每条文本都打上；请补充不含它的样本，或去掉该标签"
    ),
    "{} {has|have} nothing but {} in column {}, read as {} ({})": "{0}在列 {2}（读作{3}）中只有 {1}（{4}）",
    "read as a text like others; where it stands for an empty cell, leave the cell empty": (
        "按普通文本读取；如果表示空单元格，请把它留空"
    ),
    "labels in column {} that are written like dates: {}": "列 {0} 中有的标签写得像日期：{1}",
    "labels of {} in column {} that are written like dates: {}": "{0}的列 {1} 中有的标签写得像日期：{2}",
    "learned as they are; if a spreadsheet made dates of labels such as 1-2, write these again": (
        "按原样学习；如果是电子表格把 1-2 这样的标签变成了日期，请改回原来的写法"
    ),
    "labels in column {} that may say there is none: {}": "列 {0} 中有的标签可能表示“无”：{1}",
    "labels of {} in column {} that may say there is none: {}": "{0}的列 {1} 中有的标签可能表示“无”：{2}",
    "learned as labels like others; where they mean that it is not known, leave these cells empty": (
        "与其他标签一样参与学习；如果表示未知，请把这些单元格留空"
    ),
    "{} {has|have} -1 in column {} beside {} ({})": "{0}在列 {1} 中除 {2} 外还有 -1（{3}）",
    "read as no label, as in SNLI; if it is a class, give it a name": (
        "与 SNLI 一样读作没有标签；如果是一个类别，请给它起个名称"
    ),
    "learned as a class; where it means that there is no label, leave these cells empty": (
        "作为一个类别学习；如果表示没有标签，请把这些单元格留空"
    ),
    "no row has more than one label in column {}": "列 {0} 中没有一行有多个标签",
    "no row of {} has more than one label in column {}": "{0}的列 {1} 中没有一行有多个标签",
    "several labels are separated by |; where every row has one, take --task text-classification": (
        "多个标签用 | 分隔；如果每行只有一个标签，请用 --task text-classification"
    ),
    "{#} {column|columns} of 0 and 1 read as labels: {}": "{0} 个取值为 0 和 1 的列读作标签：{1}",
    "{} {has|have} empty cells beside 0 and 1 in the columns of labels ({})": (
        "{0}的标签列中除 0 和 1 外还有空单元格（{1}）"
    ),
    "read as 0; write 0 or 1 in every one of them": "按 0 读取；请在每个单元格写 0 或 1",
    "no row has the {label|labels} {}": "没有任何一行有标签 {0}",
    "left out: no model gives it; add rows that have it": "已去掉：没有模型能给出；请补充含有它的样本",
    "column {}: labels separated by {}, more than one in {}": "列 {0}：标签以 {1} 分隔，{2}有多个标签",
    "column {}: every cell is one label": "列 {0}：每个单元格是一个标签",
    "{} kept as part of names; another separator: --label-separator": (
        "{0} 视为名称的一部分；可用 --label-separator 指定其他分隔符"
    ),
    "column {} holds numbers ({}), learned as {#} classes without an order": (
        "列 {0} 是数字（{1}），作为 {2} 个无序的类别学习"
    ),
    "--task text-regression learns them as numbers": "--task text-regression 会把它们当作数值学习",
    "the number in the last row is the sum of all others ({})": "最后一行的数值是其他各行之和（{0}）",
    "the number in the last row of {} is the sum of all others ({})": "{0}最后一行的数值是其他各行之和（{1}）",
    "kept; if that row is a total, take it out": "保留；如果这一行是合计，请将其删除",
    "{#} of {#} numbers of test lie outside of those of train ({} to {}; test {} to {})": (
        "测试集 {1} 个数值中有 {0} 个超出训练集的范围（训练集 {2}～{3}，测试集 {4}～{5}）"
    ),
    "kept; if they are on another scale, write both on one": "保留；如果两者的量纲不同，请统一写法",
    "{} with one value, {}": "{0}的数值全部为 {1}",
    "correlations and R2 are undefined here; given as 0, R2 of perfect answers as 1": (
        "此时相关系数与 R² 没有定义，记为 0；答案完全正确时 R² 记为 1"
    ),
    "{} {has a decimal comma|have decimal commas} in column {} ({})": "{0}在列 {1} 中用逗号作小数点（{2}）",
    "{} is read as {}": "{0} 读作 {1}",
    # which task, which columns
    "read as {}; --task {}, or another, says otherwise": "按 {0} 任务读取；可用 --task {1} 等另行指定",
    "read as {}; --task {} reads them so": "按 {0} 任务读取；要这样读取请加 --task {1}",
    "columns {} are questions, contexts and answers that appear in them": "列 {0} 是问题、上下文和出自其中的答案",
    "columns {} are questions, contexts and answers that do not all appear in them": (
        "列 {0} 是问题、上下文和答案，答案并非都出自上下文"
    ),
    "columns {} and {} hold texts and shorter ones": "列 {0} 和 {1} 是文本和较短的文本",
    "column {} has conversations": "列 {0} 是对话",
    "columns {} and {} are what is asked and what is answered": "列 {0} 和 {1} 是提问和回答",
    "columns {} and {} are lists of words and a tag for each": "列 {0} 和 {1} 是词的列表和逐词的标注",
    "column {} has places of entities in the texts of {}": "列 {0} 是实体在 {1} 的文本中的位置",
    "columns {} and {} hold texts": "列 {0} 和 {1} 都是文本",
    "columns {} and {} hold texts, with --text {} --label {}": "列 {0} 和 {1} 都是文本，可加 --text {2} --label {3}",
    "column {} has every text in two languages": "列 {0} 中每条文本有两种语言",
    "column {} looks like several labels per row ({})": "列 {0} 看起来每行有多个标签（{1}）",
    "column {} may be several labels per row ({})": "列 {0} 可能每行有多个标签（{1}）",
    "column {} is taken as text: {}": "列 {0} 作为文本：{1}",
    "column {} is taken as label: {}": "列 {0} 作为标签：{1}",
    "column {} is taken as text: {}; column {} is taken as label: {}": "列 {0} 作为文本：{1}；列 {2} 作为标签：{3}",
    "column {} is taken as {}: {}": "列 {0} 作为 {1}：{2}",
    "chosen by content; --text and --label name others": "根据内容判断；可用 --text 和 --label 指定其他列",
    "column {} is read as the text, but others could be it as well: {}": "列 {0} 读作文本，但其他列也有可能：{1}",
    "column {} is read as the label, but others could be it as well: {}": "列 {0} 读作标签，但其他列也有可能：{1}",
    "column {} is read as the {}, but others could be it as well: {}": "列 {0} 读作 {1}，但其他列也有可能：{2}",
    "{} takes it instead": "要改用该列，请加 {0}",
    "{} takes the first of them instead": "要改用其中的第一列，请加 {0}",
    "{} with a name that looks like a cell: {}": "{0}的列名看起来像单元格的内容：{1}",
    "taken for names; if they are a row, put a line with the columns' names above it": (
        "已当作列名；如果它们其实是数据，请在上方加一行列名"
    ),
    "column {}, read as {}, counts the rows: {}": "列 {0}（读作 {1}）只是行的编号：{2}",
    "column {}, read as {}, holds numbers alone: {}": "列 {0}（读作 {1}）只有数字：{2}",
    "name another column if that is not meant": "如非本意，请指定其他列",
    "{column|columns} {} {holds|hold} texts as column {} does and {is|are} not read": (
        "列 {0} 与列 {1} 一样是文本，但未读取"
    ),
    "if the label is about both, pass {}, or for one text of both {}; {} reads it alone": (
        "如果标签与两列都有关，请加 {0}；要把两列合成一条文本，请加 {1}；{2} 则只读取该列"
    ),
    "column {} seems to say which split a row is of: {}; it is not read": (
        "列 {0} 似乎注明了每行属于哪个集合：{1}；未读取该列"
    ),
    "splits are made without it; to use those, write the rows of each to a file of its own, train.csv, validation.csv "
    "and test.csv in one folder": (
        "划分数据时未使用该列；如需使用，请把各部分分别写入同一文件夹的 train.csv、validation.csv 和 test.csv"
    ),
    # groups, times, weights
    "{} in column {}; the largest, {}, has {} ({})": "列 {1} 中有 {0}；最大的 {2} 有 {3}（{4}）",
    "splits made here part none of them": "自动划分时不会拆开任何分组",
    "{} {has|have} no group in column {} ({})": "列 {1} 中有 {0}没有分组（{2}）",
    "each counts as a group of its own": "各自算作单独的分组",
    "{} in column {} {appears|appear} in {} and in {}, with {} of {} ({})": (
        "列 {1} 中有 {0}同时出现在{2}和{3}中，涉及{5} {4}（{6}）"
    ),
    "kept: given rows are not touched; on new groups scores may be lower": (
        "保留：不改动给定的样本；在新的分组上分数可能更低"
    ),
    "{} {belongs|belong} to groups or texts that appear both before and after the time where {} begins ({})": (
        "{0}所属的分组或文本在{1}开始的时间前后都出现（{2}）"
    ),
    "left out: a group is on one side only, and training rows are older": (
        "已剔除：一个分组只能在一侧，而训练样本须更早"
    ),
    "column {}: train {} to {} ({}), {}": "列 {0}：训练集 {1} 至 {2}（{3}），{4}",
    "column {}: train {} to {} ({})": "列 {0}：训练集 {1} 至 {2}（{3}）",
    "validation {} to {} ({}), {}": "验证集 {0} 至 {1}（{2}），{3}",
    "validation {} to {} ({})": "验证集 {0} 至 {1}（{2}）",
    "test {} to {} ({})": "测试集 {0} 至 {1}（{2}）",
    "splits made here go by it": "自动划分时按此列的先后",
    "{} of {} {is|are} not older than the first of {}, {} in column {} ({})": (
        "{1}中有 {0}不早于{2}的最早时间（列 {4} 的 {3}；{5}）"
    ),
    "kept: given rows are not touched; scores may be higher than on rows of the future": (
        "保留：不改动给定的样本；分数可能高于在未来数据上的分数"
    ),
    "{} share {} in column {}, so many that {it counts as a category|these count as categories}": (
        "列 {2} 中有 {0}共用 {1}，数量之多可视为类别"
    ),
    "pairs with the same one may be on both sides of a split": "含相同文本的样本对可能分到不同的集合",
    "{} of {} {is|are} about a text that train has other rows about ({})": (
        "{1}中有 {0}所涉及的文本在训练集中还有其他样本（{2}）"
    ),
    "kept: given rows are not touched; on new texts scores may differ": (
        "保留：不改动给定的样本；在新文本上分数可能不同"
    ),
    "{} {has|have} the weight 0 ({})": "{0}的权重为 0（{1}）",
    "left out: such rows teach nothing": "已剔除：这些行不起训练作用",
    "column {}: weights of {} to train on, all {}": "列 {0}：{1}训练样本的权重均为 {2}",
    "column {}: weights of {} to train on, from {} to {}": "列 {0}：{1}训练样本的权重在 {2} 到 {3} 之间",
    "they change nothing": "不起作用",
    "used in training; scores count every row once": "用于训练；计分时每行只计一次",
}
