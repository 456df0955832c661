"""Whether the labelled rows of a run are cross-validated, and in how many parts."""

from collections.abc import Mapping

from transferkit.config import AUTO, AUTO_FOLDS, FEW_ROWS, DataConfig
from transferkit.data.columns import TaskColumns
from transferkit.errors import DataError

LEAST_FOLDS = 2


def folds_of(config: DataConfig, task: TaskColumns, rows: Mapping[str, int]) -> int:
    """Parts of the cross-validation, 0 for none; `rows` are the numbers of rows of the splits that were given.

    `auto` cross-validates where rows are few, as nothing can be held out of them that tells routes apart, and where
    there are no validation rows to choose by. Rows with times are not cross-validated: most parts would be learned from
    what came later. Raises `DataError` where rows are too few for the parts asked for, or have times.
    """
    if config.time is not None:
        if config.folds not in (0, AUTO):
            raise DataError(
                f"--folds {config.folds}: expected none with --time {config.time}, since most parts would be learned "
                "from what came later; leave one of them out"
            )
        return 0
    labelled = rows["train"] + rows.get("validation", 0)
    if isinstance(config.folds, str):
        few = labelled < FEW_ROWS and not task.shape.form.WRITTEN
        unvalidated = "validation" not in rows and config.validation_size == 0
        folds = AUTO_FOLDS if few or unvalidated else 0
        return folds if labelled >= 2 * folds else max(LEAST_FOLDS, labelled // 2) if folds else 0
    if config.folds and not LEAST_FOLDS <= config.folds <= labelled // 2:
        raise DataError(
            f"--folds {config.folds}: expected from {LEAST_FOLDS} to {max(LEAST_FOLDS, labelled // 2)} parts of "
            f"{labelled} labelled rows, two rows each at least; give fewer, or 0 for no cross-validation"
        )
    return config.folds
