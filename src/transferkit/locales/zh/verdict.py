"""The sentences of the verdict, and those that a terminal shows beside it, or instead of it."""

TEXTS = {
    "a random split that ignores duplicates would have claimed {claimed} for the baseline ({leaked} of its test rows "
    "also appear in train); on rows that do not, it scores {true}": (
        "如果不去重就随机划分，基线的分数会显示为 {claimed}（其测试样本有 {leaked} 同时出现在训练集中）；"
        "在未出现过的样本上，实际为 {true}"
    ),
    "{route} was skipped: {reason}": "已跳过 {route}：{reason}",
    "{metric}\n[95 % interval]": "{metric}\n[95% 置信区间]",
    "method": "方法",
    "valida-\ntion": "验证集",
    "out of\nfold": "折外",
    "mean ± sd\nover seeds": "各种子\n均值 ± 标准差",
    "against\nbaseline": "相对\n基线",
    "not sig.": "不显著",
    "macro\nF1": "宏平均\nF1",
    "log\nloss": "对数\n损失",
    "size\nMB": "体积\nMB",
    "weights\ntrained": "训练\n参数",
    "train\ns": "训练\n秒",
    "texts\n/s": "条\n/秒",
    "ms\n/text": "毫秒\n/条",
    "report": "报告",
    "models": "模型",
    "findings": "检查结果",
    "{count}, listed in the report": "{count}，详见报告",
    "{n} warning": "{n} 条警告",
    "{n} warnings": "{n} 条警告",
    "{n} note": "{n} 条说明",
    "{n} notes": "{n} 条说明",
    "none": "无",
    "next": "下一步",
    "Warning: {reason}": "注意：{reason}",
    "{rows} are too few to tell these routes apart: {few}.": "{rows}太少，无法区分这些方案的优劣：{few}。",
    "no difference could be significant": "任何差异都不可能显著",
    "only a difference of at least {points} could be significant": "只有达到 {points}的差异才可能显著",
    "only a difference that shows on at least {least} of them could be significant": (
        "只有至少在其中 {least} 条上表现出来的差异才可能显著"
    ),
    "Test on more rows, or give no test rows and cross-validate all rows with --folds 5.": (
        "请使用更多测试样本，或不单独指定测试集，用 --folds 5 对全部样本做交叉验证。"
    ),
    "More labelled rows would show more.": "标注更多样本才能看出更小的差异。",
    "{route} is not shown to be better than always answering {answer}: {metric} {reached} against {value}.": (
        "没有证据表明 {route} 优于始终回答{answer}：{metric} {reached}，后者为 {value}。"
    ),
    "{route} is no better than always answering {answer}: {metric} {reached} against {value}.": (
        "{route} 并不优于始终回答{answer}：{metric} {reached}，后者为 {value}。"
    ),
    "the mean of the training rows": "训练样本的平均值",
    "Every route has {metric} 0: check whether predictions and references have the same form.": (
        "所有方案的{metric}均为 0：请检查预测结果与参考答案的格式是否一致。"
    ),
    "{n} cross-validated row": "{n} 条交叉验证样本",
    "{n} cross-validated rows": "{n} 条交叉验证样本",
    "{n} validation row": "{n} 条验证样本",
    "{n} validation rows": "{n} 条验证样本",
    "No route is faster.": "没有更快的方案。",
    "No faster route is recommended: {rows} are too few to show that one loses less than {most} "
    "(a difference below {hidden} would not show).": (
        "不推荐更快的方案：仅凭 {rows}，无法证明有方案的损失小于 {most}（小于 {hidden}的差异检测不出来）。"
    ),
    "{route} is the fastest route shown to lose less than {most} against it (95% confidence interval of the "
    "difference {low} to {high}), at {speed}.": (
        "在损失可确认小于 {most}的方案中，{route} 最快（差值的 95% 置信区间为 {low} 至 {high}），速度{speed}。"
    ),
    "{factor} times the speed": "是最佳方案的 {factor} 倍",
    "about the same speed": "与最佳方案相当",
    "{amount} point": "{amount} 个点",
    "{amount} points": "{amount} 个点",
    "Every faster route loses more than {most}.": "更快的方案都比它低 {most}以上。",
    "Every faster route loses more than {most}, or is the baseline, which it beats.": (
        "更快的方案要么损失超过 {most}，要么是已被它超过的基线。"
    ),
    "{route}, the only faster route, loses more than {most}.": "唯一更快的方案 {route} 损失超过 {most}。",
    "{route}, the only faster route, is the baseline, which it beats.": "唯一更快的方案 {route} 是已被它超过的基线。",
    "{metric} {value} (95% confidence interval {low} to {high})": "{metric} {value}（95% 置信区间 {low}～{high}）",
    "{metric} {value} (95% confidence interval {low} to {high}; mean over {seeds} seeds {mean})": (
        "{metric} {value}（95% 置信区间 {low}～{high}；{seeds} 个随机种子的均值为 {mean}）"
    ),
    "{route} is the only route: {value}.": "{route} 是唯一的方案：{value}。",
    "There are no rows to choose by; {route} is the first route asked for: {value}.": (
        "没有可用于选择的样本；{route} 是指定的第一个方案：{value}。"
    ),
    "{route} is best on {rows}": "在 {rows}上，{route} 表现最佳",
    "{route} is best on {rows}, tied with {others}": "在 {rows}上，{route} 表现最佳（与 {others} 并列）",
    "{route} is best on {rows}, tied with {others}: no transferred route does better": (
        "在 {rows}上，{route} 表现最佳（与 {others} 并列）；没有迁移方案比它更好"
    ),
    "{route} is best on {rows}: tied with {others}, it has a better {second} than the baseline": (
        "在 {rows}上，{route} 表现最佳：与 {others} 并列，但{second}优于基线"
    ),
    "These rows do not show that {route} is better than the baseline, which is the cheaper choice until more rows show "
    "it.": "这些样本不能证明 {route} 优于基线；在有更多样本证明之前，选用基线更省成本。",
    "{best}: {value}, corrected for the choice.": "{best}：{value}，已校正选择偏差。",
    "{best}. On the test rows, which were not used to choose it: {value}.": (
        "{best}。在未参与选择的测试集上：{value}。"
    ),
    "{n} of {total} labels has no cross-validated row, so these scores say nothing about it.": (
        "{total} 个标签中有 {n} 个没有交叉验证样本，以上分数不反映这些标签。"
    ),
    "{n} of {total} labels have no cross-validated row, so these scores say nothing about them.": (
        "{total} 个标签中有 {n} 个没有交叉验证样本，以上分数不反映这些标签。"
    ),
    "{n} of {total} labels has no test row, so these scores say nothing about it.": (
        "{total} 个标签中有 {n} 个没有测试样本，以上分数不反映这些标签。"
    ),
    "{n} of {total} labels have no test row, so these scores say nothing about them.": (
        "{total} 个标签中有 {n} 个没有测试样本，以上分数不反映这些标签。"
    ),
    "{n} others": "另外 {n} 个方案",
    "{route} is significantly worse than the baseline ({base}; {p}).": "{route} 显著差于基线（{base}；{p}）。",
    "{others} does not significantly beat the baseline ({base}).": "{others}未显著优于基线（{base}）。",
    "No route significantly beats the baseline ({base}).": "没有方案显著优于基线（{base}）。",
    "No route significantly beats the baseline ({base}): {others}.": "没有方案显著优于基线（{base}）：{others}。",
    "{n} of {total} other routes significantly beats the baseline ({base}).": (
        "其他 {total} 个方案中有 {n} 个显著优于基线（{base}）。"
    ),
    "{n} of {total} other routes significantly beat the baseline ({base}).": (
        "其他 {total} 个方案中有 {n} 个显著优于基线（{base}）。"
    ),
    "All {total} other routes differ significantly from it.": "其他 {total} 个方案都与它有显著差异。",
    "{n} of {total} other routes does not differ significantly from it.": (
        "其他 {total} 个方案中有 {n} 个与它没有显著差异。"
    ),
    "{n} of {total} other routes do not differ significantly from it.": (
        "其他 {total} 个方案中有 {n} 个与它没有显著差异。"
    ),
    "{name}, {value}": "{name}，{value}",
    "{name} ({outcome})": "{name}（{outcome}）",
    "significantly worse, {p}": "显著更差，{p}",
    "Every other route significantly beats the baseline ({base}).": "其他方案均显著优于基线（{base}）。",
    "{winners} significantly beats the baseline ({base}).": "{winners} 显著优于基线（{base}）。",
    "{winners} significantly beats the baseline ({base}); {others} does not.": (
        "{winners} 显著优于基线（{base}），{others}则不显著。"
    ),
    "{winners} significantly beats the baseline ({base}); {others} do not.": (
        "{winners} 显著优于基线（{base}），{others}则不显著。"
    ),
    "{winners} significantly beat the baseline ({base}); {others} does not.": (
        "{winners} 显著优于基线（{base}），{others}则不显著。"
    ),
    "Tests are paired on the same {rows} test rows ({test}, at the 5% level).": (
        "以上均为在相同 {rows} 条测试样本上的配对检验（{test}，显著性水平 5%）。"
    ),
    "Tests are paired on the same {rows} cross-validated rows ({test}, at the 5% level).": (
        "以上均为在相同 {rows} 条交叉验证样本上的配对检验（{test}，显著性水平 5%）。"
    ),
    "Tests are paired on the same {rows} rows, by the first seed's predictions ({test}, at the 5% level).": (
        "以上均为在相同 {rows} 条样本上、以第一个随机种子的预测所做的配对检验（{test}，显著性水平 5%）。"
    ),
    # what was read, and what a run would take
    "{n} row of {source}": "{source}，{n} 行",
    "{n} rows of {source}": "{source}，{n} 行",
    "{rows}, {encoding}": "{rows}，{encoding}",
    "{name} from {column}": "{name}取自 {column}",
    "{words} ({why})": "{words}（{why}）",
    "{columns}, made of {names}": "{columns}，由 {names} 组成",
    "{names} and {n} more": "{names} 等，另有 {n} 列",
    "{train} rows to train, {validation} to validate, {test} to test": (
        "训练 {train} 行，验证 {validation} 行，测试 {test} 行"
    ),
    "{rows} rows to cross-validate in {k} parts": "{rows} 行，分 {k} 折交叉验证",
    "{words}, {test} to test": "{words}，测试 {test} 行",
    "{name}, window {longest} tokens, {tokens} tokens in all rows": (
        "{name}，窗口 {longest} 个词元，全部样本共 {tokens} 个词元"
    ),
    "model": "模型",
    "time": "时间",
    "memory": "内存",
    "options": "选项",
    "{low} to {high}": "{low}～{high}",
    "{route} would be skipped: {reason}": "将跳过 {route}：{reason}",
    "all routes together {low} to {high}, including evaluation; calibrated on this machine just now": (
        "全部方案共需 {low}～{high}，含评测；刚刚在本机上校准"
    ),
    "this machine is busy with other work now; left alone it would take less": "本机正忙于其他任务；空闲时所需时间更少",
    "nothing was trained and no run folder was made": "没有训练任何模型，也没有建立运行目录",
    # scores of a model, and two runs side by side
    "{n} row evaluated": "评测了 {n} 行",
    "{n} rows evaluated": "评测了 {n} 行",
    "metric": "指标",
    "95 % interval": "95% 置信区间",
    "class": "类别",
    "f1": "F1",
    "{metric}, {run}": "{metric}，{run}",
    "second against first": "第二个相对第一个",
    "The two runs were evaluated on different rows, so their numbers cannot be compared and are not tested.": (
        "两次运行的评测样本不同，数值无法比较，因此没有检验。"
    ),
    "{route} of {run}": "{run} 的 {route}",
    "Best against best: {route} of {run} is not significantly different from {other} ({p}).": (
        "最佳方案相比：{run} 的 {route} 与 {other} 没有显著差异（{p}）。"
    ),
    "Best against best: {route} of {run} is significantly worse than {other} ({p}).": (
        "最佳方案相比：{run} 的 {route} 显著差于 {other}（{p}）。"
    ),
    "Best against best: {route} of {run} is significantly better than {other} ({p}).": (
        "最佳方案相比：{run} 的 {route} 显著优于 {other}（{p}）。"
    ),
    "Both were evaluated on the same {rows} rows ({test}).": "二者在相同的 {rows} 行上评测（{test}）。",
    "Training or validation rows differ.": "训练样本或验证样本不同。",
}
