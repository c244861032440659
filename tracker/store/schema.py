"""The tables, as migrations that only go forward, each in its own transaction."""

from typing import TYPE_CHECKING

from sqlite_utils import Migrations

from tracker.store.filters import CODE

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Migrations("tracker")

_ITEMS = """
CREATE TABLE items (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('paper', 'post')),
    title TEXT NOT NULL,
    authors TEXT NOT NULL DEFAULT '[]',
    author TEXT NOT NULL DEFAULT '',
    network TEXT NOT NULL DEFAULT '',
    venue TEXT NOT NULL DEFAULT '',
    year INTEGER,
    track TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    categories TEXT NOT NULL DEFAULT '[]',
    keywords TEXT NOT NULL DEFAULT '[]',
    published TEXT,
    announced TEXT,
    first_seen TEXT NOT NULL,
    date TEXT NOT NULL,
    origin TEXT NOT NULL,
    lead TEXT NOT NULL,
    version INTEGER,
    title_key TEXT NOT NULL,
    text_hash INTEGER NOT NULL,
    url TEXT NOT NULL DEFAULT '',
    pdf_url TEXT NOT NULL DEFAULT '',
    comment TEXT NOT NULL DEFAULT '',
    tldr TEXT NOT NULL DEFAULT '',
    links TEXT NOT NULL DEFAULT '[]',
    text TEXT NOT NULL DEFAULT ''
);
CREATE INDEX items_by_date ON items (kind, date DESC, row DESC);
CREATE INDEX items_by_any_date ON items (date DESC, row DESC);
CREATE INDEX items_by_title ON items (title_key);
CREATE INDEX items_by_text ON items (text_hash);
CREATE INDEX items_by_venue ON items (venue, year);

CREATE TABLE identifiers (
    identifier TEXT PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX identifiers_of_item ON identifiers (item);

CREATE TABLE sightings (
    source TEXT NOT NULL,
    key TEXT NOT NULL,
    item INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE,
    venue TEXT NOT NULL DEFAULT '',
    year INTEGER,
    track TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT '',
    engagement TEXT NOT NULL DEFAULT '{}',
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    digest INTEGER NOT NULL,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE INDEX sightings_of_item ON sightings (item);
CREATE INDEX sightings_by_edition ON sightings (venue, year);

CREATE TABLE mentions (
    post INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE,
    identifier TEXT NOT NULL,
    how TEXT NOT NULL,
    confidence REAL NOT NULL,
    PRIMARY KEY (post, identifier)
) WITHOUT ROWID;
CREATE INDEX mentions_by_identifier ON mentions (identifier);

CREATE TABLE marks (
    item INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE,
    read_at TEXT,
    starred_at TEXT,
    hidden_at TEXT,
    rating INTEGER,
    note TEXT NOT NULL DEFAULT ''
);
CREATE INDEX marks_hidden ON marks (item) WHERE hidden_at IS NOT NULL;
CREATE INDEX marks_starred ON marks (item) WHERE starred_at IS NOT NULL;
CREATE TABLE tags (
    item INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (item, tag)
) WITHOUT ROWID;

CREATE TABLE models (model INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL);
CREATE TABLE vectors (
    model INTEGER NOT NULL REFERENCES models (model),
    text_hash INTEGER NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (model, text_hash)
);

CREATE TABLE item_phrases (
    item INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE,
    text_hash INTEGER NOT NULL,
    title BLOB NOT NULL,
    body BLOB NOT NULL,
    surfaces TEXT NOT NULL
);

CREATE TABLE changes (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    item INTEGER NOT NULL,
    operation TEXT NOT NULL CHECK (operation IN ('text', 'vector', 'removed')),
    UNIQUE (item, operation)
);

CREATE TABLE sources (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'new',
    message TEXT NOT NULL DEFAULT '',
    remedy TEXT NOT NULL DEFAULT '',
    cursor TEXT NOT NULL DEFAULT '{}',
    last_tried TEXT,
    last_ok TEXT,
    failures INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE hosts (host TEXT PRIMARY KEY, next_allowed REAL NOT NULL);
CREATE TABLE validators (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT);
CREATE TABLE runs (
    run INTEGER PRIMARY KEY AUTOINCREMENT,
    command TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    new INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0
);

CREATE VIRTUAL TABLE items_text USING fts5 (
    title, text, authors, keywords, tldr,
    content = 'items', content_rowid = 'row', tokenize = "porter unicode61 remove_diacritics 2", detail = full
);
"""

_TRIGGERS = """
CREATE TRIGGER items_added AFTER INSERT ON items BEGIN
    INSERT INTO items_text (rowid, title, text, authors, keywords, tldr)
        VALUES (new.row, new.title, new.text, new.authors, new.keywords, new.tldr);
    INSERT OR REPLACE INTO changes (item, operation) VALUES (new.row, 'text');
END;
CREATE TRIGGER items_edited AFTER UPDATE OF title, text, authors, keywords, tldr ON items BEGIN
    INSERT INTO items_text (items_text, rowid, title, text, authors, keywords, tldr)
        VALUES ('delete', old.row, old.title, old.text, old.authors, old.keywords, old.tldr);
    INSERT INTO items_text (rowid, title, text, authors, keywords, tldr)
        VALUES (new.row, new.title, new.text, new.authors, new.keywords, new.tldr);
    INSERT OR REPLACE INTO changes (item, operation) VALUES (new.row, 'text');
END;
CREATE TRIGGER items_removed AFTER DELETE ON items BEGIN
    INSERT INTO items_text (items_text, rowid, title, text, authors, keywords, tldr)
        VALUES ('delete', old.row, old.title, old.text, old.authors, old.keywords, old.tldr);
    INSERT OR REPLACE INTO changes (item, operation) VALUES (old.row, 'removed');
END;
"""


_HUB = """
CREATE TABLE title_keys (
    key INTEGER NOT NULL,
    item INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE,
    PRIMARY KEY (key, item)
) WITHOUT ROWID;
CREATE INDEX title_keys_of_item ON title_keys (item);
CREATE TABLE title_words (word TEXT PRIMARY KEY, papers INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX items_by_kind_and_text ON items (kind, text_hash);
CREATE TABLE linked (
    item INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE,
    text_hash INTEGER NOT NULL
);
ALTER TABLE items ADD COLUMN story INTEGER;
DROP INDEX items_by_date;
CREATE INDEX items_by_date ON items (kind, date DESC, row DESC, story);
DROP INDEX items_by_any_date;
CREATE INDEX items_by_any_date ON items (date DESC, row DESC, story);
CREATE INDEX items_by_story ON items (story) WHERE story IS NOT NULL;
CREATE TABLE voices (
    network TEXT NOT NULL,
    author TEXT NOT NULL,
    said INTEGER NOT NULL DEFAULT 0,
    is_bot INTEGER NOT NULL DEFAULT 0,
    why TEXT NOT NULL DEFAULT '',
    posts INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (network, author)
) WITHOUT ROWID;
CREATE INDEX items_by_voice ON items (network, author, published) WHERE kind = 'post';
CREATE TABLE lookups (identifier TEXT PRIMARY KEY, asked TEXT NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE moves (url TEXT PRIMARY KEY, target TEXT NOT NULL, times INTEGER NOT NULL) WITHOUT ROWID;
"""

_SAVED = """
CREATE TABLE searches (
    search INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    query TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    known INTEGER NOT NULL,
    looked INTEGER NOT NULL,
    announced_at TEXT
);
CREATE TABLE matches (
    search INTEGER NOT NULL REFERENCES searches (search) ON DELETE CASCADE,
    item INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE,
    found_at TEXT NOT NULL,
    announced_at TEXT,
    seen_at TEXT,
    PRIMARY KEY (search, item)
) WITHOUT ROWID;
CREATE INDEX matches_of_item ON matches (item);
CREATE INDEX matches_unannounced ON matches (search) WHERE announced_at IS NULL;
CREATE INDEX matches_unseen ON matches (search) WHERE seen_at IS NULL;
CREATE TABLE awaiting_vectors (item INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE);
"""


_CATEGORIES = """
CREATE TABLE item_categories (
    category TEXT NOT NULL COLLATE NOCASE,
    item INTEGER NOT NULL REFERENCES items (row) ON DELETE CASCADE,
    PRIMARY KEY (category, item)
) WITHOUT ROWID;
CREATE INDEX item_categories_of_item ON item_categories (item);
INSERT OR IGNORE INTO item_categories (category, item)
    SELECT value, row FROM items, json_each(json_insert(categories, '$[#]', category)) WHERE value != '';
"""

_CATEGORY_TRIGGERS = """
CREATE TRIGGER categories_added AFTER INSERT ON items WHEN new.category != '' OR new.categories != '[]' BEGIN
    INSERT OR IGNORE INTO item_categories (category, item)
        SELECT value, new.row FROM json_each(json_insert(new.categories, '$[#]', new.category)) WHERE value != '';
END;
CREATE TRIGGER categories_edited AFTER UPDATE OF category, categories ON items BEGIN
    DELETE FROM item_categories WHERE item = new.row;
    INSERT OR IGNORE INTO item_categories (category, item)
        SELECT value, new.row FROM json_each(json_insert(new.categories, '$[#]', new.category)) WHERE value != '';
END;
"""


_AWAITED = """
CREATE TABLE awaiting_phrases (item INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE);
INSERT INTO awaiting_phrases (item) SELECT items.row FROM items LEFT JOIN item_phrases ON item_phrases.item = items.row
    WHERE item_phrases.text_hash IS NOT items.text_hash;
"""

_AWAITED_TRIGGERS = """
CREATE TRIGGER phrases_awaited_by_new AFTER INSERT ON items BEGIN
    INSERT OR IGNORE INTO awaiting_phrases (item) VALUES (new.row);
END;
CREATE TRIGGER phrases_awaited_by_edited AFTER UPDATE OF text_hash ON items WHEN new.text_hash IS NOT old.text_hash BEGIN
    INSERT OR IGNORE INTO awaiting_phrases (item) VALUES (new.row);
END;
CREATE TRIGGER phrases_awaited_by_dropped AFTER DELETE ON item_phrases BEGIN
    INSERT OR IGNORE INTO awaiting_phrases (item) SELECT row FROM items WHERE row = old.item;
END;
"""


_ANSWERS = """
CREATE TABLE answers (
    post INTEGER PRIMARY KEY REFERENCES items (row) ON DELETE CASCADE,
    answered TEXT NOT NULL,
    thread TEXT NOT NULL
);
CREATE INDEX answers_to ON answers (answered);
CREATE INDEX answers_in_thread ON answers (thread) WHERE thread != '';
"""


@migrations()
def m001_first_tables(database: "Database") -> None:
    """Create everything of the first version."""
    for statement in _statements(_ITEMS):
        database.execute(statement)
    for trigger in _TRIGGERS.split("END;\n"):
        if trigger.strip():
            database.execute(trigger + "END")


@migrations()
def m002_larger_text_batches(database: "Database") -> None:
    """Let the full text index gather 32 MB before it writes a segment: bulk imports spend half as long merging."""
    database.execute("INSERT INTO items_text (items_text, rank) VALUES ('hashsize', 33554432)")


@migrations()
def m003_indexes_of_filters(database: "Database") -> None:
    """Let `venue:`, `source:` and `year:` read an index of sightings instead of asking row by row."""
    database.execute("DROP INDEX sightings_by_edition")
    database.execute("CREATE INDEX sightings_by_venue ON sightings (venue COLLATE NOCASE, year, item)")
    database.execute("CREATE INDEX sightings_by_year ON sightings (year, item)")
    database.execute("CREATE INDEX sightings_by_source ON sightings (source, item)")


@migrations()
def m004_spending(database: "Database") -> None:
    """Keep what was spent on paid services, a line a service and UTC day."""
    database.execute(
        "CREATE TABLE spending (account TEXT NOT NULL, day TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (account, day)) WITHOUT ROWID"
    )


@migrations()
def m005_hub(database: "Database") -> None:
    """Add what joins posts and papers beyond their links: titles, stories, voices, and papers looked up by name."""
    for statement in _statements(_HUB):
        database.execute(statement)


@migrations()
def m006_saved_searches(database: "Database") -> None:
    """Keep searches, what matched them, and what was told of it."""
    for statement in _statements(_SAVED):
        database.execute(statement)


@migrations()
def m007_indexes_of_wide_filters(database: "Database") -> None:
    """Let `category:` and `has:code` read an index instead of every item."""
    for statement in (
        *_statements(_CATEGORIES),
        *(f"{trigger}END" for trigger in _CATEGORY_TRIGGERS.split("END;\n") if trigger.strip()),
    ):
        database.execute(statement)
    database.execute(f"CREATE INDEX items_with_code ON items (row) WHERE {CODE}")


@migrations()
def m008_deliveries(database: "Database") -> None:
    """Keep what was delivered where, so that nothing is sent a second time."""
    database.execute(
        "CREATE TABLE deliveries (edition TEXT NOT NULL, role TEXT NOT NULL, place TEXT NOT NULL, first_tried TEXT NOT NULL,"
        " delivered_at TEXT, message TEXT NOT NULL DEFAULT '', PRIMARY KEY (edition, role, place)) WITHOUT ROWID"
    )


@migrations()
def m009_phrases_with_versions(database: "Database") -> None:
    """Extract phrases anew, which the next trends do: a name and its version are one unit now."""
    database.execute("DELETE FROM item_phrases")


@migrations()
def m010_slots_of_conferences(database: "Database") -> None:
    """Keep when and where papers are shown; the lists of conferences are read anew, since they were stored without."""
    database.execute("ALTER TABLE sightings ADD COLUMN slots TEXT NOT NULL DEFAULT '[]'")
    database.execute("DELETE FROM validators WHERE url LIKE '%/static/virtual/data/%'")


@migrations()
def m011_phrases_awaited(database: "Database") -> None:
    """Keep which items wait for their phrases, so that a week asks what is new and not the whole store."""
    for statement in (
        *_statements(_AWAITED),
        *(f"{trigger}END" for trigger in _AWAITED_TRIGGERS.split("END;\n") if trigger.strip()),
    ):
        database.execute(statement)


@migrations()
def m012_threads(database: "Database") -> None:
    """Keep what a post answers and the thread it stands in: a row only for posts that do, names that need not be stored."""
    for statement in _statements(_ANSWERS):
        database.execute(statement)


def _statements(script: str) -> list[str]:
    """Split a script of plain statements; `executescript` would commit the migration's transaction."""
    return [statement for statement in script.split(";\n") if statement.strip()]
