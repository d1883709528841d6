-- Why: history is chained by hashes, and the chain's end is signed again and again, so that nobody can change what was
-- written without being noticed.
CREATE TABLE audit_entry (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  position bigint NOT NULL,
  event_id uuid NOT NULL,
  said text NOT NULL,
  link varchar(64) NOT NULL CHECK (length(link) = 64),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, position),
  UNIQUE (account_id, event_id)
);

CREATE TABLE audit_checkpoint (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  position bigint NOT NULL,
  link varchar(64) NOT NULL CHECK (length(link) = 64),
  signature varchar(128) NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX audit_checkpoint_position ON audit_checkpoint (account_id, position);

-- Rows go only with their whole account (the cascade runs inside another trigger).
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN OLD; END IF;
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_append_only',
    MESSAGE = 'audit_append_only: what was sealed is not changed';
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_checkpoint_append_only BEFORE UPDATE OR DELETE ON audit_checkpoint
  FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_entry_append_only_truncate BEFORE TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_checkpoint_append_only_truncate BEFORE TRUNCATE ON audit_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
