-- Why: partners follow what happens by cursors, and must never miss what was committed. Positions are therefore given
-- only to events that can be seen, one after the other under a lock: whatever is seen later gets a later one. A number
-- that a writer draws for itself would not do, because who draws it first may commit last.
--
-- `serial` is the order in which events were written, so that those of one row come in the order in which they happened
-- (whoever writes the second has waited for the first). The numbers of transactions are not kept: they mean nothing in a
-- restored dump.
CREATE TABLE event_position (
  account_id uuid NOT NULL,
  event_id uuid NOT NULL,
  serial bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  position bigint,
  PRIMARY KEY (account_id, event_id),
  UNIQUE (account_id, position),
  FOREIGN KEY (account_id, event_id) REFERENCES event (account_id, id) ON DELETE CASCADE
);
CREATE INDEX event_position_waiting ON event_position (account_id, serial) WHERE position IS NULL;

INSERT INTO event_position (account_id, event_id, position)
SELECT account_id, id, row_number() OVER (PARTITION BY account_id ORDER BY created_at, id)
FROM event ORDER BY created_at, id;

CREATE FUNCTION event_placed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event_position (account_id, event_id) VALUES (NEW.account_id, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER event_placed AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_placed();
