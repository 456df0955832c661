"""This project beside its peers on identical rows: `make bench`."""
