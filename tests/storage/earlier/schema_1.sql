-- A library as the first schema had it.
BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'readinglist','m0001_papers_and_journal','2026-01-02 03:04:05+00:00');
CREATE TABLE journal (
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
        ) STRICT;
INSERT INTO "journal" VALUES(3766351884779984343,'desk-0a1b2c',3766351884779984343,'2026-01-02T03:04:05Z','import',NULL,1859901286104734218,'SlowRiversBeta2026','paper',NULL,'monday.txt');
INSERT INTO "journal" VALUES(3766351884779984344,'desk-0a1b2c',3766351884779984343,'2026-01-02T03:04:05Z','import',NULL,3579076539644352422,'TikhiiDonRevisited','paper',NULL,'monday.txt');
INSERT INTO "journal" VALUES(3766351884779984345,'desk-0a1b2c',3766351884779984343,'2026-01-02T03:04:05Z','import',NULL,5681256526831403474,'PaperGoes','paper',NULL,'monday.txt');
INSERT INTO "journal" VALUES(3766351884779984346,'desk-0a1b2c',3766351884779984343,'2026-01-02T03:04:05Z','import',NULL,3663116038892536005,'EmigreVerbs','paper',NULL,'monday.txt');
INSERT INTO "journal" VALUES(3766351884816670177,'desk-0a1b2c',3766351884816670177,'2026-01-02T03:04:05Z','import',NULL,1258505172306794918,'rao2019tides','paper',NULL,'refs.bib');
INSERT INTO "journal" VALUES(3766351884888788112,'desk-0a1b2c',3766351884888788112,'2026-01-02T03:04:05Z','edit',NULL,1859901286104734218,'SlowRiversBeta2026','status','unread','read');
INSERT INTO "journal" VALUES(3766351884888788113,'desk-0a1b2c',3766351884888788112,'2026-01-02T03:04:05Z','edit',NULL,1859901286104734218,'SlowRiversBeta2026','tag',NULL,'thesis');
INSERT INTO "journal" VALUES(3766351884888788114,'desk-0a1b2c',3766351884888788112,'2026-01-02T03:04:05Z','edit',NULL,1859901286104734218,'SlowRiversBeta2026','tag',NULL,'due:2026-12-01');
INSERT INTO "journal" VALUES(3766351884888788115,'desk-0a1b2c',3766351884888788112,'2026-01-02T03:04:05Z','edit',NULL,1258505172306794918,'rao2019tides','status','unread','read');
INSERT INTO "journal" VALUES(3766351884888788116,'desk-0a1b2c',3766351884888788112,'2026-01-02T03:04:05Z','edit',NULL,1258505172306794918,'rao2019tides','tag',NULL,'thesis');
INSERT INTO "journal" VALUES(3766351884888788117,'desk-0a1b2c',3766351884888788112,'2026-01-02T03:04:05Z','edit',NULL,1258505172306794918,'rao2019tides','tag',NULL,'due:2026-12-01');
INSERT INTO "journal" VALUES(3766351884909505098,'desk-0a1b2c',3766351884909505098,'2026-01-02T03:04:05Z','edit',NULL,3663116038892536005,'EmigreVerbs','priority','none','high');
INSERT INTO "journal" VALUES(3766351884930836667,'desk-0a1b2c',3766351884930836667,'2026-01-02T03:04:05Z','edit',NULL,1859901286104734218,'SlowRiversBeta2026','note',NULL,'Line one

See [[rao2019tides]] — ça marche.');
INSERT INTO "journal" VALUES(3766351884938387397,'desk-0a1b2c',3766351884938387397,'2026-01-02T03:04:05Z','edit',NULL,3663116038892536005,'EmigreVerbs','key','EmigreVerbs','verbs2026');
INSERT INTO "journal" VALUES(3766351884938387398,'desk-0a1b2c',3766351884938387397,'2026-01-02T03:04:05Z','edit',NULL,3663116038892536005,'EmigreVerbs','venue',NULL,'Proc. of Verbs');
INSERT INTO "journal" VALUES(3766351884938387399,'desk-0a1b2c',3766351884938387397,'2026-01-02T03:04:05Z','edit',NULL,3663116038892536005,'EmigreVerbs','arxiv',NULL,'2601.00017');
INSERT INTO "journal" VALUES(3766351884947937342,'desk-0a1b2c',3766351884947937342,'2026-01-02T03:04:05Z','edit',NULL,1258505172306794918,'rao2019tides','status','read','skipped');
INSERT INTO "journal" VALUES(3766351884951559598,'desk-0a1b2c',3766351884951559598,'2026-01-02T03:04:05Z','undo',3766351884947937342,1258505172306794918,'rao2019tides','status','skipped','read');
INSERT INTO "journal" VALUES(3766351884972023094,'desk-0a1b2c',3766351884972023094,'2026-01-02T03:04:05Z','edit',NULL,5681256526831403474,'PaperGoes','source','6251625261654569835',NULL);
INSERT INTO "journal" VALUES(3766351884972023095,'desk-0a1b2c',3766351884972023094,'2026-01-02T03:04:05Z','edit',NULL,5681256526831403474,'PaperGoes','paper','{"title": "A Paper that Goes", "id": 5681256526831403474, "key": "PaperGoes", "key_frozen": false, "type": "misc", "authors": [], "author_count": null, "organization": null, "abstract": "We study how careful measurement changes what people believe about their programs, and find in three experiments that a number beats an opinion.", "published": null, "venue": null, "arxiv": null, "doi": null, "url": null, "links": [], "comments": null, "status": "unread", "priority": "none", "tags": [], "note": null, "added_at": "2026-11-29T07:15:29.449343Z", "sources": ["monday.txt"]}',NULL);
CREATE TABLE key_alias (
            key TEXT PRIMARY KEY,
            paper INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
INSERT INTO "key_alias" VALUES('EmigreVerbs',3663116038892536005);
CREATE TABLE paper (
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
        ) STRICT;
INSERT INTO "paper" VALUES(1258505172306794918,'rao2019tides',0,'article','Tides in Teacups','["Rao, Ila", "O''Neil, Sam"]',NULL,NULL,NULL,'2019','Journal of Fluid Surprises',NULL,'10.1000/tides.7',NULL,NULL,NULL,'read','none',NULL,'2026-01-02T03:04:05Z');
INSERT INTO "paper" VALUES(1859901286104734218,'SlowRiversBeta2026',0,'misc','Slow Rivers of $\beta$-Carotene',NULL,7,NULL,'We study how careful measurement changes what people believe about their programs, and find in three experiments that a number beats an opinion.','2026-01-01',NULL,NULL,NULL,NULL,NULL,NULL,'read','none','Line one

See [[rao2019tides]] — ça marche.','2026-01-02T03:04:05Z');
INSERT INTO "paper" VALUES(3579076539644352422,'TikhiiDonRevisited',0,'misc','Тихий Дон Revisited',NULL,NULL,NULL,'We study how careful measurement changes what people believe about their programs, and find in three experiments that a number beats an opinion.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'unread','none',NULL,'2026-01-02T03:04:05Z');
INSERT INTO "paper" VALUES(3663116038892536005,'verbs2026',0,'misc','Émigré Verbs',NULL,NULL,NULL,'We study how careful measurement changes what people believe about their programs, and find in three experiments that a number beats an opinion.',NULL,'Proc. of Verbs','2601.00017',NULL,NULL,NULL,NULL,'unread','high',NULL,'2026-01-02T03:04:05Z');
CREATE TABLE paper_source (
            paper INTEGER NOT NULL,
            source INTEGER NOT NULL,
            PRIMARY KEY (paper, source)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "paper_source" VALUES(1258505172306794918,3816425100347039574);
INSERT INTO "paper_source" VALUES(1859901286104734218,6251625261654569835);
INSERT INTO "paper_source" VALUES(3579076539644352422,6251625261654569835);
INSERT INTO "paper_source" VALUES(3663116038892536005,6251625261654569835);
CREATE TABLE paper_tag (
            paper INTEGER NOT NULL,
            tag TEXT NOT NULL,
            PRIMARY KEY (paper, tag)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "paper_tag" VALUES(1258505172306794918,'due:2026-12-01');
INSERT INTO "paper_tag" VALUES(1258505172306794918,'thesis');
INSERT INTO "paper_tag" VALUES(1859901286104734218,'due:2026-12-01');
INSERT INTO "paper_tag" VALUES(1859901286104734218,'thesis');
CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            format TEXT NOT NULL,
            added_at TEXT NOT NULL
        ) STRICT;
INSERT INTO "source" VALUES(3816425100347039574,'refs.bib','bibtex','2026-01-02T03:04:05Z');
INSERT INTO "source" VALUES(6251625261654569835,'monday.txt','daily-papers','2026-01-02T03:04:05Z');
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
COMMIT;
PRAGMA application_id = 1380733780;
PRAGMA user_version = 1;
