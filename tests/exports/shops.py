"""Reviews and orders."""

from exports import ROWS, Export, dates, table, texts, turns

_TITLES = turns(("Late again", "Nice lamp", "Broke soon", "Good value", "Odd smell"))
_STARS = turns((5, 1, 4, 2, 3))
_REVIEWS = {
    "": range(ROWS),
    "Clothing ID": [1000 + i * 37 % 90 for i in range(ROWS)],
    "Age": [20 + i * 13 % 60 for i in range(ROWS)],
    "Title": _TITLES,
    "Review Text": texts(),
    "Rating": _STARS,
    "Recommended IND": turns((1, 0)),
    "Division Name": turns(("General", "Petite"), step=7),
}

EXPORTS = (
    Export(
        "text and label", {"text": texts(), "label": turns("ab")}, {"text": "text", "label": "label"}, silent="rival"
    ),
    Export("two columns of any name", {"a": texts(), "b": turns(("x", "y"))}, {"text": "a", "label": "b"}),
    Export("two columns, the label first", {"b": turns(("x", "y")), "a": texts()}, {"text": "a", "label": "b"}),
    Export("two columns without a word", {"col1": texts(), "col2": turns((0, 1))}, {"text": "col1", "label": "col2"}),
    Export("review and score", {"review": texts(), "score": turns((1, 0))}, {"text": "review", "label": "score"}),
    Export(
        "an index beside two columns",
        {"Unnamed: 0": range(ROWS), "Verbatim": texts(), "Verdict": turns(("ok", "bad"))},
        {"text": "Verbatim", "label": "Verdict"},
        {"text": "by its content", "label": "by its content"},
        says="'Verbatim' is taken as text: 120 different texts .*'Verdict' is taken as label: 2 different values",
    ),
    Export(
        "reviews of clothes, with their known names",
        _REVIEWS,
        {"text": "Review Text", "label": "Rating"},
        {"text": "by its name", "label": "by its name"},
        says="1, 2, 3, 4, 5.*5 classes without an order: --task text-regression",
    ),
    Export(
        "a comment that has two values beside texts of an unknown name",
        {"Comment": turns(("checked", "open"), step=3), "Verbatim": texts(), "Rating": _STARS},
        refused="'Comment' is named like a text column, but has 2 different values in 120 rows, such as 'checked', "
        "'open'; column 'Verbatim' has 120 different texts .*; pass --text Verbatim, or take it with --text Comment",
    ),
    Export(
        "a comment that has two values, named",
        {"Comment": turns(("checked", "open"), step=3), "Verbatim": texts(), "Rating": _STARS},
        {"text": "Verbatim", "label": "Rating"},
        {"text": "named", "label": "by its name"},
        asked={"text": "Verbatim"},
    ),
    Export(
        "semicolons, a byte order mark, seven columns, a label of 0 and 1 with a word for labels in its name",
        {
            "Bestellung": [f"B-{10_000 + i * 7}" for i in range(ROWS)],
            "Datum": dates(form="{d:02}.{m:02}.{y}"),
            "Filiale": turns(("Bonn", "Ulm", "Graz"), step=5),
            "Betrag": [f"{10 + i * 31 % 97},{i % 90 + 10}" for i in range(ROWS)],
            "Rückmeldung": texts(),
            "Kanal": turns(("Mail", "Telefon"), step=2),
            "Klasse": turns((0, 1)),
        },
        {"text": "Rückmeldung", "label": "Klasse"},
        {"text": "by its content", "label": "by its name"},
        separator=";",
        mark="\ufeff",
    ),
    Export(
        "semicolons, a byte order mark, seven columns, and nothing says which is the label",
        {
            "Bestellung": [f"B-{10_000 + i * 7}" for i in range(ROWS)],
            "Datum": dates(form="{d:02}.{m:02}.{y}"),
            "Produkt": turns(("Lampe", "Sofa", "Kanne"), step=5),
            "Betrag": [f"{10 + i * 31 % 97},{i % 90 + 10}" for i in range(ROWS)],
            "Rückmeldung": texts(),
            "Kanal": turns(("Mail", "Telefon"), step=2),
            "Beschwerde": turns((0, 1)),
        },
        refused="expected one column that can be the label.*'Produkt' .3 different values.*'Beschwerde' .2 different.*"
        "pass --label Produkt or --label Beschwerde",
        separator=";",
        mark="\ufeff",
    ),
    Export(
        "one column that can be the label, among others that cannot",
        {
            "order_id": [f"A{i:05}" for i in range(ROWS)],
            "ordered_at": dates(form="2024-{m:02}-{d:02} 12:30:00"),
            "customer": [f"user{i * 7 % 50}@example.org" for i in range(ROWS)],
            "page": [f"https://shop.example/p/{i * 11 % 60}" for i in range(ROWS)],
            "what_they_wrote": texts(),
            "amount": [round(9.99 + i * 1.37, 2) for i in range(ROWS)],
            "refund": turns(("yes", "no")),
        },
        {"text": "what_they_wrote", "label": "refund"},
        silent="rival",
    ),
    Export(
        "category and rating: the other one is named",
        {"text": texts(), "category": turns(("lamp", "sofa")), "rating": _STARS},
        {"text": "text", "label": "category"},
        says="'category' is read as the label, but others could be it as well: 'rating' .5 different.*--label rating",
    ),
    Export(
        "a label and its number are no rivals",
        {"text": texts(), "label": turns((0, 1)), "label_text": turns(("bad", "good"))},
        {"text": "text", "label": "label"},
        silent="rival",
    ),
    Export(
        "prices as labels are numbers",
        {"description": texts(), "score": [round(9.99 + i * 1.37, 2) for i in range(ROWS)]},
        refused="'score' is named like a label column, but has 120 different values.*--task text-regression",
    ),
    Export(
        "prices alone beside a text",
        {"description": texts(), "price": [round(9.99 + i * 1.37, 2) for i in range(ROWS)]},
        refused="a column for label.*to learn the numbers in 'price' pass --task text-regression --label price",
    ),
    Export(
        "prices, with the task named",
        {"description": texts(), "price": [round(9.99 + i * 1.37, 2) for i in range(ROWS)]},
        {"text": "description", "value": "price"},
        task="text-regression",
        asked={"task": "text-regression"},
    ),
    Export(
        "two numbers that may be meant",
        {
            "description": texts(),
            "price": [round(9.99 + i * 1.37, 2) for i in range(ROWS)],
            "weight in kg": [round(0.3 + i * 7 % 31 / 10, 1) for i in range(ROWS)],
        },
        refused="'price' .* and 'weight in kg' .*; pass --label price or --label 'weight in kg'",
        asked={"task": "text-regression"},
    ),
    Export(
        "a file that is sorted by its labels",
        {"what": texts(6000), "kind": ["first"] * 3000 + ["second"] * 3000},
        {"text": "what", "label": "kind"},
    ),
    Export(
        "tabs in a file called tsv",
        table({"Produkt": turns(("Lampe", "Sofa")), "Meinung": texts()}, "\t"),
        {"text": "Meinung", "label": "Produkt"},
        suffix=".tsv",
    ),
    Export(
        "prices and dates are not labels",
        {"when": dates(), "what": texts(), "paid": [round(9.99 + i * 1.37, 2) for i in range(ROWS)]},
        refused="expected a column for label.*numbers in 'paid'",
    ),
    Export(
        "messages and three columns that are nearly empty",
        {
            "v1": turns(("ham", "ham", "spam")),
            "v2": texts(),
            "Unnamed: 2": ["and so on it went"] + [""] * (ROWS - 1),
            "Unnamed: 3": [""] * ROWS,
        },
        {"text": "v2", "label": "v1"},
        silent="rival",
    ),
    Export(
        "tweets about airlines",
        {
            "tweet_id": [5_703_000 + i * 977 for i in range(ROWS)],
            "airline_sentiment": turns(("neutral", "positive", "negative")),
            "airline_sentiment_confidence": [round(0.3 + i * 7 % 70 / 100, 4) for i in range(ROWS)],
            "airline": turns(("North", "South"), step=2),
            "airline_sentiment_gold": ["negative", *[""] * (ROWS - 2), "positive"],
            "name": [f"{chr(97 + i % 26)}user{i}" for i in range(ROWS)],
            "text": texts(),
            "tweet_created": dates(form="2015-{m:02}-{d:02} 11:35:52 -0800"),
        },
        {"text": "text", "label": "airline_sentiment"},
        says="others could be it as well: 'airline' .2 different values",
    ),
    Export(
        "what a tweet is about, and what it says of that",
        {"Tweet": texts(), "Target": turns(("dams", "roads")), "Stance": turns(("for", "against", "none"))},
        {"text": "Tweet", "label": "Target"},
        says="'Target' is read as the label, but others could be it as well: 'Stance'.*--label Stance",
    ),
    Export(
        "news: number of a class, title, description",
        {
            "Class Index": turns((3, 1, 2, 4)),
            "Title": [f"News number {i}" for i in range(ROWS)],
            "Description": texts(),
        },
        {"text": "Description", "label": "Class Index"},
    ),
    Export(
        "complaints of which several columns say something",
        {
            "Date received": dates(form="{m:02}/{d:02}/{y}"),
            "Product": turns(("Card", "Loan", "Account")),
            "Issue": turns(("Fees", "Delay"), step=2),
            "Consumer complaint narrative": texts(),
            "State": turns(("TX", "CA", "NY")),
            "ZIP code": [f"{10_000 + i * 613 % 80_000}" for i in range(ROWS)],
            "Timely response?": turns(("Yes", "No")),
            "Complaint ID": [1_400_000 + i for i in range(ROWS)],
        },
        refused="'Product' .3 different.*'Issue' .*'Timely response\\?' .*pass --label Product, --label Issue or "
        "--label 'Timely response\\?'",
    ),
)
