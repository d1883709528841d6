-- A parent with a CASCADE child, one constraint of every kind; semicolons; in a comment.
CREATE TABLE shelf (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    size INTEGER NOT NULL DEFAULT 0,
    at TEXT,
    CONSTRAINT shelf_size_is_positive CHECK (size >= 0),
    CONSTRAINT shelf_has_its_name UNIQUE (name)
) STRICT;

CREATE TABLE book (
    id TEXT PRIMARY KEY,
    shelf_id TEXT NOT NULL REFERENCES shelf (id) ON DELETE CASCADE,
    title TEXT NOT NULL
) STRICT;

CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;

CREATE TRIGGER book_is_allowed BEFORE INSERT ON book WHEN NEW.title = 'forbidden;'
BEGIN
    SELECT RAISE(ABORT, 'book_is_allowed');
END;

CREATE TRIGGER shelf_counts_its_changes AFTER UPDATE ON shelf
BEGIN
    INSERT INTO counter VALUES ('changes', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1;
END;
