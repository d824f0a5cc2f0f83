"""The schema of a library file, step by step.

`sqlite-utils migrate library.db migrations` runs this file; readinglist itself runs the
same one. A step that has been released is never changed. Steps depend on nothing but the
content of the library, so that two machines migrate it to the same rows.
"""

from sqlite_utils import Database, Migrations

migrations = Migrations("readinglist")

APPLICATION_ID = 0x524C5354  # "RLST", for file(1) and for refusing foreign databases


@migrations()
def m0001_papers_and_journal(db: Database) -> None:
    """Papers, their tags and sources, and the journal of all that was done to them.

    `paper.id` is 63 bits of a digest of the title, see readinglist/domain/identity.py.
    No foreign keys and nothing unique but primary keys: a merge must never fail on a
    constraint. `journal.id` grows with time, so that new rows go to the end of the file.
    """
    for statement in (
        """CREATE TABLE paper (
            id INTEGER PRIMARY KEY,
            key TEXT NOT NULL,
            key_frozen INTEGER NOT NULL DEFAULT 0,
            type TEXT NOT NULL DEFAULT 'misc',
            title TEXT NOT NULL,
            authors TEXT,
            author_count INTEGER,
            organization TEXT,
            abstract TEXT,
            published TEXT,
            venue TEXT,
            arxiv TEXT,
            doi TEXT,
            url TEXT,
            links TEXT,
            comments INTEGER,
            status TEXT NOT NULL DEFAULT 'unread',
            priority TEXT NOT NULL DEFAULT 'none',
            note TEXT,
            added_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE paper_tag (
            paper INTEGER NOT NULL,
            tag TEXT NOT NULL,
            PRIMARY KEY (paper, tag)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            format TEXT NOT NULL,
            added_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE paper_source (
            paper INTEGER NOT NULL,
            source INTEGER NOT NULL,
            PRIMARY KEY (paper, source)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE key_alias (
            key TEXT PRIMARY KEY,
            paper INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE journal (
            id INTEGER NOT NULL,
            machine TEXT NOT NULL,
            batch INTEGER NOT NULL,
            at TEXT NOT NULL,
            action TEXT NOT NULL,
            reverts INTEGER,
            paper INTEGER NOT NULL,
            key TEXT NOT NULL,
            field TEXT NOT NULL,
            old TEXT,
            new TEXT,
            PRIMARY KEY (id, machine)
        ) STRICT""",
        f"PRAGMA application_id = {APPLICATION_ID}",
        "PRAGMA user_version = 1",
    ):
        db.execute(statement)


@migrations()
def m0002_entries_of_bib_files(db: Database) -> None:
    """What .bib files say of a paper, letter for letter, and what stands between their entries.

    `paper.entries` is a JSON array of entries, see readinglist/domain/entry.py;
    `source.definitions` a JSON object of the macros, preambles and comments of a file.
    """
    for statement in (
        "ALTER TABLE paper ADD COLUMN entries TEXT",
        "ALTER TABLE source ADD COLUMN definitions TEXT",
        "PRAGMA user_version = 2",
    ):
        db.execute(statement)


@migrations()
def m0003_sources_of_metadata(db: Database) -> None:
    """What sources of metadata tell, and which of them a value came from.

    `paper.cite_as` is `preprint` or `published` where a person prefers one of them;
    `journal.source` names the file or the service that gave a value, and is NULL for a person.
    """
    for statement in (
        "ALTER TABLE paper ADD COLUMN votes INTEGER",
        "ALTER TABLE paper ADD COLUMN stars INTEGER",
        "ALTER TABLE paper ADD COLUMN cite_as TEXT",
        "ALTER TABLE journal ADD COLUMN source TEXT",
        "PRAGMA user_version = 3",
    ):
        db.execute(statement)
