"""Columns and tasks that are not named, or wrongly."""

from slips import Slip

SLIPS = (
    Slip(
        "columns of unknown names",
        "look two.csv",
        says="text from 'was da steht' .by its content., label from 'was es ist' .by its content.",
        code=0,
    ),
    Slip(
        "semicolons and a byte order mark, and one column that says kind",
        "look shop.csv",
        says="text from 'Verbatim' .by its content., label from 'kind of case' .by its content.",
        code=0,
    ),
    Slip(
        "a comment with two values in 1,597 rows",
        "fit picked.csv --label Score --text Comment --dry-run",
        says="error: picked.csv",
        code=3,
    ),
    Slip("two values in 1,597 rows that are called text", "look picked2.csv", says="pass --text Verbatim", code=3),
    Slip("a column in another case", "look good.csv --text TEXT --label Label", says="text from 'text' .named", code=0),
    Slip(
        "a column that is not there", "look good.csv --text txt", says="did you mean 'text'. Name one of these", code=3
    ),
    Slip(
        "one column for two purposes", "look good.csv --text text --label text", says="named for two purposes", code=3
    ),
    Slip(
        "stars are numbers or classes",
        "look picked.csv",
        says="5 classes without an order.*--task text-regression",
        code=0,
    ),
    Slip(
        "the label as a part of the text",
        "look good.csv --text text,label",
        says="--text takes 'label' as a part of the text, so no column is left for the label",
        code=3,
    ),
    Slip("an identifier as the label", "look shop.csv --label id", says="'id'.*as an identifier has", code=3),
    Slip(
        "one text in all rows",
        "look repeated.csv",
        says="repeated.csv: all 40 rows have the same text in column 'text'",
        code=3,
    ),
    Slip("prices", "look price.csv", says="to learn the numbers in 'price' pass --task text-regression", code=3),
    Slip("prices as numbers", "look price.csv --task text-regression", says="value from 'price'", code=0),
    Slip("words and tags", "look tags.conll", says="token-classification.*--task text-classification", code=0),
    Slip("source and target", "look pairs.csv", says="--task summarization or --task translation", code=3),
)
