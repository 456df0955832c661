"""Files become tables: encodings, compression, forms in which this field keeps its data."""
