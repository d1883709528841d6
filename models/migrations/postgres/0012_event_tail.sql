-- Why: whoever watches bookings live must hear of each event soon after its transaction has committed, whichever process
-- wrote it. `event_tail` names the latest events of all accounts, by ids alone; it is the one table in which a reader
-- looks at several accounts at once, and it is emptied after an hour.
--
-- `transaction_id` says what a reader has seen: with the snapshot of its last look it finds exactly what has become
-- visible since, also the events of a transaction that began early and committed late.
CREATE TABLE event_tail (
  account_id uuid NOT NULL,
  event_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  subject varchar(30) NOT NULL,
  subject_id uuid NOT NULL,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  PRIMARY KEY (account_id, event_id)
);
CREATE INDEX event_tail_transaction ON event_tail (transaction_id);
CREATE INDEX event_tail_created_at ON event_tail (created_at);

CREATE FUNCTION event_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event_tail (account_id, event_id, created_at, subject, subject_id)
  VALUES (NEW.account_id, NEW.id, NEW.created_at, NEW.subject, NEW.subject_id);
  RETURN NULL;
END $$;
CREATE TRIGGER event_told AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_told();
