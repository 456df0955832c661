"""Learning rates and epochs that suit a model of which every weight learns, whatever it learns from."""


def rate(parameters: int) -> float:
    """2e-4 for the head at MiniLM's 22.7 M weights, falling with size: 8e-5 at BERT-base's 110 M."""
    return float(2e-4 * (22.7e6 / max(parameters, 5_000_000)) ** 0.6)


def writing_rate(parameters: int) -> float:
    """1e-4 at 135 M weights: half of what small encoders take, whose head is new."""
    return float(1e-4 * (135e6 / max(parameters, 5_000_000)) ** 0.5)


def epochs(rows: int) -> float:
    """4 from 5,000 rows on, up to 10 below 2,000."""
    return float(min(10, max(3 if rows > 20_000 else 4, round(20_000 / max(rows, 1)))))
