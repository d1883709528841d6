-- Why: history is chained by hashes, and the chain's end is signed again and again, so that nobody can change what was
-- written without being noticed.
CREATE TABLE audit_entry (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  position INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  said TEXT NOT NULL,
  link TEXT NOT NULL CHECK (length(link) = 64),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, position),
  UNIQUE (account_id, event_id)
) STRICT;

CREATE TABLE audit_checkpoint (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  position INTEGER NOT NULL,
  link TEXT NOT NULL CHECK (length(link) = 64),
  signature TEXT NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT;
CREATE INDEX audit_checkpoint_position ON audit_checkpoint (account_id, position);

-- Rows go only with their whole account: by then the account's row is gone.
CREATE TRIGGER audit_entry_append_only_update BEFORE UPDATE ON audit_entry
BEGIN
  SELECT RAISE(ABORT, 'audit_entry_append_only');
END;
CREATE TRIGGER audit_entry_append_only_delete BEFORE DELETE ON audit_entry
WHEN EXISTS (SELECT 1 FROM account WHERE id = OLD.account_id)
BEGIN
  SELECT RAISE(ABORT, 'audit_entry_append_only');
END;
CREATE TRIGGER audit_checkpoint_append_only_update BEFORE UPDATE ON audit_checkpoint
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoint_append_only');
END;
CREATE TRIGGER audit_checkpoint_append_only_delete BEFORE DELETE ON audit_checkpoint
WHEN EXISTS (SELECT 1 FROM account WHERE id = OLD.account_id)
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoint_append_only');
END;
