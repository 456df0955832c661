"""Every loss against constants worked out by hand."""

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from transferkit.networks.layers import TOP
from transferkit.training.losses import Schedule, Step
from transferkit.training.losses.attentions import Attentions
from transferkit.training.losses.bridged_states import BridgedStates
from transferkit.training.losses.contrast import Contrast
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.losses.hidden_states import HiddenStates
from transferkit.training.losses.output_states import OutputStates
from transferkit.training.losses.relations import Relations
from transferkit.training.losses.soft_labels import SoftLabels

LN2 = math.log(2)


def step(logits: Tensor | None = None, mask: Tensor | None = None, **batch: Tensor) -> Step:
    return Step(torch.zeros(1, 2) if logits is None else logits, torch.ones(1, 2) if mask is None else mask, batch)


def constant(value: float) -> Schedule:
    return Schedule(value, value)


def test_a_schedule_is_a_straight_line() -> None:
    assert Schedule(1.0, 0.2).at(0.0) == 1.0
    assert Schedule(1.0, 0.2).at(0.25) == pytest.approx(0.8)
    assert Schedule(1.0, 0.2).at(1.0) == pytest.approx(0.2)


def test_soft_labels_carry_the_square_of_the_temperature() -> None:
    # T = 2: p = softmax(1, 0) = (0.731059, 0.268941), q = (0.5, 0.5); KL = ln 2 - H(p) = 0.693147 - 0.582203.
    teacher = torch.tensor([[2.0, 0.0]])
    assert SoftLabels(constant(2.0))(step(teacher_logits=teacher)).item() == pytest.approx(4 * 0.110944, abs=1e-5)
    # Two rows: the mean. The second agrees with its teacher.
    both = step(torch.tensor([[0.0, 0.0], [3.0, 1.0]]), teacher_logits=torch.tensor([[2.0, 0.0], [3.0, 1.0]]))
    assert SoftLabels(constant(2.0))(both).item() == pytest.approx(2 * 0.110944, abs=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 4.0, 20.0])
def test_the_gradient_of_soft_labels_does_not_shrink_with_the_temperature(temperature: float) -> None:
    # For small logits the gradient is (student - teacher) / labels at any temperature (Hinton et al., eq. 4).
    logits = torch.tensor([[0.01, -0.01]], requires_grad=True)
    SoftLabels(constant(temperature))(step(logits, teacher_logits=torch.tensor([[-0.01, 0.01]]))).backward()
    assert logits.grad is not None
    assert logits.grad[0].tolist() == pytest.approx([0.01, -0.01], rel=1e-3)


def test_the_temperature_follows_its_schedule() -> None:
    loss = SoftLabels(Schedule(4.0, 1.0))
    late = Step(torch.zeros(1, 2), torch.ones(1, 2), {"teacher_logits": torch.tensor([[2.0, 0.0]])}, progress=2 / 3)
    assert loss(late).item() == pytest.approx(4 * 0.110944, abs=1e-5)


# Two labelled rows, cross-entropies ln(1 + e^-2) = 0.126928 and ln 2, and one without a label.
LOGITS = torch.tensor([[2.0, 0.0], [0.0, 0.0], [5.0, -5.0]])
LABELS = torch.tensor([0, 1, -100])


@pytest.mark.parametrize(
    ("weights", "smoothing", "expected"),
    [
        (None, 0.0, (0.126928 + LN2) / 3),
        (torch.tensor([1.0, 3.0]), 0.0, (0.126928 + 3 * LN2) / 3),
        # Row 0: 0.95 * 0.126928 + 0.05 * 2.126928; row 1: any smoothing of ln 2 is ln 2.
        (None, 0.1, (0.226928 + LN2) / 3),
    ],
)
def test_hard_labels(weights: Tensor | None, smoothing: float, expected: float) -> None:
    assert HardLabels(weights, smoothing)(step(LOGITS, labels=LABELS)).item() == pytest.approx(expected, abs=1e-5)


def test_hard_labels_agree_with_torch() -> None:
    torch.manual_seed(0)
    logits, labels, weights = torch.randn(7, 4), torch.tensor([0, 1, 2, 3, 3, 2, 1]), torch.tensor([1.0, 2, 0.5, 3])
    reference = F.cross_entropy(logits, labels, weights, reduction="none", label_smoothing=0.2).sum() / 7
    assert HardLabels(weights, 0.2)(step(logits, labels=labels)).item() == pytest.approx(reference.item(), abs=1e-6)


def test_rows_without_a_label_teach_nothing() -> None:
    logits = torch.randn(3, 2, requires_grad=True)
    loss = HardLabels()(step(logits, labels=torch.full((3,), -100)))
    loss.backward()
    assert loss.item() == 0 and logits.grad is not None and not logits.grad.any()


def test_hidden_states_are_compared_where_there_are_tokens() -> None:
    # Row 0: 1 of 4 and 4 of 25 -> 0.205. Row 1: 9 of 16 on its one token. A depth without error halves the mean.
    mask = torch.tensor([[1, 1], [1, 0]])
    ours, theirs = torch.tensor([[[1.0], [3.0]], [[1.0], [99.0]]]), torch.tensor([[[2.0], [5.0]], [[4.0], [0.0]]])
    one = Step(torch.zeros(2, 2), mask, {"teacher_hidden_6": theirs}, {2: ours})
    assert HiddenStates({2: 6}, 1, 1)(one).item() == pytest.approx(0.38375)
    two = Step(torch.zeros(2, 2), mask, {"teacher_hidden_6": theirs, "teacher_hidden_3": ours}, {2: ours, 1: ours})
    assert HiddenStates({2: 6, 1: 3}, 1, 1)(two).item() == pytest.approx(0.38375 / 2)


def test_a_projection_is_learned_where_widths_differ() -> None:
    loss = HiddenStates({1: 2}, 2, 3)
    (projection,) = loss.parameters()
    assert projection.shape == (3, 2) and projection.requires_grad
    with torch.no_grad():
        projection.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    given = Step(torch.zeros(1, 2), torch.ones(1, 1), {"teacher_hidden_2": torch.tensor([[[1.0, 0.0, 1.0]]])})
    # (1, 2) goes to (1, 2, 3), which is (0, 2, 2) from (1, 0, 1): 8 of 2.
    found = loss(Step(given.logits, given.mask, given.batch, {1: torch.tensor([[[1.0, 2.0]]])}))
    assert found.item() == pytest.approx(4.0)


def test_attentions() -> None:
    # Query 0: 0.5 ln 2 + 0.5 ln(2/3) = 0.143841; query 1 agrees.
    ours, theirs = torch.tensor([[[0.25, 0.75], [0.9, 0.1]]]), torch.tensor([[[0.5, 0.5], [0.9, 0.1]]])
    given = Step(torch.zeros(1, 2), torch.ones(1, 2), {"teacher_attention_4": theirs}, attentions={2: ours})
    assert Attentions({2: 4})(given).item() == pytest.approx(0.143841 / 2, abs=1e-6)


def test_padding_queries_do_not_count_in_attention() -> None:
    ours, theirs = torch.tensor([[[0.5, 0.5], [0.1, 0.9]]]), torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    given = Step(torch.zeros(1, 2), torch.tensor([[1, 0]]), {"teacher_attention_1": theirs}, attentions={1: ours})
    assert Attentions({1: 1})(given).item() == pytest.approx(LN2, abs=1e-5)


def test_relations() -> None:
    # Student tokens at right angles, the teacher's parallel: two of four similarities are off by one.
    ours = torch.tensor([[[1.0, 0.0], [0.0, 5.0], [7.0, 7.0]]])
    theirs = torch.tensor([[[2.0], [3.0], [-1.0]]])
    given = Step(torch.zeros(1, 2), torch.tensor([[1, 1, 0]]), {"teacher_hidden_2": theirs}, {1: ours})
    assert Relations({1: 2})(given).item() == pytest.approx(0.5)
    everything = Step(torch.zeros(1, 2), torch.ones(1, 3), {"teacher_hidden_2": theirs}, {1: ours})
    # And (0.7071 + 1)^2 for each of the four pairs with the third.
    assert Relations({1: 2})(everything).item() == pytest.approx((2 + 4 * 1.707107**2) / 9, abs=1e-5)


def test_contrast_on_three_vectors() -> None:
    # Cosines 0, 0.7071, 0.7071: (1 - 0)^2 for the pair of one label, 0.5 for the two others.
    vectors = torch.tensor([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    assert Contrast()(step(vectors, labels=torch.tensor([0, 0, 1]))).item() == pytest.approx((1 + 0.5) / 2)


def test_contrast_leaves_texts_that_already_point_away_alone() -> None:
    vectors = torch.tensor([[1.0, 0.0], [-1.0, 0.1]], requires_grad=True)
    loss = Contrast()(step(vectors, labels=torch.tensor([0, 1])))
    loss.backward()
    assert loss.item() == 0 and vectors.grad is not None and not vectors.grad.any()


def test_contrast_of_one_row_is_zero() -> None:
    assert Contrast()(step(torch.ones(1, 2), labels=torch.tensor([0]))).item() == 0


def test_states_around_gaps_are_compared_by_their_length() -> None:
    # Gap 1: errors 0.25 and 1 of the teacher's squared length; gap 2: 0.5, and its second token is right.
    teacher = {"teacher_hidden_4": torch.tensor([[[2.0, 0.0], [0.0, 3.0]]])}
    teacher["teacher_hidden_7"] = torch.tensor([[[1.0, 1.0], [9.0, 9.0]]])
    student = {1: torch.tensor([[[1.0, 0.0], [0.0, 0.0]]]), 3: torch.tensor([[[1.0, 0.0], [9.0, 9.0]]])}
    given = Step(torch.zeros(1, 2), torch.ones(1, 2), teacher, student)
    assert BridgedStates({1: 4, 3: 7})(given).item() == pytest.approx((0.625 + 0.25) / 2)
    assert BridgedStates({1: 4, 3: 7}).hidden_depths == (1, 3) and not list(BridgedStates({1: 4}).parameters())


def test_output_states_are_compared_by_their_length() -> None:
    # Row 1: errors 0.25 and 1 of the teacher's squared length; row 2: 0.5, its second token is no token.
    teacher = torch.tensor([[[2.0, 0.0], [0.0, 3.0]], [[1.0, 1.0], [9.0, 9.0]]])
    student = torch.tensor([[[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [5.0, 5.0]]])
    mask = torch.tensor([[1, 1], [1, 0]])
    given = Step(torch.zeros(1, 2), mask, {"teacher_outputs": teacher}, {TOP: student})
    assert OutputStates(2, 2)(given).item() == pytest.approx((0.625 + 0.5) / 2)
    assert not list(OutputStates(2, 2).parameters()) and len(list(OutputStates(3, 2).parameters())) == 1
