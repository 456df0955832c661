"""A finished run in, one page to look at and one model card per artifact out."""
