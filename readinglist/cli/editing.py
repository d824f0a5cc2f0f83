"""Commands that change papers; each is one step that `undo` takes back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from readinglist.cli.choosing import check_choice, chosen
from readinglist.cli.session import (
    PAPER,
    Session,
    json_option,
    need_terminal,
    pass_session,
    print_json,
    say,
)
from readinglist.domain.paper import Priority, Status
from readinglist.domain.text import plural
from readinglist.errors import InvalidValueError, ReadingListError

if TYPE_CHECKING:
    from readinglist.services.changing import Step
    from readinglist.services.library import Library
    from readinglist.services.notes import Kept

_LOOKED_UP = ("arxiv", "doi")
"""The fields by which sources of metadata know a paper."""


@click.command(short_help="Set status, priority and tags.")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...", type=PAPER)
@click.option(
    "--status", type=click.Choice([s.value for s in Status]), help="How far the reading has come."
)
@click.option(
    "--priority", type=click.Choice([p.value for p in Priority]), help="How much the paper matters."
)
@click.option("--tag", "tags", multiple=True, metavar="T", help="Add a tag; may be repeated.")
@click.option("--untag", "untags", multiple=True, metavar="T", help="Remove a tag.")
@json_option
@pass_session
def mark(
    session: Session,
    keys: tuple[str, ...],
    status: str | None,
    priority: str | None,
    tags: tuple[str, ...],
    untags: tuple[str, ...],
    as_json: bool,
) -> None:
    """Set status, priority and tags of the papers KEY.

    \b
    Example: readinglist mark vaswani2017attention --status read --tag nlp
    """
    if not (status or priority or tags or untags):
        raise click.UsageError("Say what to mark: --status, --priority, --tag or --untag.")
    with session.open_library() as library:
        ids = [library.paper(key).id for key in keys]
        step = library.mark(
            ids,
            status=Status(status) if status else None,
            priority=Priority(priority) if priority else None,
            add_tags=tags,
            remove_tags=untags,
        )
        _report(library, step, as_json=as_json)


@click.command(short_help="Write a note.")
@click.argument("key", type=PAPER)
@click.argument("dash", required=False, metavar="[-]", type=click.Choice(["-"]))
@click.option("--text", metavar="T", help="The note, in Markdown; empty to remove it.")
@click.option("--append", metavar="T", help="A paragraph to add to the note.")
@pass_session
def note(
    session: Session, key: str, dash: str | None, text: str | None, append: str | None
) -> None:
    """Write the note of the paper KEY in your editor, or as the options say.

    With a dash the note is read from standard input.

    \b
    Example: readinglist note vaswani2017attention --append "See section 3."
             pandoc notes.odt -t markdown | readinglist note vaswani2017attention -
    """
    if sum(given is not None for given in (dash, text, append)) > 1:
        raise click.UsageError("Give one of --text, --append and -.")
    with session.open_library() as library:
        paper = library.paper(key)
        if dash:
            from readinglist.services.notes import read_note

            text, assumption = read_note(sys.stdin.buffer)
            if assumption:
                say(assumption)
        elif append is not None:
            text = f"{paper.note.rstrip()}\n\n{append}\n" if paper.note else append
        elif text is None:
            from readinglist.services.external_editor import edit_text, editor_of
            from readinglist.services.notes import beginning

            library.check_may_edit()  # before anybody writes in vain
            config = session.load_config()
            if not editor_of(config.editor):
                need_terminal("The editor vi", "Set $EDITOR, or say --text, --append or -.")
            begun = beginning(paper, config.notes)
            text = edit_text(begun, config.editor)
            if text == begun:
                say("nothing to change")
            else:
                _tell_kept(library, library.keep_note(paper, text))
            return
        _report(library, library.note(paper.key, text))


def _tell_kept(library: Library, kept: Kept) -> None:
    """Say what became of a note that was written.

    Raises:
        ReadingListError: it is in a file, and not in the library.
    """
    if kept.is_joined:
        say("The note was changed elsewhere meanwhile: both are kept.")
    if kept.step is None:
        raise ReadingListError(kept.problem, f"What you wrote is in {kept.file}.")
    _report(library, kept.step)


@click.command(short_help="Correct the facts of a paper.")
@click.argument("key", type=PAPER)
@click.argument("assignments", nargs=-1, required=True, metavar="FIELD=VALUE...")
@json_option
@pass_session
def edit(session: Session, key: str, assignments: tuple[str, ...], as_json: bool) -> None:
    """Set fields of the paper KEY; no import touches them any more. An empty value empties.

    Fields: key, type, title, authors (with ; between them), author_count, organization,
    abstract, published (or year), venue, arxiv, doi, url, links, comments, votes, stars, cite_as
    (published or preprint), status, priority, tags (with , between them), note.

    \b
    Example: readinglist edit DeepModelAssembling2022 "authors=Ni, Zanlin; Wang, Yulin" year=2023
    """
    texts = _texts(assignments)
    with session.open_library() as library:
        _report(library, library.edit(key, texts), as_json=as_json)


@click.command(short_help="Add a paper by hand.")
@click.argument("assignments", nargs=-1, required=True, metavar="FIELD=VALUE...")
@json_option
@pass_session
def add(session: Session, assignments: tuple[str, ...], as_json: bool) -> None:
    """Add a paper, with fields as for `edit`, and print its key.

    With an arxiv= or a doi= and no title= it is looked up online. Without key= it gets a key by
    the configured pattern. A paper that is there already is not added again. For BibTeX there is
    `import -`.

    \b
    Example: readinglist add arxiv=1706.03762 tags=nlp
             readinglist add "title=On Herons" "authors=Curie, Marie" year=1911
    """
    texts = _texts(assignments)
    with session.open_library() as library:
        is_named = "title" in texts or not any(texts.get(name, "").strip() for name in _LOOKED_UP)
        step = library.add(texts) if is_named else _added_by_identifier(library, texts)
        _report(library, step, as_json=as_json)
        if not as_json:
            (paper,) = library.papers(step.papers)
            click.echo(paper.key)


def _added_by_identifier(library: Library, texts: dict[str, str]) -> Step:
    """Add the paper of an identifier as a source has it, then what else is said of it."""
    from readinglist.domain.fields import parse_field

    known = {name: parse_field(name, texts[name])[1] for name in _LOOKED_UP if name in texts}
    rest = {name: text for name, text in texts.items() if name not in known}
    for name, text in rest.items():
        parse_field(name, text)
    report = library.add_found(**known)
    if report is None:
        raise InvalidValueError("No source has a paper with this identifier.", "Give its title.")
    (number,) = report.papers
    (paper,) = library.papers([number])
    deed = (
        "added from"
        if report.added
        else "completed from"
        if report.completed
        else "is in the library already, as in"
    )
    if rest:
        library.edit(paper.key, rest)
    from readinglist.services.changing import Step

    return Step((number,), f"{paper.key}: {deed} {report.file}")


@click.command(short_help="Make citation keys anew.")
@click.argument("keys", nargs=-1, metavar="[KEY...]", type=PAPER)
@click.option("--query", metavar="QUERY", help="The papers that answer QUERY.")
@click.option("--all", "everything", is_flag=True, help="All papers.")
@click.option("--pattern", metavar="P", help="The pattern, instead of the configuration's.")
@pass_session
def rekey(
    session: Session,
    keys: tuple[str, ...],
    query: str | None,
    everything: bool,
    pattern: str | None,
) -> None:
    """Give papers the keys that the pattern makes. Their old keys go on naming them.

    So a document that cites an old key exports as before; `export --for` says which it used.

    \b
    Example: readinglist rekey --query tag:thesis --pattern "auth.lower + year"
    """
    check_choice(keys, query, everything)
    with session.open_library() as library:
        step = library.rekey(chosen(library, keys, query), pattern)
        for change in library.history(limit=len(step.papers)) if step.papers else ():
            say(f"{change.old} → {change.new}")
        _report(library, step)


@click.command(short_help="Make one paper of two.")
@click.argument("keep", type=PAPER)
@click.argument("drop", type=PAPER)
@click.option(
    "--take",
    "fields",
    multiple=True,
    metavar="FIELD",
    help="Take the value of DROP in this field; may be repeated.",
)
@json_option
@pass_session
def merge(session: Session, keep: str, drop: str, fields: tuple[str, ...], as_json: bool) -> None:
    """Make one paper of KEEP and DROP, which are the same work; `undo` makes two of it again.

    KEEP gets what it lacks, and the further status and priority; tags, notes, links, files and
    BibTeX entries of both are kept. The key of DROP goes on naming the paper, so that documents
    that cite it compile as before.

    Fields: title, authors, author_count, organization, published, venue, arxiv, doi, url, key,
    type, status, priority, comments, votes, stars, cite_as, abstract.

    \b
    Example: readinglist merge vaswani2017attention AttentionAllYouNeed2017 --take venue
    """
    from readinglist.domain.union import proposed

    with session.open_library() as library:
        kept, dropped = library.paper(keep), library.paper(drop)
        take = proposed(kept, dropped).union(field.strip().lower() for field in fields)
        _report(library, library.merge_papers(kept.id, dropped.id, take), as_json=as_json)


@click.command(short_help="Delete papers.")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...", type=PAPER)
@pass_session
def delete(session: Session, keys: tuple[str, ...]) -> None:
    """Delete the papers KEY, with their notes; `undo` brings them back.

    \b
    Example: readinglist delete vaswani2017attention
    """
    with session.open_library() as library:
        _report(library, library.delete([library.paper(key).id for key in keys]))


@click.command(short_help="Bring an earlier value of a paper back.")
@click.argument("key", type=PAPER)
@click.argument("number", type=click.IntRange(min=1))
@json_option
@pass_session
def restore(session: Session, key: str, number: int, as_json: bool) -> None:
    """Give the paper KEY the value again that it had before the entry NUMBER of its history.

    Of a conflict, it is given the value that does not hold; a deleted paper comes back.

    \b
    Example: readinglist restore vaswani2017attention 3
    """
    from readinglist.domain.change import describe

    with session.open_library() as library:
        changes = library.history(key, None)
        if number > len(changes):
            raise InvalidValueError(
                f"The history of {key} has {plural(len(changes), 'entry', 'entries')}.",
                f"See: readinglist history {key}.",
            )
        change = changes[-number]
        step = library.restore(change)
        when = change.at.replace("T", " ").removesuffix("Z")
        say(f"As it was before {when}, {describe(change)}:")
        _report(library, step, as_json=as_json)


@click.command(short_help="Take back the last step.")
@pass_session
def undo(session: Session) -> None:
    """Take back the last step of this machine that is in force, an import too.

    \b
    Example: readinglist undo
    """
    with session.open_library() as library:
        _report(library, library.undo(), "Undone: ")


@click.command(short_help="Bring again what undo took back.")
@pass_session
def redo(session: Session) -> None:
    """Bring again what the last undo took back.

    \b
    Example: readinglist redo
    """
    with session.open_library() as library:
        _report(library, library.redo(), "Done again: ")


def _texts(assignments: tuple[str, ...]) -> dict[str, str]:
    """Return the text of each field.

    Raises:
        click.UsageError: an assignment is not FIELD=VALUE, or a field has two.
    """
    texts: dict[str, str] = {}
    for assignment in assignments:
        field, equals, value = assignment.partition("=")
        if not equals:
            raise click.UsageError(
                f"“{assignment}” is not FIELD=VALUE, such as “title=Foxes of Kent”."
            )
        field = field.strip().lower()
        if field in texts:
            raise click.UsageError(f"{field}= is there twice.")
        texts[field] = value
    return texts


def _report(library: Library, step: Step, how: str = "", *, as_json: bool = False) -> None:
    """Say what a step did, and print the papers as they are now if JSON is wanted."""
    say(how + step.summary)
    if step.left_out:
        say(f"{plural(step.left_out, 'change')} left out: the same place was changed since.")
    if as_json:
        from readinglist.formats.json_lines import to_object

        print_json([to_object(paper) for paper in library.papers(step.papers)])
    sys.stdout.flush()
