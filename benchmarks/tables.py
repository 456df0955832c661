"""The tables: which rows, which subjects, and the bars they are held to.

A bar compares the mean over seeds with a number. With `of` it is the mean of the seed-by-seed ratios of two
figures taken in the same run, since seconds alone swing by a factor of two between runs of the same thing.
"""

from dataclasses import dataclass

from benchmarks.subjects import Ours, Peer, Subject

Figure = tuple[str, str]


@dataclass(frozen=True)
class Bar:
    """`metric` of `row` (divided by `of`, where given) is at least or at most a number.

    Several rows joined by " or " are judged by the best of them. With `behind`, the figure is by how much the best of
    those rows, by its mean over seeds, exceeds `row`.
    """

    row: str
    metric: str
    at_least: float | None = None
    at_most: float | None = None
    of: Figure | None = None
    behind: tuple[str, ...] = ()

    def met(self, value: float) -> bool:
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        what = f"{self.row} {self.metric}" + (f" / {self.of[0]} {self.of[1]}" if self.of else "")
        what = f"best of {len(self.behind)} pipelines - {what}" if self.behind else what
        sign, limit = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{what} {sign} {limit:g}"


@dataclass(frozen=True)
class Table:
    """Subjects are run one at a time, in this order, seed after seed. Time ratios are to the row `reference`."""

    title: str
    data: str
    subjects: tuple[Subject, ...]
    reference: str
    bars: tuple[Bar, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    metrics: tuple[str, ...] = ("accuracy", "macro_f1")


SECONDS = "train_seconds"
TAUGHT_SECONDS = "taught_seconds"
SPEED = "texts_per_second"

TFIDF = Peer("TF-IDF + LinearSVC", "tfidf_svc.py")
EMBED = Peer("sentence-transformers + LR", "sentence_transformers_lr.py")
TRAINER = Peer("HF Trainer", "hf_trainer.py", ("--epochs", "4"))
TRAINER_HALF = Peer("HF Trainer, bf16", "hf_trainer.py", ("--epochs", "4", "--bf16"))
TRAINER_R8_HALF = Peer("HF Trainer, bf16", "hf_trainer.py", ("--epochs", "3", "--max-length", "128", "--bf16"))
TRAINER_CONLL_HALF = Peer("HF Trainer, bf16", "hf_ner.py", ("--epochs", "3", "--bf16"))
AUTO_TREC = Ours("auto", ("feature_transfer", "full"), ("full.epochs=4",))
FULL_TREC = Ours("fp32", ("feature_transfer", "full"), ("full.epochs=4",), precision="fp32")
AUTO_R8 = Ours("auto", ("full",), ("full.epochs=3",), max_length=128)
FULL_R8 = Ours("fp32", ("full",), ("full.epochs=3",), max_length=128, precision="fp32")
AUTO_CONLL = Ours("auto", ("full",), ("full.epochs=3",))
FULL_CONLL = Ours("fp32", ("full",), ("full.epochs=3",), precision="fp32")
TRAINER_R8 = Peer("HF Trainer", "hf_trainer.py", ("--epochs", "3", "--max-length", "128"))
SETFIT = Peer("SetFit", "setfit_peer.py", own_environment=True)
MODEL2VEC = Peer("model2vec", "model2vec_peer.py", own_environment=True)

TREC = Ours(
    "ours",
    ("feature_transfer", "full", "top_layers", "lora", "fewer_layers", "static"),
    ("full.epochs=4", "fewer_layers.layers=3"),
)
CONTRASTIVE = Ours("few", ("contrastive",))
DEMO = Ours("demo", ("feature_transfer", "full", "static"))
SLOWEST = Ours("slowest", ("full",))
R8 = Ours("r8", ("feature_transfer", "full", "static"), ("full.epochs=3",), max_length=128)
TRAINER_SNLI = Peer("HF Trainer", "hf_trainer.py", ("--epochs", "3"))
SNLI = Ours("snli", ("full",), ("full.epochs=3",))
TRAINER_CONLL = Peer("HF Trainer", "hf_ner.py", ("--epochs", "3"))
CONLL = Ours("conll", ("feature_transfer", "full", "fewer_layers"), ("full.epochs=3", "fewer_layers.layers=3"))
TRAINER_QA = Peer("HF Trainer", "hf_qa.py", ("--epochs", "3", "--learning-rate", "1.5e-4"))
SQUADSHIFTS = Ours("reading", ("full",), ("full.epochs=3",))
SQUADSHIFTS_STUDENT = Ours(
    "reader",
    ("full", "fewer_layers"),
    ("full.epochs=3", "fewer_layers.layers=3", "fewer_layers.epochs=6"),
    unlabelled=True,
)
SYNOPSIS = Ours("synopsis", ("lora",), ("lora.epochs=1",))
EN_FR = Ours("en-fr", ("lora",), ("lora.epochs=1", "lora.rank=32"))
SYNOPSIS_STUDENT = Ours(
    "student",
    ("lora", "fewer_layers"),
    ("lora.epochs=1", "fewer_layers.epochs=2", "fewer_layers.hidden_weight=4"),
    unlabelled=True,
)
WORDS = Ours("answers", ("static",))
WORDS_R52 = Ours("answers", ("static",), max_length=128)
PEFT = Peer("PEFT + Trainer", "hf_lora.py", ("--epochs", "1"))
PEFT_HALF = Peer("PEFT + Trainer, bf16", "hf_lora.py", ("--epochs", "1", "--bf16"))
LORA = Ours("writer", ("lora",), ("lora.epochs=1",), max_length=256)
PLAIN_GENERATE = Peer("generate, batches of 16", "plain_generate.py")
OWN_GENERATE = Peer("own generator", "own_generate.py")
R52 = Ours("r52", ("feature_transfer", "full", "static"), ("full.epochs=3",), max_length=128)
CHINESE = Ours("zh", ("feature_transfer", "full", "static"), ("full.epochs=3",), max_length=128)
TRAINER_CHINESE = Peer("HF Trainer", "hf_trainer.py", ("--epochs", "3", "--max-length", "128"))
TRAINER_NAMES = Peer("HF Trainer", "hf_ner.py", ("--epochs", "4"))
NAMES = Ours("names", ("feature_transfer", "full"), ("full.epochs=4",))
SIMPLE = Ours("simple", ("baseline",))
PIPELINES = tuple(
    Peer(f"{terms}, {machine}", "pipelines.py", ("--pipeline", f"{terms}+{machine}"))
    for terms, machine in [
        *((terms, machine) for terms in ("words", "pairs", "characters") for machine in ("svm", "logistic", "bayes")),
        ("both", "svm"),
    ]
)
PIPELINES_OF_NUMBERS = tuple(
    Peer(f"{terms}, {machine}", "pipelines.py", ("--pipeline", f"{terms}+{machine}"))
    for terms in ("words", "pairs", "characters", "both")
    for machine in ("svm", "ridge")
)
CHARACTERS = Peer("TF-IDF of characters + LinearSVC", "pipelines.py", ("--pipeline", "characters+svm"))
DEBTAGS = Ours("debtags", ("feature_transfer", "full"))
MOVIES = Ours("movies", ("feature_transfer", "full"))


def of_precision(data: str, plain: Peer, half: Peer, auto: Ours, full: Ours, metric: str = "accuracy") -> Table:
    """As a run comes, beside the Trainer as it comes and with its flag `bf16`, and beside a run in fp32."""
    return Table(
        f"{data}, as it comes and in fp32",
        data,
        (plain, half, auto, full),
        plain.name,
        (
            Bar("auto/full", metric, at_least=1.0, of=(plain.name, metric)),
            Bar("auto/full", metric, at_least=0.99, of=("fp32/full", metric)),
            Bar("auto/full", SECONDS, at_most=0.2, of=(plain.name, SECONDS)),
            Bar("auto/full", SECONDS, at_most=0.45, of=(half.name, SECONDS)),
            Bar("fp32/full", SECONDS, at_most=0.45, of=(plain.name, SECONDS)),
        ),
        metrics=(metric,),
    )


def in_fp32(data: str, plain: Peer, full: Ours, metric: str = "accuracy") -> Table:
    """Both in fp32: what a processor without bf16 units leaves to choose."""
    return Table(
        f"{data}, both in fp32",
        data,
        (plain, full),
        plain.name,
        (
            Bar("fp32/full", metric, at_least=1.0, of=(plain.name, metric)),
            Bar("fp32/full", SECONDS, at_most=0.45, of=(plain.name, SECONDS)),
        ),
        metrics=(metric,),
    )


def of_words(data: str, answers: Ours) -> Table:
    """Embedded words, taught by features, beside model2vec: which answers more texts a second, and how well."""
    return Table(
        f"{data}: embedded words",
        data,
        (MODEL2VEC, answers),
        MODEL2VEC.name,
        (
            Bar("answers/static", "accuracy", at_least=1.0, of=(MODEL2VEC.name, "accuracy")),
            Bar("answers/static", SPEED, at_least=1.5, of=(MODEL2VEC.name, SPEED)),
        ),
    )


def simple(
    data: str,
    pipelines: tuple[Peer, ...] = PIPELINES,
    metric: str = "accuracy",
    other: str = "macro_f1",
    seeds: tuple[int, ...] = (0,),
) -> Table:
    """The baseline beside two lines of scikit-learn; `seeds` draw splits, as nothing else is drawn."""
    names = tuple(each.name for each in pipelines)
    bar = Bar("simple/baseline", metric, at_most=0.005, behind=names)
    return Table(
        f"The baseline on {data}", data, (*pipelines, SIMPLE), names[0], (bar,), seeds=seeds, metrics=(metric, other)
    )


SIMPLE_ON = ("trec", "reuters-r8", "reuters-r52", "sms-spam", "chinese-reviews")

TABLES = {
    "trec": Table(
        "TREC, every route",
        "trec",
        (TRAINER, TREC, TFIDF, EMBED, MODEL2VEC),
        TRAINER.name,
        (
            Bar("ours/feature_transfer", "accuracy", at_least=0.90),
            Bar("ours/feature_transfer", SECONDS, at_most=1.3, of=("ours/feature_transfer", "feature_seconds")),
            Bar("ours/feature_transfer", SECONDS, at_most=1.3, of=(EMBED.name, "embed_seconds")),
            Bar("ours/full", "accuracy", at_least=0.945),
            Bar("ours/full", SECONDS, at_most=0.55, of=(TRAINER.name, SECONDS)),
            Bar("ours/top_layers", "accuracy", at_least=0.93),
            Bar("ours/top_layers", SECONDS, at_most=0.35, of=(TRAINER.name, SECONDS)),
            Bar("ours/lora", "accuracy", at_least=0.935),
            Bar("ours/lora", "trained_parameters", at_most=0.03, of=("ours/lora", "parameters")),
            Bar("ours/fewer_layers", "accuracy", at_least=0.985, of=("ours/full", "accuracy")),
            Bar("ours/fewer_layers", SPEED, at_least=1.8, of=("ours/full", SPEED)),
            Bar("ours/static", "accuracy", at_least=0.90),
            Bar("ours/static", SPEED, at_least=20_000),
        ),
    ),
    "trec-8-per-class": Table(
        "TREC, 8 examples per class",
        "trec-8-per-class",
        (EMBED, SETFIT, CONTRASTIVE),
        SETFIT.name,
        (
            Bar("few/contrastive", "accuracy", at_least=1.0, of=(SETFIT.name, "accuracy")),
            Bar("few/contrastive", SECONDS, at_most=1.0, of=(SETFIT.name, SECONDS)),
        ),
        seeds=(0, 1, 2, 3, 4),
    ),
    "demo": Table(
        "make demo: all routes together against the slowest alone",
        "trec",
        (SLOWEST, DEMO),
        SLOWEST.name,
        (
            Bar("demo", "wall_seconds", at_most=1.3, of=("slowest", "wall_seconds")),
            Bar("demo", "wall_seconds", at_most=480),
        ),
    ),
    "reuters-r8": Table(
        "Reuters R8, Transformers at 128 tokens",
        "reuters-r8",
        (TFIDF, MODEL2VEC, TRAINER_R8, R8),
        TRAINER_R8.name,
        (
            Bar("r8/full", "accuracy", at_least=1.0, of=(TRAINER_R8.name, "accuracy")),
            Bar("r8/full", SECONDS, at_most=0.6, of=(TRAINER_R8.name, SECONDS)),
            Bar("r8/static", "accuracy", at_least=0.975),
            Bar("r8/static", SPEED, at_least=5_000),
        ),
    ),
    "precision-trec": of_precision("trec", TRAINER, TRAINER_HALF, AUTO_TREC, FULL_TREC),
    "precision-r8": of_precision("reuters-r8", TRAINER_R8, TRAINER_R8_HALF, AUTO_R8, FULL_R8),
    "precision-conll": of_precision(
        "conll2003", TRAINER_CONLL, TRAINER_CONLL_HALF, AUTO_CONLL, FULL_CONLL, "entity_f1"
    ),
    "fp32-trec": in_fp32("trec", TRAINER, FULL_TREC),
    "fp32-r8": in_fp32("reuters-r8", TRAINER_R8, FULL_R8),
    "fp32-conll": in_fp32("conll2003", TRAINER_CONLL, FULL_CONLL, "entity_f1"),
    "static-trec": of_words("trec", WORDS),
    "static-r52": of_words("reuters-r52", WORDS_R52),
    "snli": Table(
        "SNLI, 20,000 pairs of texts",
        "snli",
        (TRAINER_SNLI, SNLI),
        TRAINER_SNLI.name,
        (
            Bar("snli/full", "accuracy", at_least=1.0, of=(TRAINER_SNLI.name, "accuracy")),
            Bar("snli/full", SECONDS, at_most=0.6, of=(TRAINER_SNLI.name, SECONDS)),
        ),
    ),
    "conll2003": Table(
        "CoNLL-2003, tags of words",
        "conll2003",
        (TRAINER_CONLL, CONLL),
        TRAINER_CONLL.name,
        (
            Bar("conll/full", "entity_f1", at_least=1.0, of=(TRAINER_CONLL.name, "entity_f1")),
            Bar("conll/full", SECONDS, at_most=0.6, of=(TRAINER_CONLL.name, SECONDS)),
            Bar("conll/fewer_layers", "entity_f1", at_least=0.96, of=("conll/full", "entity_f1")),
        ),
        metrics=("entity_f1", "entity_recall"),
    ),
    "squadshifts": Table(
        "SQuAD-shifts, new Wikipedia: spans of contexts, 2,000 questions to train",
        "squadshifts",
        (TRAINER_QA, SQUADSHIFTS),
        TRAINER_QA.name,
        (
            Bar("reading/full", "token_f1", at_least=1.0, of=(TRAINER_QA.name, "token_f1")),
            Bar("reading/full", SECONDS, at_most=0.7, of=(TRAINER_QA.name, SECONDS)),
        ),
        seeds=(0,),
        metrics=("token_f1", "exact_match"),
    ),
    "squadshifts-student": Table(
        "The same, and a student of half the layers",
        "squadshifts",
        (SQUADSHIFTS_STUDENT,),
        "reader/full",
        (Bar("reader/fewer_layers", "token_f1", at_least=0.958, of=("reader/full", "token_f1")),),
        seeds=(0,),
        metrics=("token_f1", "exact_match"),
    ),
    "synopsis": Table(
        "Debian descriptions, their one-line synopsis: SmolLM2-135M",
        "synopsis",
        (SYNOPSIS,),
        "synopsis/baseline",
        (
            Bar("synopsis/lora", "rouge_l", at_least=0.349),
            Bar("synopsis/lora", SECONDS, at_most=1_200),
        ),
        seeds=(0,),
        metrics=("rouge_l", "rouge_1", "rouge_2"),
    ),
    "synopsis-student": Table(
        "The same, and a student of half the layers",
        "synopsis",
        (SYNOPSIS_STUDENT,),
        "student/lora",
        (
            Bar("student/fewer_layers", "rouge_l", at_least=0.95, of=("student/lora", "rouge_l")),
            Bar("student/fewer_layers", SPEED, at_least=1.7, of=("student/lora", SPEED)),
        ),
        seeds=(0,),
        metrics=("rouge_l", "rouge_1", "rouge_2"),
    ),
    "en-fr": Table(
        "Debian descriptions from English into French: SmolLM2-135M",
        "en-fr",
        (EN_FR,),
        "en-fr/baseline",
        (
            Bar("en-fr/lora", "bleu", at_least=12.0),
            Bar("en-fr/lora", "chrf", at_least=38.9),
            Bar("en-fr/lora", SECONDS, at_most=1_800),
        ),
        seeds=(0,),
        metrics=("bleu", "chrf", "ter"),
    ),
    "writing": Table(
        "160 Debian descriptions learned by low-rank updates of SmolLM2-135M, 64 answered",
        "synopsis-short",
        (PEFT, PEFT_HALF, LORA),
        PEFT.name,
        (Bar("writer/lora", SECONDS, at_most=0.5, of=(PEFT.name, SECONDS)),),
        seeds=(0,),
        metrics=("rouge_l",),
    ),
    "generation": Table(
        "800 prompts answered by SmolLM2-135M as pretrained, 24 tokens at most",
        "synopsis",
        (PLAIN_GENERATE, OWN_GENERATE),
        PLAIN_GENERATE.name,
        (Bar(OWN_GENERATE.name, "tokens_per_second", at_least=1.5, of=(PLAIN_GENERATE.name, "tokens_per_second")),),
        seeds=(0,),
        metrics=(),
    ),
    "debtags": Table(
        "debtags, several of 71 labels per text",
        "debtags",
        (DEBTAGS,),
        "debtags/baseline",
        (
            Bar(
                "debtags/full or debtags/feature_transfer",
                "micro_f1",
                at_least=1.0,
                of=("debtags/baseline", "micro_f1_high"),
            ),
        ),
        seeds=(0,),
        metrics=("micro_f1", "macro_f1"),
    ),
    "movie-sentiment": Table(
        "Film reviews, a number per text",
        "movie-sentiment",
        (MOVIES,),
        "movies/baseline",
        (
            Bar(
                "movies/full or movies/feature_transfer",
                "pearson",
                at_least=1.0,
                of=("movies/baseline", "pearson_high"),
            ),
        ),
        seeds=(0,),
        metrics=("pearson", "mae"),
    ),
    "reuters-r52": Table(
        "Reuters R52, Transformers at 128 tokens",
        "reuters-r52",
        (TFIDF, MODEL2VEC, TRAINER_R8, R52),
        TRAINER_R8.name,
        (
            Bar("r52/static", "accuracy", at_least=1.0, of=(MODEL2VEC.name, "accuracy")),
            Bar("r52/static", "macro_f1", at_least=1.0, of=(MODEL2VEC.name, "macro_f1")),
            Bar("r52/full", "accuracy", at_least=1.0, of=(TRAINER_R8.name, "accuracy")),
        ),
    ),
    "chinese-reviews": Table(
        "Chinese reviews of books, hotels, milk; multilingual-e5-small at 128 tokens",
        "chinese-reviews",
        (TFIDF, CHARACTERS, MODEL2VEC, TRAINER_CHINESE, CHINESE),
        TRAINER_CHINESE.name,
        (
            Bar("zh/baseline", "accuracy", at_most=0.005, behind=(TFIDF.name, CHARACTERS.name)),
            Bar("zh/baseline", "accuracy", at_least=0.82),
            Bar("zh/feature_transfer", "accuracy", at_least=0.84),
            Bar("zh/full", "accuracy", at_least=0.865),
            Bar("zh/static", "accuracy", at_most=0.03, behind=("zh/full",)),
        ),
    ),
    "chinese-names": Table(
        "Names in Chinese news, a tag per sign; multilingual-e5-small",
        "chinese-names",
        (TRAINER_NAMES, NAMES),
        TRAINER_NAMES.name,
        (
            Bar("names/full", "entity_f1", at_least=1.0, of=(TRAINER_NAMES.name, "entity_f1")),
            Bar("names/full", "entity_f1", at_least=0.83),
        ),
        metrics=("entity_f1", "entity_recall"),
    ),
    **{f"baseline-{data}": simple(data) for data in SIMPLE_ON},
    "baseline-bbc-news": simple("bbc-news", seeds=(0, 1, 2)),
    "baseline-movie-sentiment": simple("movie-sentiment", PIPELINES_OF_NUMBERS, "pearson", "mae"),
}
