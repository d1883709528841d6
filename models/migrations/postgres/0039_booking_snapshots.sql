-- Why: the history of a booking must say what changed, from what to what, whichever verb did it. Events hold no value of
-- a person, and stay; so what a booking was at each of its events stands apart, in columns that erasure can empty.
-- Written by a trigger, so that no verb can forget it: whoever records an event of a booking leaves its snapshot.
-- Its id is that of the event. `previous_id` is the snapshot before it, in the order of the booking's versions.
CREATE TABLE booking_snapshot (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  previous_id uuid,
  version integer NOT NULL,
  status varchar(32) NOT NULL,
  service_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  location_id uuid,
  starts_at timestamptz,
  ends_at timestamptz,
  local_start varchar(16),
  zone varchar(64) NOT NULL,
  party_size integer NOT NULL,
  price_minor bigint,
  currency varchar(3),
  paid_minor bigint,
  people jsonb NOT NULL,
  things jsonb NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
);
CREATE INDEX booking_snapshot_latest ON booking_snapshot (account_id, booking_id, version, id);

-- Bookings that are there are known as they are now, by their last event.
INSERT INTO booking_snapshot (
  account_id, id, created_at, booking_id, previous_id, version, status, service_id, customer_id, staff_id, location_id,
  starts_at, ends_at, local_start, zone, party_size, price_minor, currency, paid_minor, people, things)
SELECT b.account_id, e.id, e.created_at, b.id, NULL, b.version, b.status, b.service_id, b.customer_id, b.staff_id,
  b.location_id, b.starts_at, b.ends_at, b.local_start, b.zone, b.party_size, b.price_minor, b.currency, b.paid_minor,
  (SELECT coalesce(jsonb_agg(g.staff_id ORDER BY g.staff_id), '[]') FROM engagement g
    WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.staff_id IS NOT NULL),
  (SELECT coalesce(jsonb_agg(g.resource_id || '/' || g.unit ORDER BY g.resource_id, g.unit), '[]') FROM engagement g
    WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.resource_id IS NOT NULL)
FROM booking b JOIN event e ON e.account_id = b.account_id AND e.subject_id = b.id
WHERE e.id = (SELECT l.id FROM event l WHERE l.account_id = b.account_id AND l.subject_id = b.id
  ORDER BY l.created_at DESC, l.id DESC LIMIT 1);

CREATE FUNCTION event_pictured() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO booking_snapshot (
    account_id, id, created_at, booking_id, previous_id, version, status, service_id, customer_id, staff_id,
    location_id, starts_at, ends_at, local_start, zone, party_size, price_minor, currency, paid_minor, people, things)
  SELECT b.account_id, NEW.id, NEW.created_at, b.id,
    (SELECT p.id FROM booking_snapshot p WHERE p.account_id = b.account_id AND p.booking_id = b.id
      ORDER BY p.version DESC, p.id DESC LIMIT 1),
    b.version, b.status, b.service_id, b.customer_id, b.staff_id, b.location_id, b.starts_at, b.ends_at,
    b.local_start, b.zone, b.party_size, b.price_minor, b.currency, b.paid_minor,
    (SELECT coalesce(jsonb_agg(g.staff_id ORDER BY g.staff_id), '[]') FROM engagement g
      WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.staff_id IS NOT NULL),
    (SELECT coalesce(jsonb_agg(g.resource_id || '/' || g.unit ORDER BY g.resource_id, g.unit), '[]') FROM engagement g
      WHERE g.account_id = b.account_id AND g.booking_id = b.id AND g.resource_id IS NOT NULL)
  FROM booking b WHERE b.account_id = NEW.account_id AND b.id = NEW.subject_id;
  RETURN NULL;
END $$;
CREATE TRIGGER event_pictured AFTER INSERT ON event
  FOR EACH ROW WHEN (NEW.subject = 'booking') EXECUTE FUNCTION event_pictured();

-- What was is not changed. Erasure and retention take the personal values out; rows go only with their whole account.
CREATE FUNCTION booking_snapshot_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN OLD; END IF;
  IF TG_OP = 'UPDATE' AND (NEW.starts_at IS NULL OR NEW.starts_at IS NOT DISTINCT FROM OLD.starts_at)
    AND (NEW.ends_at IS NULL OR NEW.ends_at IS NOT DISTINCT FROM OLD.ends_at)
    AND (NEW.local_start IS NULL OR NEW.local_start IS NOT DISTINCT FROM OLD.local_start)
    AND (NEW.paid_minor IS NULL OR NEW.paid_minor IS NOT DISTINCT FROM OLD.paid_minor)
    AND (NEW.account_id, NEW.id, NEW.created_at, NEW.booking_id, NEW.previous_id, NEW.version, NEW.status,
      NEW.service_id, NEW.customer_id, NEW.staff_id, NEW.location_id, NEW.zone, NEW.party_size, NEW.price_minor,
      NEW.currency, NEW.people, NEW.things)
    IS NOT DISTINCT FROM (OLD.account_id, OLD.id, OLD.created_at, OLD.booking_id, OLD.previous_id, OLD.version,
      OLD.status, OLD.service_id, OLD.customer_id, OLD.staff_id, OLD.location_id, OLD.zone, OLD.party_size,
      OLD.price_minor, OLD.currency, OLD.people, OLD.things)
  THEN RETURN NEW; END IF;
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_snapshot_append_only',
    MESSAGE = 'booking_snapshot_append_only: history is not changed';
END $$;
CREATE TRIGGER booking_snapshot_append_only BEFORE UPDATE OR DELETE ON booking_snapshot
  FOR EACH ROW EXECUTE FUNCTION booking_snapshot_append_only();
