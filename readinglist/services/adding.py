"""Adding a paper by hand: what is typed or pasted says which paper it is, or how to get it.

text -> `recognise` -> papers in a format: imported    readinglist.services.importing
                    -> fields of one paper -> known already? -> added, as one step
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from readinglist.domain.change import WHOLE_PAPER, Change
from readinglist.domain.citekey import unique_key
from readinglist.domain.fields import parse_field
from readinglist.domain.identity import arxiv_id, arxiv_of_doi, doi_name, paper_id
from readinglist.domain.paper import Paper
from readinglist.domain.text import plural
from readinglist.errors import FormatError, InvalidValueError
from readinglist.formats import recognition
from readinglist.services.changing import Editor, Step, field_change, tag_changes
from readinglist.services.importing import Known
from readinglist.storage.papers import paper_to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from readinglist.storage.working_copy import WorkingCopy

_LONGEST_TITLE = 500
"""So many letters of plain text are taken for a title, broken into lines or not."""
_WEB_ADDRESS = re.compile(r"https?://\S+")
_NO_SCHEME = re.compile(r"(?:(?:www\.|export\.)?arxiv\.org|(?:dx\.)?doi\.org)/", re.IGNORECASE)
_BEGUN = "BibTeX, without an entry that is complete"
_NAMES = {
    recognition.BIBTEX: "BibTeX",
    recognition.RIS: "RIS",
    recognition.CSL_JSON: "CSL JSON",
    recognition.JSON: "JSON",
    recognition.DAILY_PAPERS: "a listing page",
    recognition.HUGGING_FACE: "papers of Hugging Face",
    recognition.ARXIV_ATOM: "an arXiv feed",
    recognition.ARXIV_MAIL: "an arXiv mail",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a text turned out to be."""

    name: str
    """In words: `BibTeX, 2 entries`, `arXiv id 1706.03762`, `a title`; empty for no text."""
    format: str | None = None
    """The format to import it by; None where it is about one paper, by `texts`."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What it says of one paper, as text by field."""

    @property
    def is_of_use(self) -> bool:
        """True if there is something to import or to add."""
        return bool(self.format or self.texts)


def recognise(text: str) -> Recognised:
    """Return what `text` is: papers in a format, an identifier, an address, or a title."""
    line = " ".join(text.split())
    if not line:
        return Recognised("")
    if _NO_SCHEME.match(line):
        line = f"https://{line}"
    found = doi_name(line)
    arxiv = arxiv_of_doi(found) if found else arxiv_id(line)
    if arxiv:
        return Recognised(f"arXiv id {arxiv}", texts={"arxiv": arxiv})
    if found:
        return Recognised(f"DOI {found}", texts={"doi": found})
    if _WEB_ADDRESS.fullmatch(line):
        return Recognised("a web address", texts={"url": line})
    try:
        kind = recognition.recognise(text)
    except FormatError:
        if line.startswith("@"):
            return Recognised(_BEGUN)
        if len(line) > _LONGEST_TITLE:
            return Recognised("Too long for a title, and in no format that is known.")
        return Recognised("a title", texts={"title": line})
    if kind != recognition.BIBTEX:
        return Recognised(_NAMES[kind], kind)
    from readinglist.formats.bib_syntax import split

    entries = len(split(text).entries)
    if not entries:
        return Recognised(_BEGUN)
    return Recognised(f"BibTeX, {plural(entries, 'entry', 'entries')}", kind)


class Adder:
    """Adds papers to one library, one at a time."""

    def __init__(self, working: WorkingCopy, key_pattern: str) -> None:
        self._working = working
        self._key_pattern = key_pattern

    def find(self, texts: Mapping[str, str]) -> Paper | None:
        """Return the paper of the library that `texts` are about, if it is there already.

        Every paper is looked at: in a large library, do it in a thread.

        Raises:
            InvalidValueError: there is no such field, or a text doesn't fit it.
        """
        number = self._known().find(_paper(texts))
        return None if number is None else self._working.papers.get([number])[0]

    def add(self, texts: Mapping[str, str]) -> Step:
        """Add a paper of which `texts` are the fields, as one step.

        Without a key it gets one by the pattern; one that is given never changes by itself.
        What is given counts as a person's word, as after an edit.

        Args:
            texts: by field; there must be a title.

        Raises:
            InvalidValueError: there is no such field, a text doesn't fit, the title is missing,
                the citation key is another paper's, or the paper is there already.
        """
        paper = _paper(texts)
        if not paper.title:
            parse_field("title", "")
        editor = Editor(self._working)
        with self._working.transaction():
            known = self._known()
            number = known.find(paper)
            if number is not None:
                (present,) = self._working.papers.get([number])
                raise InvalidValueError(
                    f"The library has this paper already: {present.key}.",
                    "Another work of this title needs its authors, an arXiv id or a DOI.",
                )
            paper = replace(paper, id=known.new_id(paper))
            if paper.key:
                editor.check_key(paper.key)
            else:
                paper = replace(paper, key=unique_key(paper, known.keys, self._key_pattern))
            at = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            frozen = "key" in texts
            bare = Paper(paper.title, paper.id, paper.key, key_frozen=frozen, added_at=at)
            fields = dict.fromkeys(parse_field(name, text)[0] for name, text in texts.items())
            facts = [
                field_change(bare, name, value)
                for name in fields
                if name != "tags" and (value := getattr(paper, name)) != getattr(bare, name)
            ]
            added = Change(bare.id, WHOLE_PAPER, None, paper_to_json(bare), key=bare.key)
            return editor.carry_out([added, *facts, *tag_changes(bare, paper.tags, ())])

    def _known(self) -> Known:
        return Known(self._working, self._working.version())


def _paper(texts: Mapping[str, str]) -> Paper:
    values = dict(parse_field(name, text) for name, text in texts.items())
    title = values.pop("title", "")
    return Paper(title, paper_id(title), **values)
