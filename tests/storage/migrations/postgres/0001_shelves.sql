-- A parent with a CASCADE child, one constraint of every kind; semicolons; in a comment.
CREATE TABLE shelf (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    size integer NOT NULL DEFAULT 0,
    at timestamptz,
    CONSTRAINT shelf_size_is_positive CHECK (size >= 0),
    CONSTRAINT shelf_has_its_name UNIQUE (name)
);

CREATE TABLE book (
    id uuid PRIMARY KEY,
    shelf_id uuid NOT NULL CONSTRAINT book_stands_on_a_shelf REFERENCES shelf (id) ON DELETE CASCADE,
    title text NOT NULL
);

CREATE TABLE counter (name text PRIMARY KEY, value integer NOT NULL);

CREATE TABLE visit (during tstzrange NOT NULL, CONSTRAINT visit_is_alone EXCLUDE USING gist (during WITH &&));

CREATE FUNCTION refuse_book() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'book_is_allowed';
END $$;
CREATE TRIGGER book_is_allowed BEFORE INSERT ON book
    FOR EACH ROW WHEN (NEW.title = 'forbidden;') EXECUTE FUNCTION refuse_book();

CREATE FUNCTION count_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO counter VALUES ('changes', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER shelf_counts_its_changes AFTER UPDATE ON shelf FOR EACH ROW EXECUTE FUNCTION count_changes();
