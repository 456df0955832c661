"""First lines in Python and notebooks."""

from slips import Slip

SLIPS = (
    Slip(
        "in Python, a keyword",
        python="transferkit.fit('good.csv', lable='label')",
        says="'lable'; did you mean 'label'",
    ),
    Slip(
        "in Python, an option as a keyword",
        python="transferkit.fit('trec', epochs=3)",
        says="routes=.{'full': {'epochs': ...}}.",
    ),
    Slip(
        "in Python, a keyword of look",
        python="transferkit.look('good.csv', labels='label')",
        says="did you mean 'label'",
    ),
    Slip(
        "in Python, a table in memory",
        python="transferkit.look({'a': ['x y z'] * 3 + ['u v w'] * 3, 'b': [1, 2] * 3})",
        code=0,
    ),
    Slip("in Python, a data set", python="transferkit.fit('trc')", says="did you mean the data set 'trec'", code=3),
    Slip(
        "in Python, a task", python="transferkit.look('good.csv', task='clasification')", says="'text-classification'"
    ),
    Slip("in Python, a route", python="transferkit.fit('good.csv', routes='ful')", says="did you mean 'full'"),
    Slip(
        "in Python, an option",
        python="transferkit.fit('good.csv', routes=[{'full': {'epoch': 3}}])",
        says="did you mean epochs",
    ),
    Slip(
        "in Python, a model",
        python="transferkit.fit('good.csv', model='all-MiniLM')",
        says="did you mean 'all-MiniLM-L6-v2'",
        code=4,
    ),
    Slip("in Python, a run", python="transferkit.load('runs/frist')", says="did you mean 'runs/first'", code=5),
    Slip(
        "in Python, a question",
        python="transferkit.look({'text': [f'the lamp {i}' for i in range(20)], 'my shop': list('ab') * 10, "
        "'b': list('xxyy') * 5}).problem.index('pass label=\"my shop\" or label=\"b\"')",
        code=0,
    ),
    Slip("in Python, nothing", python="transferkit.fit(None)", says="expected data"),
    Slip(
        "in Python, a column",
        python="transferkit.look('good.csv', label='lable').problem.index('did you mean')",
        code=0,
    ),
)
