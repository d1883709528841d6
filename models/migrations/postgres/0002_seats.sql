-- Why: several parties share one appointment. A group session blocks its time once; bookings and holds take seats in it.

CREATE TABLE group_session (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 500),
  taken integer NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, staff_id, starts_at),
  CONSTRAINT group_session_forward CHECK (starts_at < ends_at),
  CONSTRAINT group_session_seats CHECK (0 <= taken AND taken <= capacity),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
);

ALTER TABLE booking
  ADD COLUMN party_size integer NOT NULL DEFAULT 1 CHECK (party_size BETWEEN 1 AND 500),
  ADD COLUMN group_session_id uuid,
  -- Looked at when the transaction ends: moving a booking may end the session that it leaves.
  ADD FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id)
    DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX booking_seats ON booking (account_id, group_session_id) WHERE group_session_id IS NOT NULL;

ALTER TABLE hold
  ADD COLUMN party_size integer NOT NULL DEFAULT 1 CHECK (party_size BETWEEN 1 AND 500),
  ADD COLUMN group_session_id uuid,
  ADD FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id);
CREATE INDEX hold_seats ON hold (account_id, group_session_id) WHERE group_session_id IS NOT NULL;

ALTER TABLE occupancy
  ADD COLUMN group_session_id uuid,
  DROP CONSTRAINT occupancy_of_one,
  ADD CONSTRAINT occupancy_of_one CHECK (num_nonnulls(booking_id, hold_id, group_session_id) = 1),
  ADD UNIQUE (account_id, group_session_id),
  ADD FOREIGN KEY (account_id, group_session_id) REFERENCES group_session (account_id, id) ON DELETE CASCADE;

-- Seats decide about slots as blocked ranges do: the calendar's revision counts them too.
CREATE FUNCTION group_session_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE calendar SET revision = revision + 1 WHERE account_id = NEW.account_id AND staff_id = NEW.staff_id;
  RETURN NULL;
END $$;
CREATE TRIGGER group_session_counted AFTER UPDATE ON group_session
  FOR EACH ROW EXECUTE FUNCTION group_session_counted();
