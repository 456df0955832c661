"""Transfer learning with pretrained language models."""
