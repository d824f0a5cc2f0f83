"""What the working copy has beside the tables of a library: indexes, counts, what is unsaved.

It can be made anew at any time, but edits may be in it that are nowhere else: so a working copy of
an earlier layout is brought to this one.
"""

from __future__ import annotations

from readinglist.storage.document import SCHEMA_VERSION

_LAYOUT = "4"
_CONFLICTS_AT_HAND = (
    "CREATE INDEX IF NOT EXISTS journal_conflicts ON journal (id) WHERE action = 'conflict'",
    "CREATE INDEX IF NOT EXISTS journal_settled ON journal (id) WHERE field = 'conflict'",
)
_SELDOM_DONE = (
    "CREATE INDEX journal_turned_back ON journal (reverts) WHERE reverts IS NOT NULL",
    "CREATE INDEX journal_deletions ON journal (paper) WHERE field = 'paper' AND new IS NULL",
    "CREATE INDEX journal_identifiers ON journal (id) WHERE field IN ('arxiv', 'doi')",
    "CREATE INDEX journal_reading ON journal (paper, new, id, at) "
    "WHERE field = 'status' AND action = 'edit'",
)
"""What few rows of the journal tell of is found without looking through all of them."""
_LATEST_FIRST = (
    "CREATE INDEX paper_by_added ON paper (added_at DESC, id)",
    "DROP INDEX IF EXISTS paper_by_status",
    "CREATE INDEX paper_by_status ON paper (status, added_at DESC, id)",
)
COUNTING = "INSERT INTO status_count SELECT status, count(*) FROM paper GROUP BY status"
"""Counts the papers of each status anew."""
_COUNTS_AT_HAND = (
    "CREATE TABLE status_count (status TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID",
    COUNTING,
    *(
        f"CREATE TRIGGER count_{event.partition(' ')[0].lower()} AFTER {event} ON paper BEGIN "
        + "".join(
            f"INSERT INTO status_count VALUES ({row}.status, {by}) "
            "ON CONFLICT DO UPDATE SET papers = papers + excluded.papers;"
            for row, by in steps
        )
        + " END"
        for event, steps in {
            "INSERT": (("new", 1),),
            "DELETE": (("old", -1),),
            "UPDATE OF status": (("old", -1), ("new", 1)),
        }.items()
    ),
)
"""How many papers have each status, kept by triggers: counting a million takes a while."""
_SINCE_LAYOUT_2 = (
    "DROP TABLE IF EXISTS search_terms",
    "DROP TABLE IF EXISTS search_text",
    "ALTER TABLE unindexed ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    *_LATEST_FIRST,
    *_COUNTS_AT_HAND,
)
_SINCE_SCHEMA_2 = (
    "ALTER TABLE paper ADD COLUMN votes INTEGER",
    "ALTER TABLE paper ADD COLUMN stars INTEGER",
    "ALTER TABLE paper ADD COLUMN cite_as TEXT",
    "ALTER TABLE journal ADD COLUMN source TEXT",
    *_SELDOM_DONE,
)
UPGRADES = {
    "1.1": (
        "ALTER TABLE paper ADD COLUMN entries TEXT",
        "ALTER TABLE source ADD COLUMN definitions TEXT",
        *_CONFLICTS_AT_HAND,
        *_SINCE_LAYOUT_2,
        *_SINCE_SCHEMA_2,
    ),
    "2.1": (*_CONFLICTS_AT_HAND, *_SINCE_LAYOUT_2, *_SINCE_SCHEMA_2),
    "2.2": (*_SINCE_LAYOUT_2, *_SINCE_SCHEMA_2),
    "2.3": _SINCE_SCHEMA_2,
    "3.3": _SELDOM_DONE,
}
"""What brings a working copy of an earlier layout to this one: its edits may be unsaved."""
SCHEMA = f"""
    CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE unsaved (paper INTEGER PRIMARY KEY, version INTEGER NOT NULL);
    CREATE TABLE unindexed (paper INTEGER PRIMARY KEY, version INTEGER NOT NULL);
    CREATE INDEX paper_by_key ON paper (key COLLATE NOCASE);
    CREATE INDEX paper_by_date ON paper (published);
    {"; ".join(_LATEST_FIRST)};
    CREATE INDEX tag_papers ON paper_tag (tag);
    CREATE INDEX journal_by_paper ON journal (paper);
    CREATE INDEX journal_by_machine ON journal (machine, batch);
    {"; ".join((*_CONFLICTS_AT_HAND, *_SELDOM_DONE))};
    {"; ".join(_COUNTS_AT_HAND)};
    INSERT INTO meta VALUES ('saved', 0);
"""
"""What a working copy has beside the tables of the library."""


def layout_now() -> str:
    """Return the name of the present layout: that of the library's tables, and our own."""
    return f"{SCHEMA_VERSION}.{_LAYOUT}"
