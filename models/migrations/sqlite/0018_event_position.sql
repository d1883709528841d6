-- Why: partners follow what happens by cursors, and must never miss what was committed. One transaction writes at a time,
-- so that the number which an event gets where it is written is its place in the order of commits.
CREATE TABLE event_position (
  account_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (account_id, event_id),
  UNIQUE (account_id, position),
  FOREIGN KEY (account_id, event_id) REFERENCES event (account_id, id) ON DELETE CASCADE
) STRICT;

INSERT INTO event_position (account_id, event_id, position)
SELECT account_id, id, row_number() OVER (PARTITION BY account_id ORDER BY created_at, id) FROM event;

CREATE TRIGGER event_placed AFTER INSERT ON event BEGIN
  INSERT INTO event_position (account_id, event_id, position)
  VALUES (NEW.account_id, NEW.id,
    (SELECT coalesce(max(position), 0) + 1 FROM event_position WHERE account_id = NEW.account_id));
END;
