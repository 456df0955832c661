"""Predictor and held-out rows in, scores with intervals, paired tests and costs out."""
