-- Why: the services of a visit may be with several people and have time between. Each service of a booking or a hold is
-- a segment with its person and what was promised about the time around it; of one service there is one.

ALTER TABLE service ADD COLUMN gap_after_minutes INTEGER NOT NULL DEFAULT 0
  CHECK (gap_after_minutes BETWEEN 0 AND 720);
ALTER TABLE service ADD COLUMN maximum_wait_minutes INTEGER NOT NULL DEFAULT 0
  CHECK (maximum_wait_minutes BETWEEN 0 AND 720);

-- SQLite adds no foreign key of two columns to a table: both are made anew, with their indexes and triggers.
CREATE TABLE segment_with_staff (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT,
  hold_id TEXT,
  place INTEGER NOT NULL CHECK (place >= 0),
  service_id TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  price_minor INTEGER,
  currency TEXT CHECK (length(currency) <= 3),
  before_minutes INTEGER NOT NULL DEFAULT 0 CHECK (before_minutes BETWEEN 0 AND 720),
  after_minutes INTEGER NOT NULL DEFAULT 0 CHECK (after_minutes BETWEEN 0 AND 720),
  gap_minutes INTEGER NOT NULL DEFAULT 0 CHECK (gap_minutes BETWEEN 0 AND 720),
  wait_minutes INTEGER NOT NULL DEFAULT 0 CHECK (wait_minutes BETWEEN 0 AND 720),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id, place),
  UNIQUE (account_id, hold_id, place),
  CONSTRAINT segment_of_one CHECK ((booking_id IS NULL) <> (hold_id IS NULL)),
  CONSTRAINT segment_forward CHECK (starts_at < ends_at),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
) STRICT;
-- Until now all of a visit was with one person, with buffers at its ends alone.
INSERT INTO segment_with_staff (
  account_id, id, created_at, booking_id, hold_id, place, service_id, staff_id, starts_at, ends_at, price_minor,
  currency, before_minutes, after_minutes
)
SELECT s.account_id, s.id, s.created_at, s.booking_id, s.hold_id, s.place, s.service_id,
  COALESCE(b.staff_id, h.staff_id), s.starts_at, s.ends_at, s.price_minor, s.currency,
  CASE WHEN s.starts_at = b.starts_at THEN b.before_minutes ELSE 0 END,
  CASE WHEN s.ends_at = b.ends_at THEN b.after_minutes ELSE 0 END
FROM segment s
LEFT JOIN booking b ON b.account_id = s.account_id AND b.id = s.booking_id
LEFT JOIN hold h ON h.account_id = s.account_id AND h.id = s.hold_id;
DROP TABLE segment;
ALTER TABLE segment_with_staff RENAME TO segment;
-- What is of one service had no segment: its own id serves for that one row too.
INSERT INTO segment (
  account_id, id, created_at, booking_id, place, service_id, staff_id, starts_at, ends_at, price_minor, currency,
  before_minutes, after_minutes
)
SELECT b.account_id, b.id, b.created_at, b.id, 0, b.service_id, b.staff_id, b.starts_at, b.ends_at, b.price_minor,
  b.currency, b.before_minutes, b.after_minutes
FROM booking b
WHERE NOT EXISTS (SELECT 1 FROM segment s WHERE s.account_id = b.account_id AND s.booking_id = b.id);
INSERT INTO segment (account_id, id, created_at, hold_id, place, service_id, staff_id, starts_at, ends_at)
SELECT h.account_id, h.id, h.created_at, h.id, 0, h.service_id, h.staff_id, h.starts_at, h.ends_at
FROM hold h
WHERE NOT EXISTS (SELECT 1 FROM segment s WHERE s.account_id = h.account_id AND s.hold_id = h.id);
CREATE INDEX segment_service ON segment (account_id, service_id, starts_at);
CREATE INDEX segment_staff ON segment (account_id, staff_id, starts_at);

-- Which of the segments blocks the time: a calendar may serve several of them.
CREATE TABLE occupancy_of_segments (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  booking_id TEXT,
  hold_id TEXT,
  group_session_id TEXT,
  place INTEGER NOT NULL DEFAULT 0 CHECK (place >= 0),
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  expires INTEGER,
  overlapping INTEGER NOT NULL DEFAULT 0 CHECK (overlapping IN (0, 1)),
  PRIMARY KEY (account_id, id),
  -- A day of appointment and half a day of buffer on either side: this bounds how far back an overlap can begin.
  CONSTRAINT occupancy_bounded CHECK (starts < ends AND ends - starts <= 172800),
  CONSTRAINT occupancy_whole_minutes CHECK (starts % 60 = 0 AND ends % 60 = 0),
  CONSTRAINT occupancy_of_one CHECK (
    (booking_id IS NOT NULL) + (hold_id IS NOT NULL) + (group_session_id IS NOT NULL) = 1
  ),
  CONSTRAINT occupancy_hold_expires CHECK ((hold_id IS NULL) = (expires IS NULL)),
  UNIQUE (account_id, booking_id, calendar_id, place),
  UNIQUE (account_id, hold_id, calendar_id, place),
  UNIQUE (account_id, group_session_id, calendar_id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO occupancy_of_segments (
  account_id, id, created_at, calendar_id, booking_id, hold_id, group_session_id, place, starts, ends, expires,
  overlapping
)
SELECT o.account_id,
  CASE WHEN COALESCE(s.place, 0) = 0 THEN o.id ELSE lower(
    hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a'
    || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))) END,
  o.created_at, o.calendar_id, o.booking_id, o.hold_id, o.group_session_id, COALESCE(s.place, 0),
  CASE WHEN COALESCE(s.place, 0) = 0 THEN o.starts ELSE CAST(strftime('%s', s.starts_at) AS INTEGER) END,
  CASE WHEN n.id IS NULL THEN o.ends ELSE CAST(strftime('%s', s.ends_at) AS INTEGER) END,
  o.expires, o.overlapping
FROM occupancy o
LEFT JOIN segment s ON s.account_id = o.account_id AND (s.booking_id = o.booking_id OR s.hold_id = o.hold_id)
LEFT JOIN segment n ON n.account_id = s.account_id AND n.place = s.place + 1
  AND (n.booking_id = s.booking_id OR n.hold_id = s.hold_id);
DROP TABLE occupancy;
ALTER TABLE occupancy_of_segments RENAME TO occupancy;
CREATE INDEX occupancy_when ON occupancy (account_id, calendar_id, starts, ends);

CREATE TRIGGER occupancy_apart_insert BEFORE INSERT ON occupancy
WHEN NOT NEW.overlapping AND EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;
CREATE TRIGGER occupancy_apart_update BEFORE UPDATE ON occupancy
WHEN NOT NEW.overlapping AND EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;
