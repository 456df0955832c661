"""Names that are nearly right, on the command line."""

from slips import Slip

SLIPS = (
    Slip("a data set", "fit trc", says="found no such file.*did you mean the data set 'trec'", code=3),
    Slip("part of a data set's name", "fit spam", says="did you mean the data set 'sms-spam'", code=3),
    Slip(
        "a file",
        "fit goood.csv",
        says="goood.csv: expected a data file, found nothing there; did you mean 'good",
        code=3,
    ),
    Slip("a file without its suffix", "fit good", says="did you mean 'good.csv'", code=3),
    Slip("a test file", "fit good.csv --test goood.csv", says="goood.csv.*did you mean 'good.csv'", code=3),
    Slip("a command", "fti trec", says="unknown command 'fti'; did you mean 'fit'"),
    Slip("no command", "trec", says="for the data of that name: transferkit fit trec"),
    Slip("a flag", "fit good.csv --lable kind", says="--lable.*--label"),
    Slip("an option of routes as a flag", "fit good.csv --epochs 3", says="--set full.epochs=VALUE"),
    Slip("a task", "fit good.csv --task clasification", says="did you mean 'text-classification'"),
    Slip("half a task", "fit good.csv --task regression", says="did you mean 'text-regression'"),
    Slip("a route", "fit good.csv --routes ful", says="unknown route 'ful'; did you mean 'full'"),
    Slip("a route of several", "fit good.csv --routes full,statik", says="did you mean 'static'"),
    Slip("an option", "fit good.csv --set full.epoch=3", says="epoch: unknown, did you mean epochs"),
    Slip("an option by its initials", "fit good.csv --set full.lr=1e-5", says="did you mean learning_rate"),
    Slip("an option of another library", "fit good.csv --set full.num_train_epochs=3", says="did you mean epochs"),
    Slip("the route of an option", "fit good.csv --set ful.epochs=3", says="unknown route 'ful'; did you mean 'full'"),
    Slip("an option without a route", "fit good.csv --set epochs=3", says="expected ROUTE.OPTION=VALUE"),
    Slip("a setting of writing", "fit good.csv --generation num_beam=4", says="did you mean num_beams"),
    Slip("a model", "fit good.csv --model all-MiniLM", says="did you mean 'all-MiniLM-L6-v2'", code=4),
    Slip(
        "one of two models", "fit good.csv --model all-mpnet-base-v2 --model e5-small", says="'multilingual-e5", code=4
    ),
    Slip("data as a model", "fit good.csv --model trec", says="expected a model, found the name of a data set", code=4),
    Slip("a model as data", "fit all-MiniLM-L6-v2", says="expected data, found the name of a model", code=3),
    Slip("what to fetch", "fetch trek", says="did you mean 'trec'", code=4),
    Slip(
        "a run", "predict runs/frist good.csv", says="no run or model in runs/frist.*did you mean 'runs/first'", code=5
    ),
    Slip(
        "the words in the wrong order", "predict good.csv runs/first", says="the folder of the run comes before", code=5
    ),
    Slip("a key in YAML", "fit --config routes.yaml", says="route: unknown, did you mean routes"),
    Slip("the key of the data in YAML", "fit --config data.yaml", says="dta: unknown, did you mean data", code=2),
    Slip("no data in YAML", "fit --config no-data.yaml", says="no-data.yaml: expected the key data", code=2),
    Slip("a key of the data in YAML", "fit --config run.yaml", says="data.lable: unknown, did you mean label"),
    Slip("a precision", "fit good.csv --precision bf61", says="'bf16'"),
    Slip("an encoding", "fit good.csv --encoding utf9", says="utf-8"),
    Slip(
        "one option twice",
        "look good.csv --task ner --task text-classification",
        says="given 2 times, and the last",
        code=0,
    ),
    Slip("help", "-h", says="look .*fit .*predict", code=0),
    Slip("help of a command", "fit -h", says="text-regression.*feature_transfer.*Examples:", code=0),
)
