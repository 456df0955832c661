"""Leaving out what no head reads changes neither answers nor gradients."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertForTokenClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    ElectraConfig,
    ElectraForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)
from transformers.modeling_outputs import SequenceClassifierOutput

from transferkit.encoding.examples import Examples
from transferkit.networks.first_token import first_token_alone
from transferkit.networks.layers import captured, find_layers

SIZES = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32, "vocab_size": 40}
NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


class Mean(nn.Module):
    """BERT with a head that starts at zero and reads the mean of all tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.bert = BertForSequenceClassification(BertConfig(**SIZES, **NO_DROPOUT)).bert
        self.config = self.bert.config
        self.head = nn.Linear(16, 2)
        nn.init.zeros_(self.head.weight)

    def forward(self, **inputs: Tensor) -> SequenceClassifierOutput:
        states = self.bert(**inputs).last_hidden_state
        return SequenceClassifierOutput(logits=self.head(states.mean(dim=1)))


class Texts:
    """Examples of random tokens, as far as they are looked at here."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = torch.tensor(lengths).numpy()
        drawn = torch.Generator().manual_seed(0)
        self.ids = torch.randint(2, 40, (len(lengths), max(lengths)), generator=drawn)

    def __len__(self) -> int:
        return len(self.lengths)

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        lengths = torch.from_numpy(self.lengths)[list(positions)]
        mask = (torch.arange(int(lengths.max())) < lengths[:, None]).long()
        return {"input_ids": self.ids[list(positions)][:, : mask.shape[1]], "attention_mask": mask}


def texts(*lengths: int) -> Examples:
    return Texts(lengths)  # type: ignore[return-value]


READING_THE_FIRST = {
    "bert": lambda: BertForSequenceClassification(BertConfig(**SIZES, **NO_DROPOUT)),
    "roberta": lambda: RobertaForSequenceClassification(RobertaConfig(**SIZES, **NO_DROPOUT)),
    "electra": lambda: ElectraForSequenceClassification(ElectraConfig(**SIZES, **NO_DROPOUT, embedding_size=16)),
}
OTHERS = {
    "mean": Mean,
    "tags": lambda: BertForTokenClassification(BertConfig(**SIZES)),
    "distilbert": lambda: DistilBertForSequenceClassification(
        DistilBertConfig(dim=16, n_layers=3, n_heads=2, hidden_dim=32, vocab_size=40)
    ),
    "llama": lambda: LlamaForSequenceClassification(LlamaConfig(**SIZES, pad_token_id=1)),
    "no layers": lambda: nn.Linear(2, 2),
}


def tokens_out_of_the_last_layer(model: nn.Module, source: Examples) -> int:
    last = len(find_layers(model))
    with captured(model, [last]) as seen:
        model(**source.batch([0, 1]))
    return seen[last].shape[1]


@pytest.mark.parametrize("kind", READING_THE_FIRST)
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_same_answers_and_gradients_with_less_work(kind: str, attention: str) -> None:
    torch.manual_seed(0)
    model = READING_THE_FIRST[kind]().train()
    model.set_attn_implementation(attention)
    source = texts(9, 4)

    def answered() -> tuple[Tensor, list[Tensor]]:
        logits = model(**source.batch([0, 1])).logits
        learning = [p for p in model.parameters() if p.requires_grad]
        found = torch.autograd.grad(logits.square().sum(), learning, allow_unused=True)
        return logits, [each for each in found if each is not None]

    logits, gradients = answered()
    assert tokens_out_of_the_last_layer(model, source) == 9
    with first_token_alone(model, source):
        assert model.training
        assert tokens_out_of_the_last_layer(model, source) == 1
        shorter, others = answered()
    assert tokens_out_of_the_last_layer(model, source) == 9
    torch.testing.assert_close(shorter, logits)
    torch.testing.assert_close(others, gradients)


@pytest.mark.parametrize("kind", OTHERS)
def test_other_heads_are_left_alone(kind: str) -> None:
    torch.manual_seed(0)
    model = OTHERS[kind]()
    with first_token_alone(model, texts(9, 4)):
        if kind != "no layers":
            assert tokens_out_of_the_last_layer(model, texts(9, 4)) == 9


def test_texts_of_one_token_tell_nothing() -> None:
    model = Mean()
    with first_token_alone(model, texts(1, 1)):
        assert tokens_out_of_the_last_layer(model, texts(9, 4)) == 9
