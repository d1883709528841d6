-- Why: the history of a booking must say what changed, from what to what, whichever verb did it. Events hold no value of
-- a person, and stay; so what a booking was at each of its events stands apart, in columns that erasure can empty.
-- Written by a trigger, so that no verb can forget it: whoever records an event of a booking leaves its snapshot.
-- Its id is that of the event. `previous_id` is the snapshot before it, in the order of the booking's versions.
CREATE TABLE booking_snapshot (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  previous_id TEXT,
  version INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (length(status) <= 32),
  service_id TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  location_id TEXT,
  starts_at TEXT,
  ends_at TEXT,
  local_start TEXT CHECK (length(local_start) <= 16),
  zone TEXT NOT NULL CHECK (length(zone) <= 64),
  party_size INTEGER NOT NULL,
  price_minor INTEGER,
  currency TEXT CHECK (length(currency) <= 3),
  paid_minor INTEGER,
  people TEXT NOT NULL,
  things TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX booking_snapshot_latest ON booking_snapshot (account_id, booking_id, version, id);

-- Bookings that are there are known as they are now, by their last event.
INSERT INTO booking_snapshot (
  account_id, id, created_at, booking_id, previous_id, version, status, service_id, customer_id, staff_id, location_id,
  starts_at, ends_at, local_start, zone, party_size, price_minor, currency, paid_minor, people, things)
SELECT b.account_id, e.id, e.created_at, b.id, NULL, b.version, b.status, b.service_id, b.customer_id, b.staff_id,
  b.location_id, b.starts_at, b.ends_at, b.local_start, b.zone, b.party_size, b.price_minor, b.currency, b.paid_minor,
  (SELECT json_group_array(staff_id) FROM (
    SELECT g.staff_id FROM engagement g
    WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.staff_id IS NOT NULL
    ORDER BY g.staff_id)),
  (SELECT json_group_array(unit) FROM (
    SELECT g.resource_id || '/' || g.unit AS unit FROM engagement g
    WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.resource_id IS NOT NULL
    ORDER BY g.resource_id, g.unit))
FROM booking b JOIN event e ON e.account_id = b.account_id AND e.subject_id = b.id
WHERE e.id = (SELECT l.id FROM event l WHERE l.account_id = b.account_id AND l.subject_id = b.id
  ORDER BY l.created_at DESC, l.id DESC LIMIT 1);

CREATE TRIGGER event_pictured AFTER INSERT ON event WHEN NEW.subject = 'booking'
BEGIN
  INSERT INTO booking_snapshot (
    account_id, id, created_at, booking_id, previous_id, version, status, service_id, customer_id, staff_id,
    location_id, starts_at, ends_at, local_start, zone, party_size, price_minor, currency, paid_minor, people, things)
  SELECT b.account_id, NEW.id, NEW.created_at, b.id,
    (SELECT p.id FROM booking_snapshot p WHERE p.account_id = b.account_id AND p.booking_id = b.id
      ORDER BY p.version DESC, p.id DESC LIMIT 1),
    b.version, b.status, b.service_id, b.customer_id, b.staff_id, b.location_id, b.starts_at, b.ends_at,
    b.local_start, b.zone, b.party_size, b.price_minor, b.currency, b.paid_minor,
    (SELECT json_group_array(staff_id) FROM (
      SELECT g.staff_id FROM engagement g
      WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.staff_id IS NOT NULL
      ORDER BY g.staff_id)),
    (SELECT json_group_array(unit) FROM (
      SELECT g.resource_id || '/' || g.unit AS unit FROM engagement g
      WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.resource_id IS NOT NULL
      ORDER BY g.resource_id, g.unit))
  FROM booking b WHERE b.account_id = NEW.account_id AND b.id = NEW.subject_id;
END;

-- What was is not changed. Erasure and retention take the personal values out; rows go only with their whole account.
CREATE TRIGGER booking_snapshot_append_only_update BEFORE UPDATE ON booking_snapshot
WHEN (NEW.account_id, NEW.id, NEW.created_at, NEW.booking_id, NEW.previous_id, NEW.version, NEW.status, NEW.service_id,
    NEW.customer_id, NEW.staff_id, NEW.location_id, NEW.zone, NEW.party_size, NEW.price_minor, NEW.currency,
    NEW.people, NEW.things)
  IS NOT (OLD.account_id, OLD.id, OLD.created_at, OLD.booking_id, OLD.previous_id, OLD.version, OLD.status,
    OLD.service_id, OLD.customer_id, OLD.staff_id, OLD.location_id, OLD.zone, OLD.party_size,
    OLD.price_minor, OLD.currency, OLD.people, OLD.things)
  OR NEW.starts_at <> OLD.starts_at OR (OLD.starts_at IS NULL AND NEW.starts_at IS NOT NULL)
  OR NEW.ends_at <> OLD.ends_at OR (OLD.ends_at IS NULL AND NEW.ends_at IS NOT NULL)
  OR NEW.local_start <> OLD.local_start OR (OLD.local_start IS NULL AND NEW.local_start IS NOT NULL)
  OR NEW.paid_minor <> OLD.paid_minor OR (OLD.paid_minor IS NULL AND NEW.paid_minor IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'booking_snapshot_append_only');
END;
CREATE TRIGGER booking_snapshot_append_only_delete BEFORE DELETE ON booking_snapshot
WHEN EXISTS (SELECT 1 FROM account WHERE id = OLD.account_id)
BEGIN
  SELECT RAISE(ABORT, 'booking_snapshot_append_only');
END;
