-- Why: several parties share one appointment. A group session blocks its time once; bookings and holds take seats in it.

CREATE TABLE group_session (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  capacity INTEGER NOT NULL CHECK (capacity BETWEEN 1 AND 500),
  taken INTEGER NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, staff_id, starts_at),
  CONSTRAINT group_session_forward CHECK (starts_at < ends_at),
  CONSTRAINT group_session_seats CHECK (0 <= taken AND taken <= capacity),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
) STRICT;

-- SQLite adds no foreign key of two columns to a table: the three are made anew, with their indexes and triggers.
CREATE TABLE booking_with_seats (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  reference TEXT NOT NULL CHECK (length(reference) <= 12),
  status TEXT NOT NULL CHECK (length(status) <= 32),
  service_id TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  location_id TEXT,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  local_start TEXT NOT NULL CHECK (length(local_start) <= 16),
  zone TEXT NOT NULL CHECK (length(zone) <= 64),
  customer_zone TEXT CHECK (length(customer_zone) <= 64),
  before_minutes INTEGER NOT NULL CHECK (before_minutes BETWEEN 0 AND 720),
  after_minutes INTEGER NOT NULL CHECK (after_minutes BETWEEN 0 AND 720),
  price_minor INTEGER,
  currency TEXT CHECK (length(currency) <= 3),
  cancel_cutoff_minutes INTEGER NOT NULL,
  reschedule_cutoff_minutes INTEGER NOT NULL,
  source TEXT NOT NULL CHECK (length(source) <= 32),
  customer_note TEXT NOT NULL,
  internal_note TEXT NOT NULL,
  ical_uid TEXT NOT NULL CHECK (length(ical_uid) <= 255),
  sequence INTEGER NOT NULL,
  version INTEGER NOT NULL,
  manage_hash TEXT NOT NULL UNIQUE CHECK (length(manage_hash) <= 64),
  manage_nonce TEXT NOT NULL CHECK (length(manage_nonce) <= 32),
  booker_hash TEXT UNIQUE CHECK (length(booker_hash) <= 64),
  request_expires_at TEXT,
  updated_at TEXT NOT NULL,
  party_size INTEGER NOT NULL DEFAULT 1 CHECK (party_size BETWEEN 1 AND 500),
  group_session_id TEXT,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, reference),
  UNIQUE (account_id, ical_uid),
  CONSTRAINT booking_forward CHECK (starts_at < ends_at),
  CONSTRAINT booking_bounded CHECK (strftime('%s', ends_at) - strftime('%s', starts_at) <= 86400),
  CONSTRAINT booking_whole_minutes CHECK (
    substr(starts_at, 17) = ':00.000000+00:00' AND substr(ends_at, 17) = ':00.000000+00:00'
  ),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  -- Looked at when the transaction ends: moving a booking may end the session that it leaves.
  FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO booking_with_seats (
  account_id, id, created_at, reference, status, service_id, staff_id, customer_id, location_id, starts_at, ends_at,
  local_start, zone, customer_zone, before_minutes, after_minutes, price_minor, currency, cancel_cutoff_minutes,
  reschedule_cutoff_minutes, source, customer_note, internal_note, ical_uid, sequence, version, manage_hash,
  manage_nonce, booker_hash, request_expires_at, updated_at
)
SELECT
  account_id, id, created_at, reference, status, service_id, staff_id, customer_id, location_id, starts_at, ends_at,
  local_start, zone, customer_zone, before_minutes, after_minutes, price_minor, currency, cancel_cutoff_minutes,
  reschedule_cutoff_minutes, source, customer_note, internal_note, ical_uid, sequence, version, manage_hash,
  manage_nonce, booker_hash, request_expires_at, updated_at
FROM booking;
DROP TABLE booking;
ALTER TABLE booking_with_seats RENAME TO booking;
CREATE INDEX booking_when ON booking (account_id, starts_at, id);
CREATE INDEX booking_staff ON booking (account_id, staff_id, starts_at);
CREATE INDEX booking_service ON booking (account_id, service_id, starts_at);
CREATE INDEX booking_customer ON booking (account_id, customer_id, starts_at);
CREATE INDEX booking_changed ON booking (account_id, updated_at, id);
CREATE INDEX booking_made ON booking (account_id, created_at, id);
CREATE INDEX booking_requests ON booking (request_expires_at) WHERE status = 'REQUESTED';
CREATE INDEX booking_seats ON booking (account_id, group_session_id) WHERE group_session_id IS NOT NULL;

CREATE TABLE hold_with_seats (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  access_key_id TEXT,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  visitor TEXT CHECK (length(visitor) <= 64),
  expires_at TEXT NOT NULL,
  party_size INTEGER NOT NULL DEFAULT 1 CHECK (party_size BETWEEN 1 AND 500),
  group_session_id TEXT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, access_key_id) REFERENCES access_key (account_id, id),
  FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id)
) STRICT;
INSERT INTO hold_with_seats (
  account_id, id, created_at, service_id, staff_id, access_key_id, starts_at, ends_at, token_hash, visitor,
  expires_at
)
SELECT
  account_id, id, created_at, service_id, staff_id, access_key_id, starts_at, ends_at, token_hash, visitor,
  expires_at
FROM hold;
DROP TABLE hold;
ALTER TABLE hold_with_seats RENAME TO hold;
CREATE INDEX hold_visitor ON hold (account_id, visitor);
CREATE INDEX hold_expiry ON hold (expires_at);
CREATE INDEX hold_seats ON hold (account_id, group_session_id) WHERE group_session_id IS NOT NULL;

CREATE TABLE occupancy_with_seats (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  booking_id TEXT,
  hold_id TEXT,
  group_session_id TEXT,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  expires INTEGER,
  PRIMARY KEY (account_id, id),
  -- A day of appointment and half a day of buffer on either side: this bounds how far back an overlap can begin.
  CONSTRAINT occupancy_bounded CHECK (starts < ends AND ends - starts <= 172800),
  CONSTRAINT occupancy_whole_minutes CHECK (starts % 60 = 0 AND ends % 60 = 0),
  CONSTRAINT occupancy_of_one CHECK (
    (booking_id IS NOT NULL) + (hold_id IS NOT NULL) + (group_session_id IS NOT NULL) = 1
  ),
  CONSTRAINT occupancy_hold_expires CHECK ((hold_id IS NULL) = (expires IS NULL)),
  UNIQUE (account_id, booking_id, calendar_id),
  UNIQUE (account_id, hold_id, calendar_id),
  UNIQUE (account_id, group_session_id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id) ON DELETE CASCADE
) STRICT;
INSERT INTO occupancy_with_seats (
  account_id, id, created_at, calendar_id, booking_id, hold_id, starts, ends, expires
)
SELECT
  account_id, id, created_at, calendar_id, booking_id, hold_id, starts, ends, expires
FROM occupancy;
DROP TABLE occupancy;
ALTER TABLE occupancy_with_seats RENAME TO occupancy;
CREATE INDEX occupancy_when ON occupancy (account_id, calendar_id, starts, ends);

CREATE TRIGGER occupancy_apart_insert BEFORE INSERT ON occupancy
WHEN EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;
CREATE TRIGGER occupancy_apart_update BEFORE UPDATE ON occupancy
WHEN EXISTS (
  SELECT 1 FROM occupancy o
  WHERE o.account_id = NEW.account_id AND o.calendar_id = NEW.calendar_id AND o.id <> NEW.id
    AND o.starts < NEW.ends AND o.starts > NEW.starts - 172800 AND o.ends > NEW.starts
)
BEGIN
  SELECT RAISE(ABORT, 'occupancy_apart');
END;

-- The revision of a calendar counts what was written to it: an exact key for cached slots.
CREATE TRIGGER occupancy_counted_insert AFTER INSERT ON occupancy
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = NEW.account_id AND id = NEW.calendar_id;
END;
CREATE TRIGGER occupancy_counted_update AFTER UPDATE ON occupancy
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = OLD.account_id AND id = OLD.calendar_id;
  UPDATE calendar SET revision = revision + 1
    WHERE account_id = NEW.account_id AND id = NEW.calendar_id AND NEW.calendar_id <> OLD.calendar_id;
END;
CREATE TRIGGER occupancy_counted_delete AFTER DELETE ON occupancy
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = OLD.account_id AND id = OLD.calendar_id;
END;

-- Reference and UID never change; sequence and version only grow.
CREATE TRIGGER booking_keeps BEFORE UPDATE ON booking
WHEN NEW.reference <> OLD.reference OR NEW.ical_uid <> OLD.ical_uid OR NEW.account_id <> OLD.account_id
  OR NEW.id <> OLD.id OR NEW.sequence < OLD.sequence OR NEW.version <= OLD.version
BEGIN
  SELECT RAISE(ABORT, 'booking_keeps');
END;

-- Seats decide about slots as blocked ranges do: the calendar's revision counts them too.
CREATE TRIGGER group_session_counted AFTER UPDATE ON group_session
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = NEW.account_id AND staff_id = NEW.staff_id;
END;
