"""The sentences of the report."""

TEXTS = {
    "transferkit report": "transferkit 报告",
    "Result": "结果",
    "{n} label": "{n} 个标签",
    "{n} labels": "{n} 个标签",
    "{n} tag": "{n} 种标注",
    "{n} tags": "{n} 种标注",
    "{n} training row": "{n} 条训练样本",
    "{n} training rows": "{n} 条训练样本",
    "{n} test row": "{n} 条测试样本",
    "{n} test rows": "{n} 条测试样本",
    "{rows} rows, {folds}-fold cross-validation": "{rows} 条样本，{folds} 折交叉验证",
    # summary
    "Best": "最佳方案",
    "Cheapest": "最经济的方案",
    "Baseline": "基线",
    "Every faster route is worse.": "更快的方案都更差。",
    "The fastest route within {margin} of the best.": "与最佳方案相差 {margin}以内的最快方案。",
    "No pretrained model: the score to beat.": "不使用预训练模型，是其他方案要超过的分数。",
    "95% confidence interval": "95% 置信区间",
    "95% confidence interval {low} to {high}": "95% 置信区间 {low}～{high}",
    "corrected for the choice; {value} before": "已校正选择偏差，校正前为 {value}",
    "trained in {time}": "训练耗时 {time}",
    "What a naive split would have claimed": "随意划分数据会得出什么结论",
    "A random split of these rows, duplicates included, would have put {share} of the test rows into training as "
    "well. The baseline would then have looked like this:": (
        "如果不去重就随机划分，{share} 的测试样本会同时出现在训练集中。此时基线的分数看起来会是："
    ),
    "{metric} claimed by a naive split": "随意划分得出的{metric}",
    "{metric} on rows never trained on": "在从未训练过的样本上的{metric}",
    # table of routes
    "All routes": "全部方案",
    "All scores are measured on the same {rows} test rows, which were not used for any choice.": (
        "所有分数都在同样的 {rows} 条测试样本上得出，这些样本没有参与任何选择。"
    ),
    "All scores are measured on {rows} rows by {folds}-fold cross-validation: each row is answered by models that "
    "were not trained on it.": (
        "所有分数都在 {rows} 条样本上通过 {folds} 折交叉验证得出：每条样本都由没有用它训练过的模型来预测。"
    ),
    "Models that share training rows make mistakes together, so intervals and tests count these rows as {n}.": (
        "各折模型共用训练样本，错误会同时出现，因此区间和检验把这些样本按 {n} 条计算。"
    ),
    "Rows of one group or text are not independent, so intervals and tests go by their {n} groups.": (
        "同一分组或同一文本的样本并不独立，因此区间和检验按 {n} 个分组计算。"
    ),
    "The saved models were trained on all of them.": "保存的模型使用了全部样本训练。",
    "The saved models were trained on all of them; those that stop early kept {n} rows for validation.": (
        "保存的模型使用了全部样本训练；会提前停止的模型留出 {n} 条作为验证集。"
    ),
    "Routes are chosen by {rows}.": "方案根据 {rows}选出。",
    "The best route is chosen by these rows too, which flatters it in this table. The score at the top is corrected "
    "for that: each part of the rows is scored with the route that the other parts chose.": (
        "最佳方案也是根据这些样本选出的，因此它在表中的分数偏乐观。页首的分数已作校正：每一折都用其余各折选出的方案来评分。"
    ),
    "Intervals are 95% confidence intervals: Wilson's for shares of rows, otherwise from a bootstrap over rows.": (
        "区间均为 95% 置信区间：样本比例用 Wilson 区间，其余用按样本的自助法（bootstrap）。"
    ),
    "Select a heading to sort by it, the best first.": "点击表头即可排序，最好的排在最前。",
    "Sort by": "排序依据",
    "{n} seeds: {mean} ± {sd}": "{n} 个种子：{mean} ± {sd}",
    "“Not significant” means that these rows are too few to separate the two routes, not that they are equal. The "
    "cheapest route is the fastest one shown to lose less than {margin} against the best: the 95% confidence interval "
    "of their paired difference excludes more. A baseline is named only if no route beats it. Where the rows are too "
    "few to show that, no route is named. p-values are corrected for the number of comparisons.": (
        "“不显著”表示样本数不足以区分两个方案，并不表示二者相等。"
        "“最经济”是指可确认比最佳方案损失小于 {margin}的最快方案："
        "配对差值的 95% 置信区间排除了更大的损失。只有在没有方案超过基线时，基线才会入选。"
        "样本数不足以确认时，不给出最经济的方案。p 值已按比较次数校正。"
    ),
    "Scores, intervals and tests are those of the first seed.": "分数、区间和检验均取自第一个随机种子。",
    "Not run": "未运行的方案",
    # charts
    "Score and speed": "效果与速度",
    "Higher is better, further right is faster. Vertical lines are 95% confidence intervals; the area of a dot is "
    "the size on disk.": "越高越好，越靠右越快。竖线是 95% 置信区间，圆点面积表示磁盘占用。",
    "The dashed line is the baseline.": "虚线是基线。",
    "{metric} and texts per second of every route; the table above has the numbers": (
        "各方案的{metric}与每秒处理条数，数值见上表"
    ),
    "texts per second": "每秒处理条数",
    "Learning curves": "学习曲线",
    "{metric} of the saved models on the validation rows, by epoch.": "所保存模型每一轮在验证集上的{metric}。",
    "{metric} on the validation rows, by epoch. The test rows are used once, at the end.": (
        "每一轮在验证集上的{metric}。测试集只在最后使用一次。"
    ),
    "{what} by epoch": "各轮次的{what}",
    # each route
    "Each route in detail": "各方案详情",
    "Confusion matrix": "混淆矩阵",
    "Confusion matrix of {route}": "{route} 的混淆矩阵",
    "Rows are true labels, columns are predicted labels. The shade is the share of the true label.": (
        "行为真实标签，列为预测标签；颜色深浅表示占该真实标签的比例。"
    ),
    "There are too many labels for a matrix; these are the most frequent confusions.": (
        "标签太多，不便画成矩阵；以下是最常见的混淆。"
    ),
    "Most frequent confusions": "最常见的混淆",
    "Reliability": "可靠性图",
    "Below the diagonal the model is more confident than accurate. Bars count the rows at each confidence.": (
        "落在对角线下方表示模型过度自信。柱形为各置信度区间的样本数。"
    ),
    "confidence and accuracy": "置信度与准确率",
    "{n} rows: confidence {confidence}, accuracy {accuracy}": "{n} 条：置信度 {confidence}，准确率 {accuracy}",
    "Scores by label": "各标签得分",
    "Scores by entity type": "各实体类型得分",
    "Scores of {route} by label": "{route} 的各标签得分",
    "Loss by epoch": "各轮次损失",
    "Settings": "参数设置",
    # mistakes
    "Mistakes of {route}": "{route} 的错误",
    "Most confident errors": "置信度最高的错误",
    "Rows with a wrong label, the most confident predictions first.": "标签预测错误的样本，按置信度从高到低排列。",
    "Worst errors": "最严重的错误",
    "Rows whose labels are not exactly right, the lowest F1 first.": "标签不完全正确的样本，按 F1 从低到高排列。",
    "Largest errors": "误差最大的样本",
    "Rows by the distance between prediction and true value, the largest first.": "按预测值与真实值之差从大到小排列。",
    "Texts with most wrong entities": "实体错误最多的文本",
    "Only the entities that differ are listed; F1 is that of the whole text.": (
        "只列出不一致的实体；F1 按整条文本计算。"
    ),
    "Worst answers": "最差的答案",
    "Answers that share fewest words with the correct one first.": "与正确答案重合词越少的越靠前。",
    "Answers that share fewest words with the reference first.": "与参考答案重合词越少的越靠前。",
    "Worst translations": "最差的译文",
    "Translations that share fewest words with the reference first.": "与参考译文重合词越少的越靠前。",
    "Worst summaries": "最差的摘要",
    "Summaries that share fewest words with the reference first.": "与参考摘要重合词越少的越靠前。",
    "No row is wrong.": "没有预测错误的样本。",
    "Search these texts": "搜索文本",
    "all": "全部",
    "{first}–{last} of {rows}": "第 {first}–{last} 条，共 {rows} 条",
    "No row fits.": "没有符合条件的样本。",
    "Previous": "上一页",
    "Next": "下一页",
    "The first {shown} of {rows} rows; all of them are in predictions.csv.": (
        "共 {rows} 条，这里列出前 {shown} 条；全部结果见 predictions.csv。"
    ),
    "The first {shown} of {rows} rows can be searched here; all of them are in predictions.csv.": (
        "共 {rows} 条，此处可搜索前 {shown} 条；全部结果见 predictions.csv。"
    ),
    "Not shown to be better than the baseline, which is the cheaper choice until more rows show it.": (
        "尚不能证明优于基线；在有更多样本证明之前，选用基线更省成本。"
    ),
    "Wrong in every route": "所有方案都预测错的样本",
    "Rows that every route misses": "所有方案都预测错的样本",
    "{missed} of {rows} rows are missed by all {routes} routes. Check these first for wrong labels.": (
        "{rows} 条样本中有 {missed} 条全部 {routes} 个方案都预测错。检查标注错误时，请先看这些样本。"
    ),
    "{missed} of {rows} rows are missed by both routes. Check these first for wrong labels.": (
        "{rows} 条样本中有 {missed} 条两个方案都预测错。检查标注错误时，请先看这些样本。"
    ),
    # data
    "The data": "数据",
    "What was read": "读取的内容",
    "row {number}, {name}": "第 {number} 行，{name}",
    "line {number}, {name}": "文件第 {number} 行，{name}",
    "Labels in each split": "各数据集中的标签",
    "share of training": "训练集占比",
    "What the audit found": "数据检查结果",
    "{message}.": "{message}。",
    "{message}; {action}.": "{message}；{action}。",
    "Row {rows}": "第 {rows} 行",
    "Rows {rows}": "第 {rows} 行",
    "all {n} rows": "全部 {n} 行",
    "Rows of finding {n}": "第 {n} 项涉及的行",
    "Nothing to report.": "没有发现问题。",
    # use
    "Use the model": "使用模型",
    "Label a file of any size:": "为任意大小的文件打标签：",
    "Predict a number for every row of a file of any size:": "为任意大小的文件逐行预测数值：",
    "Tag the entities in a file of any size:": "标注任意大小的文件中的实体：",
    "Answer the questions in a file of any size:": "回答任意大小的文件中的问题：",
    "Answer the prompts in a file of any size:": "回答任意大小的文件中的提示词：",
    "Translate a file of any size:": "翻译任意大小的文件：",
    "Summarize a file of any size:": "为任意大小的文件生成摘要：",
    "The same from Python, with the best route:": "在 Python 中使用最佳方案：",
    "{route}, the fastest route within {margin} of the best, is in:": (
        "与最佳方案相差 {margin}以内的最快方案 {route} 位于："
    ),
    "How this was made": "运行信息",
    "The same settings, seed and versions give the same numbers on the same machine.": (
        "在同一台机器上，相同的参数、随机种子和软件版本会得到相同的数值。"
    ),
    "Settings of the run": "运行参数",
    "Versions, seeds and fingerprints": "软件版本、随机种子与数据指纹",
    "Data": "数据",
    "Model": "模型",
    "Models": "模型",
    "Seed": "随机种子",
    "Seeds": "随机种子",
    "{n} per route, from {first}": "每个方案 {n} 个，从 {first} 开始",
    "Finished": "完成时间",
    "Machine": "机器",
    "Precision": "计算精度",
    "{precision}: matrix products in pretrained models use 16-bit numbers": (
        "{precision}：预训练模型中的矩阵乘法使用 16 位浮点数"
    ),
    "Written by transferkit {version}. This page is one file and loads nothing from elsewhere.": (
        "由 transferkit {version} 生成。本页为单个文件，不加载任何外部资源。"
    ),
}
