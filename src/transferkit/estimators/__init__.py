"""Transfer routes, and the features of frozen models, as scikit-learn estimators. One estimator, one file.

Each keeps scikit-learn's conventions: `__init__` only stores, `fit` checks, and what is learned ends in `_`.
"""
