-- Why: whoever watches bookings live must hear of each event soon after its transaction has committed, whichever process
-- wrote it. `event_tail` names the latest events of all accounts, by ids alone; it is the one table in which a reader
-- looks at several accounts at once, and it is emptied after an hour.
--
-- `position` grows in the order of commits, because one transaction writes at a time; AUTOINCREMENT never gives a number
-- twice, so that what was removed hides nothing that is new.
CREATE TABLE event_tail (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  subject TEXT NOT NULL CHECK (length(subject) <= 30),
  subject_id TEXT NOT NULL
) STRICT;
CREATE INDEX event_tail_created_at ON event_tail (created_at);

CREATE TRIGGER event_told AFTER INSERT ON event BEGIN
  INSERT INTO event_tail (account_id, event_id, created_at, subject, subject_id)
  VALUES (NEW.account_id, NEW.id, NEW.created_at, NEW.subject, NEW.subject_id);
END;
