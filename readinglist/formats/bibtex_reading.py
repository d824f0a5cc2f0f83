"""Papers of a .bib file: what each entry says, decoded to be shown and searched.

The entry itself stays with its paper, letter for letter, and is what export goes back to.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from readinglist.domain.citekey import importable_key
from readinglist.domain.entry import Entry, Macro
from readinglist.domain.identity import arxiv_id, arxiv_of_doi, doi_name, paper_id
from readinglist.domain.links import find_links
from readinglist.domain.paper import Paper, check_date, printable_name
from readinglist.domain.text import harmless, without_controls
from readinglist.errors import FormatError, InvalidValueError
from readinglist.formats.bib_syntax import MONTHS, split
from readinglist.formats.latex_text import to_block, to_text
from readinglist.formats.parsed import Parsed, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from readinglist.domain.entry import Parts

_VENUES = (
    "journal", "journaltitle", "booktitle", "maintitle", "eventtitle", "school", "institution",
    "organization", "publisher", "howpublished", "series",
)  # fmt: skip
#: What would end or change the field of an address, which is not TeX.
_NO_ADDRESS = re.compile(r"[{}\\\s]")
_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_MONTH = re.compile(r"0?[1-9]|1[0-2]")
_SEPARATOR = re.compile(r"[{}]|(?<=\s)and(?=\s)", re.IGNORECASE)
_ARXIV_IN_TEXT = re.compile(
    r"(?:arxiv(?:\.org/(?:abs|pdf)/|:\s*)|corr,?\s*(?:vol(?:ume)?\.?\s*)?abs/)"
    r"((?:\d{4}\.\d{4,5})|(?:[a-z-]+(?:\.[a-z]{2})?/\d{7}))(?:v\d+)?",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s{}\\]+")
_SIMPLE_NAME = re.compile(
    r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*)*, [^\W\d_][\w.'’-]*(?: [\w.'’-]+)*"
)
_NAME_PART = re.compile(r"\s*(family|given|prefix|suffix)(?:-i)?\s*=\s*", re.IGNORECASE)
_LONGEST_TITLE = 2000


def parse(text: str, strings: Mapping[str, str | Parts] | None = None) -> Parsed:
    """Return the papers of a .bib file.

    Args:
        text: the file.
        strings: the macros that files before this one have defined.

    Raises:
        FormatError: there is not one entry that can be read.
    """
    carried = dict(strings or {})
    file = split(text, carried)
    problems = list(file.problems)
    assumptions = list(file.assumptions)
    parents = {entry.key.lower(): entry for _, entry in file.entries if entry.key}
    used: dict[str, int] = {}
    papers: list[Paper] = []
    for line, entry in file.entries:
        key = _free_key(importable_key(entry.key), used)
        if key != entry.key and entry.key:
            reason = (
                "is there already" if importable_key(entry.key) == entry.key else "breaks LaTeX"
            )
            problems.append(
                Problem(line, f"The key “{entry.key[:80]}” {reason}: “{key}” was taken.")
            )
        kept = Entry(key, entry.type, entry.fields, entry.comment)
        paper = paper_of(kept, parents.get(entry.get("crossref").lower()))
        if paper.title:
            papers.append(paper)
        else:
            problems.append(Problem(line, "An entry with neither title nor key was left out."))
    if not papers:
        if problems:
            raise FormatError(problems[0].message, line=problems[0].line)
        if not (file.strings or file.preambles):
            raise FormatError("It holds no entries.")
    problems.sort(key=lambda problem: problem.line)
    return Parsed(
        tuple(papers),
        tuple(problems),
        tuple(assumptions),
        strings={name: value for name, value in file.strings.items() if name not in carried},
        preambles=tuple(file.preambles),
        comments=tuple(file.comments),
    )


def paper_of(entry: Entry, parent: Entry | None = None) -> Paper:
    """Return what `entry` says, with what it inherits from the entry of its `crossref`."""
    title = _title(entry)
    arxiv = _arxiv(entry)
    return Paper(
        title=title,
        id=paper_id(title),
        key=entry.key,
        type=entry.type if re.fullmatch(r"[a-z][a-z0-9_-]{0,40}", entry.type) else "misc",
        authors=names(entry.get("author") or entry.get("editor")),
        abstract=to_block(entry.get("abstract")).strip() or None,
        published=_date(entry) or (_date(parent) if parent else None),
        venue=_venue(entry) or (_title(parent) if parent else None),
        arxiv=arxiv,
        doi=_doi(entry),
        url=_url(entry),
        links=tuple(find_links(to_text(entry.get("note") + " " + entry.get("howpublished")))),
        entries=(entry,),
    )


@lru_cache(maxsize=1 << 14)
def names(latex: str) -> tuple[str, ...]:
    """Return the names of an author field, each as `Family, Given`; a body has no comma.

    After BibTeX's rules for the parts of a name; `and others` is left out.
    """
    if not latex.strip():
        return ()
    parts = (part.strip() for part in _split_names(" ".join(latex.split())))
    found = (_name(part) for part in parts if part.lower() != "others")
    return tuple(name for name in found if name)


def _split_names(latex: str) -> Iterator[str]:
    """Yield what stands between the `and`s that are in no group."""
    begin = depth = 0
    for found in _SEPARATOR.finditer(latex):
        if found[0] in "{}":
            depth = max(0, depth + (1 if found[0] == "{" else -1))
        elif not depth:
            yield latex[begin : found.start()]
            begin = found.end()
    yield latex[begin:]


@lru_cache(maxsize=1 << 14)
def _name(latex: str) -> str:
    if _SIMPLE_NAME.fullmatch(latex):
        return latex
    if "=" in latex and _NAME_PART.match(latex):
        return _extended_name(latex)
    if latex.startswith("{") and latex.endswith("}") and _is_one_group(latex):
        return _bare(to_text(latex))
    from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

    try:
        parts = parse_single_name_into_parts(latex, strict=False)
    except (InvalidNameError, IndexError):
        return _bare(to_text(latex))
    family = " ".join([*parts.von, *parts.last, *parts.jr])
    given = " ".join(parts.first)
    family_text, given_text = _bare(to_text(family)), _bare(to_text(given))
    return f"{family_text}, {given_text}" if given_text and family_text else family_text


def _extended_name(latex: str) -> str:
    """Return the name that biber's `family=..., given=...` spells out."""
    parts: dict[str, str] = {}
    for piece in latex.split(","):
        part = _NAME_PART.match(piece)
        if part:
            parts.setdefault(part[1].lower(), _bare(to_text(piece[part.end() :])).strip('"'))
    family = " ".join(filter(None, (parts.get("prefix"), parts.get("family"), parts.get("suffix"))))
    given = parts.get("given", "")
    return f"{family}, {given}" if family and given else family or given


def _is_one_group(latex: str) -> bool:
    depth = 0
    for position, character in enumerate(latex):
        depth += (character == "{") - (character == "}")
        if not depth:
            return position == len(latex) - 1
    return False


def _bare(text: str) -> str:
    return printable_name(text.replace(",", " "))


def _title(entry: Entry) -> str:
    title = ": ".join(text for name in ("title", "subtitle") if (text := to_text(entry.get(name))))
    for name in ("booktitle", "maintitle", "shorttitle", "chapter"):
        title = title or to_text(entry.get(name))
    return title[:_LONGEST_TITLE] or entry.key


def _venue(entry: Entry) -> str | None:
    for name in _VENUES:
        text = entry.get(name)
        if text and (text := to_text(text)) and not (name == "howpublished" and "://" in text):
            return text
    return None


def _date(entry: Entry) -> str | None:
    """Return the date in ISO form, as far as it is known and in the calendar."""
    date = entry.get("date") or entry.get("year")
    iso = _ISO.match(date.strip())
    if iso and iso[2]:
        return _checked(iso[0]) or _checked(iso[1])
    year = _YEAR.search(to_text(date))
    if not year:
        return None
    month = to_text(entry.get("month")).strip().lower()
    named = (word[:3] for word in re.findall(r"[a-z]+", month))
    number = next((MONTHS.index(name) + 1 for name in named if name in MONTHS), 0)
    if _MONTH.fullmatch(month):
        number = int(month)
    return (_checked(f"{year[1]}-{number:02}") if number else None) or _checked(year[1])


def _checked(date: str) -> str | None:
    try:
        return check_date(date)
    except InvalidValueError:
        return None


def _arxiv(entry: Entry) -> str | None:
    kind = (entry.get("archiveprefix") or entry.get("eprinttype")).lower()
    eprint = entry.get("eprint").strip()
    if eprint and kind in ("arxiv", "") and (found := arxiv_id(eprint)):
        return found
    if found := arxiv_of_doi(_doi(entry) or ""):
        return found
    for name in ("journal", "journaltitle", "url", "howpublished", "note", "volume"):
        match = _ARXIV_IN_TEXT.search(entry.get(name))
        if match:
            return match[1]
    return None


def _doi(entry: Entry) -> str | None:
    text = entry.get("doi").replace("\\_", "_").replace("{", "").replace("}", "")
    found = doi_name(text) if text else None
    return found if found and "\\" not in found else None


def _url(entry: Entry) -> str | None:
    text = entry.get("url").replace("\\_", "_").replace("\\%", "%").replace("\\&", "&")
    found = _URL.search(text.replace("\\#", "#").replace("\\~", "~"))
    found = _URL.fullmatch(harmless(found[0])) if found else None
    return found[0] if found else None


def _free_key(key: str, used: dict[str, int]) -> str:
    """Return `key`, or `key-2`, `key-3` where it is used; an empty key stays empty.

    Args:
        key: the key that is wanted.
        used: the keys so far, in lower case, each with the number to try next.
    """
    free, name = key, key.lower()
    while key and free.lower() in used:
        free = f"{key}-{used[name]}"
        used[name] += 1
    used[free.lower()] = 2
    return free


def paper_of_record(
    key: str, kind: str, record: Mapping[str, str], names: Mapping[str, Sequence[str]]
) -> Paper:
    """Return the paper that another format tells of, with the entry that it makes.

    Args:
        key: its name in the file; taken for the citation key where it can be one.
        kind: the type of the entry.
        record: plain text by the name of the field; `date` in ISO form.
        names: people as `Family, Given`, by `author` and `editor`.
    """
    from readinglist.formats.latex import Repertoire, latex_name, protect_title, to_latex

    record = {name: without_controls(text) for name, text in record.items()}
    letters = Repertoire.UNICODE  # export turns into TeX what its dialect can't hold
    people = {
        role: tuple(filter(None, map(printable_name, listed))) for role, listed in names.items()
    }
    fields: dict[str, str | Parts] = {
        role: " and ".join(filter(None, (latex_name(name, letters) for name in listed)))
        for role, listed in people.items()
    }
    for name, text in record.items():
        if name == "date":
            year, _, rest = text.partition("-")
            fields["year"] = year
            if rest[:2].isdigit() and 1 <= int(rest[:2]) <= 12:
                fields["month"] = (Macro(MONTHS[int(rest[:2]) - 1]),)
        elif name in ("doi", "url"):
            fields[name] = _NO_ADDRESS.sub(lambda sign: quote(sign[0]), text.strip())
        elif name == "title":
            fields[name] = protect_title(text, letters)
        elif name == "pages":
            pages = re.sub(" ?[-–—]+ ?", "--", " ".join(text.split()))
            fields[name] = to_latex(pages, letters)
        else:
            fields[name] = to_latex(text, letters)
    # Zotero names items by addresses, others by numbers: nobody cites these.
    key = "" if key.isdigit() or "://" in key else importable_key(key)
    written = tuple((name, value) for name, value in fields.items() if value)
    paper = paper_of(Entry(key, kind, written))
    date = record.get("date")
    exact = _checked(date) if date else None
    return replace(
        paper, title=" ".join(record["title"].split()), published=exact or paper.published,
        id=paper_id(record["title"]), authors=people.get("author") or people.get("editor") or (),
    )  # fmt: skip
