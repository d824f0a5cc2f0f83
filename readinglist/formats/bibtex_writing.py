"""Papers as a .bib file: classic BibTeX (ASCII with TeX), or biblatex (UTF-8).

A paper that came from a .bib file goes out as it came in, but for what a person changed
since, and for TeX that may not leave (see `readinglist.formats.latex_filter`). Of all others
nothing is written that a style would warn about or misprint: an article without a journal
is `@misc`, an organization is a note and never an author, and how many authors there are is
for no bibliography to tell.

What was written is read back and compared before anyone gets it: bibtexparser's writer
checks nothing, and LaTeX reports such faults far from their cause.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import compress, pairwise
from operator import not_
from typing import TYPE_CHECKING
from urllib.parse import quote

from readinglist.domain.citekey import importable_key
from readinglist.domain.entry import Entry, Macro
from readinglist.domain.paper import VERSIONS
from readinglist.domain.text import printable_block
from readinglist.domain.versions import cited_version
from readinglist.errors import InvalidValueError, ReadingListError
from readinglist.formats.bib_syntax import MONTHS, split
from readinglist.formats.latex import (
    Repertoire,
    definitions,
    latex_name,
    needs_t1,
    protect_title,
    romanised,
    to_latex,
)
from readinglist.formats.latex_filter import definitions_of, filter_tex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from readinglist.domain.entry import Parts
    from readinglist.domain.paper import Paper


class Dialect(StrEnum):
    """For whom a .bib file is written."""

    BIBTEX = "bibtex"
    """ASCII with TeX commands: pdflatex with bibtex, natbib or biber."""
    BIBLATEX = "biblatex"
    """UTF-8, with `@online`, `date` and `eprinttype`: biber."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the papers of a file are written with."""

    dialect: Dialect = Dialect.BIBTEX
    edited: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """The fields that a person has set, by paper: they go before those of its entries."""
    preambles: Mapping[int, str] = field(default_factory=dict)
    """The TeX of the @preamble blocks of the files that entries came from."""
    protected: frozenset[str] = frozenset()
    """Words that keep their case in titles, beside those that have capitals inside."""
    commands: frozenset[str] = frozenset()
    """Commands that may stand in imported values, beside those of our own list."""
    abstracts: bool = False
    """Whether the abstracts of listing pages are written."""
    cite: str = VERSIONS[0]
    """Which version of a paper is written, where a person has said nothing of it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A .bib file, and what the researcher should know of it."""

    text: str
    warnings: tuple[str, ...] = ()
    """One sentence each, with the key and the field."""


#: The types that the plain styles print without a warning from an author, a year and the
#: venue alone, with the field that holds the venue.
_VENUE_FIELD = {
    "article": "journal",
    "book": "publisher",
    "conference": "booktitle",
    "incollection": "booktitle",
    "inproceedings": "booktitle",
    "mastersthesis": "school",
    "phdthesis": "school",
    "techreport": "institution",
}
_ALIASES = {"report": "techreport", "thesis": "phdthesis"}

#: What natbib prints for a year that is not known, where it warns of a missing one; biber
#: warns of any year that is no number, and prints its own. So the macro is empty for biber,
#: which skips the comment, and not for BibTeX, which reads what stands in it.
_NO_YEAR = "undated"
_NO_YEAR_MACRO = """@string{undated = {}}
@comment{For BibTeX alone: @string{undated = {n.d.}}}"""

_DOI = re.compile(r"10\.\d{4,9}/[A-Za-z0-9._;()/:<>\[\]+=,*!@#&$'~?|-]+")
_EPRINT = re.compile(r"[A-Za-z0-9./-]+")
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WANTS_URL_PACKAGE = re.compile(r"[%#&_~^$]")
_COMMAND = re.compile(r"\\([A-Za-z@]+)")
_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_LAST_LATIN = "\u024f"
_LONGEST_SORT_KEY = 40
_CHECKED_AT_ONCE = 500
"""Entries."""


#: Fields whose values are no running text; each with what fits in it.
_VERBATIM = frozenset(("url", "doi", "eprint", "file", "urlraw", "bdsk-url-1", "bdsk-url-2", "pdf"))
_DATES = frozenset(("date", "urldate", "origdate", "eventdate"))
_KEYS = frozenset(("crossref", "xref", "xdata", "related", "entryset", "ids"))
_CODE = frozenset(("execute", "options"))
_DATE = re.compile(r"[-0-9/~?%.,:TZzXu*+ ]*")
_NO_RAW_ADDRESS = re.compile(r"[{}\\^\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NO_TEX = re.compile(r"[A-Za-z0-9 .,:;()/+'-]*")
_OPTIONS = re.compile(r"[A-Za-z0-9=,{} -]*")
_FIELD_NAME = re.compile(r"[a-z_][a-z0-9_+:.*/-]*")
_TYPE_NAME = re.compile(r"[a-z][a-z0-9_*-]*")
#: What bibtexparser 2.1 takes for a comment.
_UNREAD_TYPE = re.compile(r"comment|string|preamble|\w*\W")
_MACRO_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_:.*+/-]*")
_URL_AS_IT_IS = re.compile(r"(?:[A-Za-z0-9:/?\[\]@!$&'()*+,;=~._%#|<>\"` -]|\\[_%#&~$])*")
#: What biblatex has and the classic styles don't, with what these have for it.
_CLASSIC_FIELDS = {
    "journaltitle": "journal",
    "location": "address",
    "eprinttype": "archiveprefix",
    "eprintclass": "primaryclass",
}
_CLASSIC_TYPES = {
    "online": "misc",
    "electronic": "misc",
    "www": "misc",
    "report": "techreport",
    "thesis": "phdthesis",
    "mvbook": "book",
    "collection": "book",
    "mvcollection": "book",
    "mvproceedings": "proceedings",
}
#: What the classic styles warn of where it is missing.
_MANDATORY = {
    "techreport": ("author", "title", "institution", "year"),
    "phdthesis": ("author", "title", "school", "year"),
    "mastersthesis": ("author", "title", "school", "year"),
    "book": ("title", "publisher", "year"),
    "proceedings": ("title", "year"),
}
_ISO_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-\d{2})?)?")
#: The fields of a paper that the fields of an entry hold.
_HELD_IN = {
    "title": ("title",),
    "authors": ("author",),
    "published": ("date", "year", "month"),
    "venue": ("journal", "journaltitle", "booktitle"),
    "arxiv": ("eprint",),
    "doi": ("doi",),
    "url": ("url",),
    "abstract": ("abstract",),
}


def write_bibtex(
    papers: Iterable[Paper],
    context: Context | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Written:
    """Return the papers as a .bib file: sorted by key, what others refer to at the end.

    Args:
        papers: the papers.
        context: how they are written.
        progress: called with how many steps are done, and of how many.

    Raises:
        ReadingListError: two papers have one key, a key is not one that BibTeX accepts, or
            the text doesn't read back as what was meant.
    """
    return _Writer(context or Context(), progress).file(list(papers))


def entry(paper: Paper, context: Context | None = None) -> str:
    """Return one paper as an entry.

    Raises:
        ReadingListError: its key is not one that BibTeX accepts, or the text doesn't read
            back as what was meant.
    """
    writer = _Writer(context or Context())
    meant = writer.entry(paper)
    text = _text_of(meant)
    _check("", [text], [meant], [])
    return text


class _Writer:
    """Writes papers in one context, and gathers what is to be said of them."""

    def __init__(
        self,
        context: Context,
        progress: Callable[[int, int], None] = lambda done, of: None,
    ) -> None:
        self._context = context
        self._progress = progress
        self._classic = context.dialect is Dialect.BIBTEX
        self._repertoire = Repertoire.ASCII if self._classic else Repertoire.UNICODE
        self._definitions = {
            source: definitions_of(preamble) for source, preamble in context.preambles.items()
        }
        self._warnings: list[str] = []

    def file(self, papers: Sequence[Paper]) -> Written:
        entries = []
        for number, paper in enumerate(papers):
            entries.append(self.entry(paper, _NO_YEAR if self._classic else ""))
            self._progress(number, 2 * len(papers))
        ranks = _ranks(entries)
        entries.sort(key=lambda e: (ranks[e.key.lower()], e.key.lower(), e.key))
        for one, other in pairwise(sorted((e.key for e in entries), key=str.lower)):
            if one.lower() == other.lower():
                raise ReadingListError(
                    f"Two papers have the key “{other}”.",
                    "BibTeX takes capitals and small letters for the same: rename one of them.",
                )
        texts = list(map(_text_of, entries))
        body = "\n".join(texts)
        needed = (*definitions(body), *self._needed_definitions(papers, body))
        preamble = list(dict.fromkeys(needed))
        head = self._head(entries, body, preamble)
        # Some at a time: what bibtexparser makes of a file takes far more room than the file.
        for start in range(0, max(1, len(entries)), _CHECKED_AT_ONCE):
            part = slice(start, start + _CHECKED_AT_ONCE)
            above, defined = ("", ()) if start else (head, preamble)
            _check(above, texts[part], entries[part], defined)
            self._progress(len(entries) + start, 2 * len(entries))
        return Written(head + body, tuple(dict.fromkeys(self._warnings)))

    def entry(self, paper: Paper, no_year: str = "") -> Entry:
        typed = self._context.edited.get(paper.id, frozenset()) & {"published", "url"}
        kept = {name: getattr(paper, name) for name in typed}
        paper, source = cited_version(paper, self._context.cite)
        paper = replace(paper, **kept)
        edited = self._context.edited.get(paper.id, frozenset())
        if source is None:
            fields = self._fields_of_facts(paper, no_year)
            type_ = self._type(paper)
        else:
            fields = self._fields_of_entry(source, paper, edited)
            type_ = paper.type if "type" in edited else source.type
            if self._classic:
                if type_ == "thesis" and "school" not in fields and "institution" in fields:
                    fields["school"] = fields.pop("institution")
                type_ = _classic_type(type_, fields)
            if not _TYPE_NAME.fullmatch(type_):
                type_ = "misc"
        if not paper.key or importable_key(paper.key) != paper.key:
            raise InvalidValueError(f"“{paper.key}” can't be a citation key.", "Rename it.")
        if self._classic and max(paper.key) > _LAST_LATIN:
            self._warnings.append(
                f"{paper.key}: pdflatex can't cite a key of such letters; rekey makes another."
            )
        comment = source.comment if source else ""
        return Entry(paper.key, type_, tuple((n, v) for n, v in fields.items() if v), comment)

    # --- a paper of which we know facts

    def _fields_of_facts(self, paper: Paper, no_year: str) -> dict[str, str | Parts]:
        authors = self._authors(paper)
        type_ = self._type(paper)
        venue = "" if not paper.venue else self._plain(paper, "venue", paper.venue)
        place = _VENUE_FIELD.get(type_, "howpublished")
        if not self._classic and place == "journal":
            place = "journaltitle"
        return {
            "author": authors,
            "key": "" if authors else _sort_key(paper) if self._classic else "",
            "title": self._title(paper),
            place: venue,
            **self._date(paper.published, no_year),
            **self._eprint(paper.arxiv or ""),
            "doi": _doi(paper.doi or ""),
            "url": _url(_address(paper)),
            "note": "" if authors else self._plain(paper, "note", paper.organization or ""),
            "abstract": self._plain(paper, "abstract", paper.abstract or "")
            if self._context.abstracts
            else "",
        }

    def _type(self, paper: Paper) -> str:
        """Return the paper's type, or `misc` where a style would miss a field of it."""
        type_ = _ALIASES.get(paper.type, paper.type)
        complete = paper.authors and paper.venue and paper.published
        if type_ in _VENUE_FIELD and complete:
            return type_
        online = not self._classic and (paper.arxiv or paper.url) and not paper.venue
        return "online" if online else "misc"

    def _authors(self, paper: Paper) -> str:
        self._tell_romanised(paper, "authors", " ".join(paper.authors))
        names = (latex_name(author, self._repertoire) for author in paper.authors)
        return " and ".join(filter(None, names))

    def _title(self, paper: Paper) -> str:
        self._tell_romanised(paper, "title", paper.title)
        return protect_title(paper.title, self._repertoire, self._context.protected)

    def _plain(self, paper: Paper, field_name: str, text: str) -> str:
        self._tell_romanised(paper, field_name, text)
        return to_latex(text, self._repertoire)

    def _tell_romanised(self, paper: Paper, field_name: str, text: str) -> None:
        letters = romanised(text)
        if letters and self._classic:
            self._warnings.append(
                f"{paper.key}: pdflatex can't print {_shown(letters)} of the {field_name}; "
                "it was romanised (--format biblatex keeps it)."
            )
        elif letters:
            self._warnings.append(
                f"{paper.key}: {_shown(letters)} of the {field_name} needs XeLaTeX or LuaLaTeX."
            )

    def _date(self, published: str | None, no_year: str = "") -> dict[str, str | Parts]:
        if not self._classic:
            return {"date": published or ""}
        year: str | Parts = published[:4] if published else no_year and (Macro(no_year),)
        month = published[5:7] if published else ""
        return {"year": year, "month": (Macro(MONTHS[int(month) - 1]),) if month else ""}

    def _eprint(self, arxiv: str) -> dict[str, str | Parts]:
        if not _EPRINT.fullmatch(arxiv):
            return {}
        return {"eprint": arxiv, "archivePrefix" if self._classic else "eprinttype": "arXiv"}

    # --- a paper of which a .bib file has an entry

    def _fields_of_entry(
        self, source: Entry, paper: Paper, edited: frozenset[str]
    ) -> dict[str, str | Parts]:
        commands = self._context.commands | frozenset(self._definitions.get(source.source, ()))
        fields: dict[str, str | Parts] = {}
        for name, value in source.fields:
            if not _FIELD_NAME.fullmatch(name):
                self._warnings.append(f"{paper.key}: “{name}” can't be a field; it was left out.")
                continue
            fields[name] = (
                self._value(paper, name, value, commands)
                if isinstance(value, str)
                else self._expression(paper, name, value, commands)
            )
        facts = {
            name: value
            for name, value in self._changed_facts(source, paper, edited).items()
            if name in _HELD_IN
        }
        if facts:
            fields = self._with_facts(fields, paper, facts)
        return _classic_fields(fields) if self._classic else fields

    def _value(self, paper: Paper, name: str, value: str, commands: frozenset[str]) -> str:
        """Return a value of an imported field as it may leave."""
        fits: re.Pattern[str] | None = None
        if _NO_TEX.fullmatch(value) and name != "execute":
            return value
        if name in _VERBATIM:
            fits = _URL_AS_IT_IS
            if not value.isascii() and (self._classic or not value.isprintable()):
                value = quote(value, safe=_URL_CHARACTERS + "\\ ", errors="replace")
        elif name in _DATES:
            fits = _DATE
        elif name in _CODE:
            fits = _OPTIONS
        elif name in _KEYS and _are_keys(value):
            return value
        if fits is not None and (fits.fullmatch(value) or self._is_raw_address(name, value)):
            return value
        if name == "execute":
            self._warnings.append(f"{paper.key}: execute runs TeX code; it was left out.")
            return ""
        latex, refused = filter_tex(value, self._repertoire, commands)
        for command in refused:
            shown = f"\\{command}" if command.isalpha() else f"“{command}”"
            self._warnings.append(
                f"{paper.key}: {shown} in {name} is not on the list of commands; "
                "it was written as text."
            )
        if not value.isascii():
            self._tell_romanised(paper, name, value)
        return latex

    def _is_raw_address(self, name: str, value: str) -> bool:
        return name in _VERBATIM and not self._classic and not _NO_RAW_ADDRESS.search(value)

    def _expression(
        self, paper: Paper, name: str, parts: Parts, commands: frozenset[str]
    ) -> str | Parts:
        """Return a value with macros; those that its file did not define stay, with a word."""
        result: list[str | Macro] = []
        for part in parts:
            if not isinstance(part, Macro):
                result.append(self._value(paper, name, part, commands))
                continue
            if part not in MONTHS:
                self._warnings.append(f"{paper.key}: its file doesn't define {part} ({name}).")
            if part in MONTHS or _MACRO_NAME.fullmatch(part):
                result.append(part)
        return tuple(result) if any(isinstance(p, Macro) for p in result) else "".join(result)

    def _changed_facts(
        self, source: Entry, paper: Paper, edited: frozenset[str]
    ) -> dict[str, object]:
        """Return what a person set, and what other sources know and no entry says."""
        facts: dict[str, object] = {f: getattr(paper, f) for f in edited if f in _HELD_IN}
        if not source.key:  # of a service: the paper has its names as the reader knows them
            known = (name for name in ("title", "authors") if getattr(paper, name))
            facts |= {name: getattr(paper, name) for name in known}
        if len(paper.sources) > 1:
            from readinglist.formats.bibtex_reading import paper_of

            said = [paper_of(entry) for entry in (paper.entries if source.key else (source,))]
            for name in ("authors", "published", "venue", "arxiv", "doi", "url"):
                value = getattr(paper, name)
                if value and not any(getattr(one, name) for one in said):
                    facts.setdefault(name, value)
        return facts

    def _with_facts(
        self, fields: dict[str, str | Parts], paper: Paper, facts: Mapping[str, object]
    ) -> dict[str, str | Parts]:
        """Return the fields of an entry with facts in the place of what it says."""
        new: dict[str, str | Parts] = {}
        if "title" in facts:
            new["title"] = self._title(paper)
        if "authors" in facts:
            new["author"] = self._authors(paper)
        if "published" in facts:
            as_date = "date" in fields or (not self._classic and "year" not in fields)
            new |= (
                {"date": paper.published or "", "year": "", "month": ""}
                if as_date
                else {"year": "", "month": "", **_year_and_month(paper.published)}
            )
        if "venue" in facts:
            place = next(
                (n for n in _HELD_IN["venue"] if n in fields),
                _VENUE_FIELD.get(paper.type, "howpublished"),
            )
            new[place] = self._plain(paper, "venue", paper.venue or "")
        if "arxiv" in facts:
            new |= {"eprint": "", **self._eprint(paper.arxiv or "")}
        if "doi" in facts:
            new["doi"] = _doi(paper.doi or "")
        if "url" in facts:
            new["url"] = _url(paper.url or "")
        if "abstract" in facts and ("abstract" in fields or self._context.abstracts):
            new["abstract"] = self._plain(paper, "abstract", paper.abstract or "")
        return fields | new

    # --- the file

    def _needed_definitions(self, papers: Sequence[Paper], body: str) -> Iterator[str]:
        """Yield the definitions of the files that entries came from, of what `body` uses."""
        sources = dict.fromkeys(e.source for paper in papers for e in paper.entries)
        known: dict[str, str] = {}
        for source in sources:
            for name, definition in self._definitions.get(source, {}).items():
                known.setdefault(name, definition)
        used = _used_commands(body)
        while more := {n for u in used & known.keys() for n in _used_commands(known[u])} - used:
            used |= more
        yield from (known[name] for name in sorted(used & known.keys()))

    def _head(self, entries: Sequence[Entry], body: str, preamble: Sequence[str]) -> str:
        """Return what a file needs before its entries: what to load, and definitions."""
        raw = [e.get(name) for e in entries for name in ("url", "doi")]
        has_no_year = any(e.get("year") == _NO_YEAR for e in entries)
        notes = [
            r"% Needs \usepackage{url} or {hyperref}, for its addresses."
            * (self._classic and any(map(_WANTS_URL_PACKAGE.search, raw))),
            r"% Needs \usepackage{hyperref}, for \href." * (r"\href" in body),
            r"% Needs \usepackage[T1]{fontenc}, for its letters." * needs_t1(body),
            _NO_YEAR_MACRO * has_no_year,
            *(f'@preamble{{"{definition}"}}' for definition in preamble),
        ]
        head = "\n".join(filter(None, notes))
        return f"{head}\n\n" if head else ""


def _text_of(entry: Entry) -> str:
    comment = "".join(f"{line}\n" for line in _comment_lines(entry.comment))
    lines = "".join(f"  {name} = {_written(value)},\n" for name, value in entry.fields)
    return f"{comment}@{entry.type}{{{entry.key},\n{lines}}}\n"


def _comment_lines(comment: str) -> Iterator[str]:
    """Yield a comment as lines that neither bibtex nor biber reads: an `@` would begin an entry."""
    for line in map(str.rstrip, printable_block(comment).split("\n")):
        if line and "@" not in line:
            yield line if line.startswith("%") else f"% {line.strip()}"


def _written(value: str | Parts) -> str:
    if isinstance(value, str):
        return f"{{{value}}}"
    return " # ".join(str(part) if isinstance(part, Macro) else f"{{{part}}}" for part in value)


def _ranks(entries: Sequence[Entry]) -> dict[str, int]:
    """Return how late each entry comes, by key: BibTeX wants a parent after its children."""
    parents = {
        e.key.lower(): next((_written(v) for n, v in e.fields if n == "crossref"), "")
        .strip("{ }")
        .lower()
        for e in entries
    }
    ranks = dict.fromkeys(parents, 0)
    for child in parents:
        key, rank = child, 0
        while (key := parents[key]) in parents and rank < len(parents):  # a ring ends, too
            rank += 1
            if ranks[key] >= rank:
                break
            ranks[key] = rank
    return ranks


def _classic_type(type_: str, fields: Mapping[str, str | Parts]) -> str:
    """Return the type that the classic styles have for one of biblatex; it lacks no field."""
    known = _CLASSIC_TYPES.get(type_, type_)
    if type_ == "thesis" and "master" in str(fields.get("type", "")).lower():
        known = "mastersthesis"
    if known == type_ or all(fields.get(name) for name in _MANDATORY.get(known, ())):
        return known
    return "misc"


def _classic_fields(fields: dict[str, str | Parts]) -> dict[str, str | Parts]:
    """Return the fields with the names that the classic styles know."""
    classic: dict[str, str | Parts] = {}
    for name, value in fields.items():
        known = _CLASSIC_FIELDS.get(name, name)
        if name == "date" and isinstance(value, str) and not fields.get("year"):
            date = _ISO_DATE.match(value)
            if date:
                classic |= _year_and_month(date[0])
                continue
        if known == name or known not in fields:
            classic[known] = value
    return classic


def _are_keys(value: str) -> bool:
    return all(importable_key(key.strip()) == key.strip() for key in value.split(","))


def _year_and_month(published: str | None) -> dict[str, str | Parts]:
    if not published:
        return {}
    month = published[5:7]
    if "01" <= month <= "12":
        return {"year": published[:4], "month": (Macro(MONTHS[int(month) - 1]),)}
    return {"year": published[:4]}


def _used_commands(latex: str) -> set[str]:
    return set(_COMMAND.findall(latex))


def _shown(letters: str) -> str:
    return f"“{letters[:12]}{'…' if len(letters) > 12 else ''}”"


def _sort_key(paper: Paper) -> str:
    """Return what styles sort and label a paper by that has no author.

    It is in ASCII letters and digits: natbib puts it into an optional argument.
    """
    ascii_title = unicodedata.normalize("NFKD", paper.title).encode("ascii", "ignore").decode()
    words: list[str] = []
    for word in _WORD.findall(ascii_title):
        if len(" ".join([*words, word])) > _LONGEST_SORT_KEY:
            break
        words.append(word)
    return " ".join(words) or paper.key


def _doi(doi: str) -> str:
    return doi if _DOI.fullmatch(doi) else ""


def _address(paper: Paper) -> str:
    if paper.url or not paper.arxiv or _doi(paper.doi or ""):
        return paper.url or ""
    return f"https://arxiv.org/abs/{paper.arxiv}"


def _url(url: str) -> str:
    """Return `url` with everything percent-encoded that a URL may not hold."""
    encoded = quote(url.strip(), safe=_URL_CHARACTERS, errors="replace")
    return _LONE_PERCENT.sub("%25", encoded)


def _check(
    head: str, texts: Sequence[str], entries: Sequence[Entry], preamble: Sequence[str]
) -> None:
    """Read with bibtexparser what was written, and compare it with what was meant.

    What it drops or takes for something else (types such as `@commentary`, `@my-type`) our
    splitter reads.

    Args:
        head: what stands before the entries.
        texts: the entries as they were written.
        entries: the entries as they were meant.
        preamble: the definitions that the head was to have.

    Raises:
        ReadingListError: they differ; it names the first key that does.
    """
    from bibtexparser.entrypoint import parse_string

    unread = [_UNREAD_TYPE.match(e.type) is not None for e in entries]
    body = "\n".join(compress(texts, map(not_, unread)))
    library = parse_string(head + body, parse_stack=[])
    read = {e.key: (e.entry_type, [(f.key, f.value) for f in e.fields]) for e in library.entries}
    meant = {e.key: (e.type, [(n, _written(v)) for n, v in e.fields]) for e in entries}
    for text in compress(texts, unread):
        for _, again in split(text).entries:
            read[again.key] = again.type, [(n, _written(v)) for n, v in again.fields]
    if read == meant and [p.value for p in library.preambles] == [
        f'"{definition}"' for definition in preamble
    ]:
        return
    wrong = next((key for key in meant if read.get(key) != meant[key]), "@preamble")
    raise ReadingListError(
        f"“{wrong}” can't be written as BibTeX: it would not read back as it was meant.",
        "Look for unusual characters in its fields, and report this as a defect.",
    )
