"""Rows that say nearly the same: their rarest features find candidates, exact Jaccard similarity decides.

What is compared are the signatures of inputs, which their kinds give: the features of a value, such as the shingles of
a text. Of rows with several inputs each must be that alike: one premise under two hypotheses is no near-duplicate.

Two sets with a similarity of at least s share one of the first n - ceil(s n) + 1 features of either, in any one order
of all features (prefix filtering: Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007). In the order from rare
to frequent hardly any other sets do; and sets of one size share about half of these features, other sets one or two.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Ints
from transferkit.data.content import Input
from transferkit.kinds import Signatures

SIMILARITY = 0.9
_OVERLAP = SIMILARITY / (1 + SIMILARITY)
"""What two sets that alike have in common at least, as a share of the sizes of both together."""
_COUNTERS, _MOST_COUNTED = 1 << 20, (1 << 16) - 1
_ROUNDING = 1e-9
_MOST_CANDIDATES = 1000
"""Texts that are compared with one at most, those with the most rare features in common first."""
_FIRST_LOOK = 16
"""How far lists of texts are read at first: far enough where most texts are alike."""
_AT_A_TIME = 1 << 18
"""Characters, features or texts that are looked at together; more only where one text alone has more."""
_FEWEST_CHARACTERS = 16
"""What a text counts for at least: numbers of texts that are looked at together have 16 bits."""
_HALF = np.uint64(32)
_NEVER = np.iinfo(np.int64).max
Bools = npt.NDArray[np.bool_]


def near_pairs(queries: Sequence[Input], held: Sequence[Input]) -> list[tuple[int, int]]:
    """(position in `queries`, position in `held`) for every query with a near-duplicate there: its first one.

    Both are rows, given as each of their inputs. The result is the same on every machine and in every run.
    """
    if not len(queries[0]) or not len(held[0]):
        return []
    there = [_distinct(each) for each in held]
    searches = [_Search(each.texts) for each in there]
    if len(searches) == 1:  # numbers are in the order of rows, so that the first text alike is in the first row
        found = searches[0].first_alike(queries[0])
        where = np.flatnonzero(found >= 0)
        return list(zip(where.tolist(), there[0].first[found[where]].tolist(), strict=True))
    return list(_of_several(queries, searches, [_Holders(each.of_row) for each in there]))


def _of_several(
    queries: Sequence[Input], searches: Sequence["_Search"], holders: Sequence["_Holders"]
) -> Iterator[tuple[int, int]]:
    """The same where rows have several inputs, for each of which there is a search and who holds its texts."""
    for block in _runs(np.sum([_lengths(each) for each in queries], axis=0)):
        texts = [_distinct(each[block]) for each in queries]
        alike = [search.all_alike(each.texts) for search, each in zip(searches, texts, strict=True)]
        for i, numbers in enumerate(zip(*(each.of_row.tolist() for each in texts), strict=True), start=block.start):
            sides = [found[number] for found, number in zip(alike, numbers, strict=True)]
            row = _first_row(sides, holders) if all(map(len, sides)) else None
            if row is not None:
                yield i, row


def _first_row(sides: Sequence[Ints], holders: Sequence["_Holders"]) -> int | None:
    """The first row that holds one of the texts of every side."""
    fewest = int(np.argmin([each.count(texts) for each, texts in zip(holders, sides, strict=True)]))
    rows = holders[fewest].rows(sides[fewest])
    every = [np.isin(each.of_row[rows], texts) for each, texts in zip(holders, sides, strict=True)]
    return min(rows[np.all(every, axis=0)].tolist(), default=None)


class _Distinct(NamedTuple):
    """Texts without repeats, in their order; the first row of each; and the number of the text of each row."""

    texts: Input
    first: Ints
    of_row: Ints


def _distinct(rows: Input) -> _Distinct:
    numbers: dict[str, int] = {}
    of_row = np.array([numbers.setdefault(key, len(numbers)) for key in rows.keys], dtype=np.int64)
    first = np.unique(of_row, return_index=True)[1]
    return _Distinct(rows if len(first) == len(rows) else rows.take(first), first, of_row)


class _Holders:
    """Which rows hold a text, by its number."""

    def __init__(self, of_row: Ints) -> None:
        self.of_row = of_row
        self._order = np.argsort(of_row, kind="stable")
        self._starts = np.searchsorted(of_row, np.arange(of_row.max() + 2), sorter=self._order)

    def count(self, texts: Ints) -> int:
        return int((self._starts[texts + 1] - self._starts[texts]).sum())

    def rows(self, texts: Ints) -> Ints:
        return self._order[_spread(self._starts[texts], self._starts[texts + 1] - self._starts[texts])]


class _Lists(NamedTuple):
    """Lists of texts to look up for some queries, in the order of these: from `first` to before `last` in the index."""

    query: Ints
    first: Ints
    last: Ints

    def of(self, which: Bools | slice) -> "_Lists":
        return _Lists(self.query[which], self.first[which], self.last[which])


class _Pairs(NamedTuple):
    """Queries and texts, sorted, and how many rare features they share."""

    query: Ints
    text: Ints
    shared: Ints

    def of(self, which: Bools | Ints) -> "_Pairs":
        return _Pairs(self.query[which], self.text[which], self.shared[which])


class _Search:
    """Finds texts that are nearly the same among distinct ones, which are numbered in their order."""

    def __init__(self, texts: Input) -> None:
        self._texts = texts
        frequency = np.zeros(_COUNTERS, dtype=np.int64)
        self._sizes = np.zeros(len(texts), dtype=np.int64)
        for block in _runs(_lengths(texts)):
            signatures = _signed(texts[block])
            self._sizes[block] = signatures.counts
            frequency += np.bincount(signatures.features % _COUNTERS, minlength=_COUNTERS)
        self._frequency = np.minimum(frequency, _MOST_COUNTED).astype(np.uint16)  # small enough to stay in the cache
        rare = [np.zeros(0, dtype=np.uint64)]
        for block in _runs(_lengths(texts)):
            features, of_text = self._rare(_signed(texts[block]))
            rare.append(features.astype(np.uint64) << _HALF | (of_text + block.start).astype(np.uint64))
        index = np.sort(np.concatenate(rare))
        self._listed = _lower(index)
        self._features, starts = np.unique((index >> _HALF).astype(np.uint32), return_index=True)
        self._starts = np.append(starts, len(index))

    def first_alike(self, queries: Input) -> Ints:
        """The number of the first text that is nearly each of `queries`, -1 where there is none."""
        found = np.full(len(queries), -1, dtype=np.int64)
        for block in _runs(_lengths(queries)):
            signatures = _signed(queries[block])
            lists, unseen = self._lists(signatures)
            most = int((lists.last - lists.first).max(initial=0))
            own = found[block]
            for far in (_FIRST_LOOK, most):
                end = np.minimum(lists.last, lists.first + far)
                known = self._known(lists, end, len(own))
                for pairs in self._candidates(lists._replace(last=end), signatures, unseen):
                    self._note_first(pairs.of(pairs.text <= known[pairs.query]), signatures, own)
                lists = lists.of((own[lists.query] < 0) & (known[lists.query] < _NEVER))
        return found

    def all_alike(self, queries: Input) -> list[Ints]:
        """The numbers of all texts that are nearly each of `queries`."""
        found: list[Ints] = []
        for block in _runs(_lengths(queries)):
            signatures = _signed(queries[block])
            lists, unseen = self._lists(signatures)
            alike = [
                pairs.of(self._are_alike(pairs, signatures)) for pairs in self._candidates(lists, signatures, unseen)
            ]
            query, text = (np.concatenate([np.zeros(0, dtype=np.int64), *(each[i] for each in alike)]) for i in (0, 1))
            found += np.split(text, np.searchsorted(query, np.arange(1, len(signatures.counts))))
        return found

    def _rare(self, signatures: Signatures) -> tuple[npt.NDArray[np.uint32], Ints]:
        """As many of the rarest features of each as it cannot do without in another that is nearly the same, and whose
        they are."""
        features, counts = signatures
        frequency = self._frequency[features % _COUNTERS].astype(np.uint64)
        of_text = np.repeat(np.arange(len(counts), dtype=np.uint64) << np.uint64(48), counts)
        ranked = np.sort(of_text | frequency << _HALF | features)
        chosen = _spread(np.cumsum(counts) - counts, _needed(counts))
        return ranked[chosen].astype(np.uint32), np.repeat(np.arange(len(counts)), _needed(counts))

    def _lists(self, signatures: Signatures) -> tuple[_Lists, Ints]:
        """The lists of texts that share a rare feature with each, the shortest first; and how many lists each has that
        are left out: those with which they would be too long."""
        rare, query = self._rare(signatures)
        in_order = np.sort(rare.astype(np.uint64) << _HALF | np.arange(len(rare), dtype=np.uint64))
        sought = (in_order >> _HALF).astype(np.uint32)  # much faster in order
        place = np.searchsorted(self._features, sought)
        there = self._features[np.minimum(place, len(self._features) - 1)] == sought
        own = _lower(in_order[there])
        back = np.argsort(own)
        place, query = place[there][back], query[own[back]]
        first, last = self._starts[place], self._starts[place + 1]
        order = np.lexsort((last - first, query))
        lists = _Lists(query, first[order], last[order])
        needed, having = _needed(signatures.counts), np.bincount(query, minlength=len(signatures.counts))
        begin = (np.cumsum(having) - having)[query]
        lengths = np.cumsum(lists.last - lists.first)
        together = lengths - np.append(0, lengths)[begin]
        most = _MOST_CANDIDATES * needed[query]
        alone = (np.arange(len(query)) == begin) & (having == needed)[query]
        lists = lists._replace(last=np.where(alone, np.minimum(lists.last, lists.first + most), lists.last))
        kept = alone | (together <= most)
        return lists.of(kept), np.bincount(query[~kept], minlength=len(having))

    def _known(self, lists: _Lists, end: Ints, queries: int) -> Ints:
        """Up to which number all texts are known of each query if its lists are read to `end`."""
        known, cut = np.full(queries, _NEVER), end < lists.last
        np.minimum.at(known, lists.query[cut], self._listed[end[cut] - 1])
        return known

    def _candidates(self, lists: _Lists, signatures: Signatures, unseen: Ints) -> Iterator[_Pairs]:
        """All pairs of some queries after the other that can be alike, by how many rare features they share.

        Of the set whose rare features end first, all that both sets have in common is either among those that
        both are known to share, or behind its rare features.
        """
        sizes, lengths = signatures.counts, lists.last - lists.first
        for block in _runs(np.bincount(lists.query, lengths, len(sizes)).astype(np.int64)):
            some = slice(*np.searchsorted(lists.query, (block.start, block.stop)))
            texts = self._listed[_spread(lists.first[some], lengths[some])]
            pairs = _counted(np.repeat(lists.query[some], lengths[some]), texts)
            mine, theirs = sizes[pairs.query], self._sizes[pairs.text]
            overlap = np.ceil(_OVERLAP * (mine + theirs) - _ROUNDING)
            behind = np.maximum(mine - _needed(mine), theirs - _needed(theirs)) + unseen[pairs.query]
            yield _closest(pairs.of((overlap <= np.minimum(mine, theirs)) & (pairs.shared >= overlap - behind)))

    def _note_first(self, pairs: _Pairs, signatures: Signatures, found: Ints) -> None:
        """Set those of `found` that are below 0 to the first text that is alike."""
        place, far = _place(pairs.query), 1
        while len(pairs.query):
            near = pairs.of(place < far)
            alike = near.of(self._are_alike(near, signatures))
            found[alike.query[::-1]] = alike.text[::-1]
            later = (place >= far) & (found[pairs.query] < 0)
            pairs, place, far = pairs.of(later), place[later], 4 * far

    def _are_alike(self, pairs: _Pairs, signatures: Signatures) -> Bools:
        """Whether the Jaccard similarity of each of `pairs` is at least `SIMILARITY`."""
        alike = np.zeros(len(pairs.query), dtype=bool)
        both: Ints = signatures.counts[pairs.query] + self._sizes[pairs.text]
        for block in _runs(both):
            there, text = np.unique(pairs.text[block], return_inverse=True)
            theirs = _signed(self._texts.take(there))
            features = np.sort(
                np.concatenate([_of_pairs(signatures, pairs.query[block]), _of_pairs(theirs, text.reshape(-1))])
            )
            of_pair = _upper(features[1:][features[1:] == features[:-1]])
            shared = np.bincount(of_pair, minlength=len(text))
            alike[block] = shared / (both[block] - shared) >= SIMILARITY
        return alike


def _signed(texts: Input) -> Signatures:
    return texts.kind.signatures(texts.values, texts.keys)


def _needed(sizes: Ints) -> Ints:
    """How many of the rarest features sets of these sizes are looked up by."""
    needed: Ints = sizes - np.ceil(SIMILARITY * sizes - _ROUNDING).astype(np.int64) + 1
    return needed


def _counted(queries: Ints, texts: Ints) -> _Pairs:
    """Every pair once, with the number of times that it is there."""
    pairs, shared = np.unique(queries.astype(np.uint64) << _HALF | texts.astype(np.uint64), return_counts=True)
    return _Pairs(_upper(pairs), _lower(pairs), shared)


def _closest(pairs: _Pairs) -> _Pairs:
    """The pairs of no more than so many texts for each query, those that share the most."""
    order = np.lexsort((pairs.text, -pairs.shared, pairs.query))
    return pairs.of(np.sort(order[_place(pairs.query) < _MOST_CANDIDATES]))


def _place(sorted_numbers: Ints) -> Ints:
    """The place of each among those of the same number, from 0."""
    return np.arange(len(sorted_numbers)) - np.searchsorted(sorted_numbers, sorted_numbers)


def _of_pairs(signatures: Signatures, which: Ints) -> npt.NDArray[np.uint64]:
    """The features of one side of all pairs, with the number of their pair above them."""
    counts = signatures.counts[which]
    features = signatures.features[_spread((np.cumsum(signatures.counts) - signatures.counts)[which], counts)]
    return np.repeat(np.arange(len(which), dtype=np.uint64), counts) << _HALF | features


def _spread(first: Ints, counts: Ints) -> Ints:
    """The numbers from each of `first` on, as many as `counts`, one after the other."""
    ends = np.cumsum(counts)
    numbers: Ints = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - (ends - counts), counts)
    return numbers


def _upper(numbers: npt.NDArray[np.uint64]) -> Ints:
    upper: Ints = (numbers >> _HALF).astype(np.int64)
    return upper


def _lower(numbers: npt.NDArray[np.uint64]) -> Ints:
    return numbers.astype(np.uint32).astype(np.int64)


def _lengths(texts: Input) -> Ints:
    lengths: Ints = np.maximum(np.fromiter(map(len, texts.keys), np.int64, len(texts)), _FEWEST_CHARACTERS)
    return lengths


def _runs(sizes: Ints) -> Iterator[slice]:
    """Consecutive ones that are looked at together: no more than so much by their `sizes`, one at least."""
    ends, start = np.cumsum(sizes), 0
    while start < len(ends):
        most = ends[start] - sizes[start] + _AT_A_TIME
        stop = max(start + 1, int(np.searchsorted(ends, most, "right")))
        yield slice(start, stop)
        start = stop
