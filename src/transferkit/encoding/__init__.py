"""Texts become token ids and batches; tokens become words and spans again."""
