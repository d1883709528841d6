-- The spine: accounts, people, catalogue, bookings.
-- Account tables: primary key (account_id, id); every unique, foreign and exclusion key begins with account_id,
-- so that no reference can leave its account.
-- `search_…` is what a name or tag is found and sorted by (rules/searching.py), compared byte by byte on both engines.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE account (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  slug varchar(60) NOT NULL UNIQUE,
  zone varchar(64) NOT NULL,
  currency varchar(3) NOT NULL,
  locale varchar(35) NOT NULL,
  lifecycle varchar(32) NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE app_user (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  email varchar(254) NOT NULL UNIQUE,
  name varchar(120) NOT NULL,
  password_hash varchar(255) NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL
);

CREATE TABLE sign_up (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  email varchar(254) NOT NULL,
  name varchar(120) NOT NULL,
  business_name varchar(120) NOT NULL,
  slug varchar(60) NOT NULL,
  zone varchar(64) NOT NULL,
  currency varchar(3) NOT NULL,
  locale varchar(35) NOT NULL,
  password_hash varchar(255) NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  nonce varchar(32) NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX sign_up_email ON sign_up (email);

CREATE TABLE password_reset (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  user_id uuid REFERENCES app_user (id) ON DELETE CASCADE,
  token_hash varchar(64) NOT NULL UNIQUE,
  nonce varchar(32) NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX password_reset_user ON password_reset (user_id);

CREATE TABLE session (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  account_id uuid REFERENCES account (id) ON DELETE CASCADE,
  token_hash varchar(64) NOT NULL UNIQUE,
  device varchar(120) NOT NULL,
  last_used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE INDEX session_of_user ON session (user_id, created_at);

CREATE TABLE attempts (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  key varchar(64) NOT NULL UNIQUE,
  count integer NOT NULL,
  window_ends_at timestamptz NOT NULL
);

CREATE TABLE mail (
  id uuid PRIMARY KEY,
  created_at timestamptz NOT NULL,
  account_id uuid REFERENCES account (id) ON DELETE CASCADE,
  template varchar(32) NOT NULL,
  "to" varchar(254) NOT NULL,
  about_id uuid,
  data jsonb NOT NULL,
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL,
  lease_until timestamptz,
  dead_at timestamptz
);
CREATE INDEX mail_due ON mail (due_at) WHERE dead_at IS NULL;

CREATE TABLE privacy_settings (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_months integer NOT NULL CHECK (booking_months BETWEEN 1 AND 84),
  customer_months integer NOT NULL CHECK (customer_months BETWEEN 1 AND 84),
  staff_see_contacts boolean NOT NULL,
  analytics boolean NOT NULL,
  booking_notice text NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id)
);

CREATE TABLE location (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  address varchar(500) NOT NULL,
  zone varchar(64) NOT NULL,
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE TABLE schedule (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  zone varchar(64) NOT NULL,
  weekly jsonb NOT NULL,
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE TABLE schedule_override (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  schedule_id uuid NOT NULL,
  on_date date NOT NULL,
  windows jsonb NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, schedule_id, on_date),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id) ON DELETE CASCADE
);

CREATE TABLE staff (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  search_name text COLLATE "C" NOT NULL,
  title varchar(120) NOT NULL,
  email varchar(254),
  location_id uuid,
  schedule_id uuid,
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id)
);
CREATE INDEX staff_name ON staff (account_id, search_name, id);

CREATE TABLE calendar (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  staff_id uuid NOT NULL,
  revision bigint NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, staff_id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
);

CREATE TABLE time_off (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  staff_id uuid,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  reason varchar(200) NOT NULL,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT time_off_forward CHECK (starts_at < ends_at),
  CONSTRAINT time_off_bounded CHECK (ends_at <= starts_at + interval '8784 hours'),
  CONSTRAINT time_off_whole_minutes CHECK (
    date_trunc('minute', starts_at AT TIME ZONE 'UTC') = starts_at AT TIME ZONE 'UTC'
    AND date_trunc('minute', ends_at AT TIME ZONE 'UTC') = ends_at AT TIME ZONE 'UTC'
  ),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
);
CREATE INDEX time_off_when ON time_off (account_id, starts_at, id);

CREATE TABLE membership (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  role varchar(32) NOT NULL,
  staff_id uuid,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, user_id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
);
CREATE INDEX membership_user ON membership (user_id);

CREATE TABLE invitation (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  email varchar(254) NOT NULL,
  role varchar(32) NOT NULL,
  staff_id uuid,
  status varchar(32) NOT NULL,
  invited_by_id uuid NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  nonce varchar(32) NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
);
CREATE UNIQUE INDEX invitation_pending ON invitation (account_id, email) WHERE status = 'PENDING';

CREATE TABLE access_key (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  kind varchar(32) NOT NULL,
  name varchar(120) NOT NULL,
  shown varchar(64) NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  origins jsonb NOT NULL,
  scopes jsonb NOT NULL,
  last_used_at timestamptz,
  revoked_at timestamptz,
  version integer NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE TABLE service (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  search_name text COLLATE "C" NOT NULL,
  slug varchar(60) NOT NULL,
  description text NOT NULL,
  location_id uuid,
  duration_minutes integer NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  step_minutes integer NOT NULL CHECK (step_minutes BETWEEN 1 AND 1440),
  slot_mode varchar(32) NOT NULL,
  before_minutes integer NOT NULL CHECK (before_minutes BETWEEN 0 AND 720),
  after_minutes integer NOT NULL CHECK (after_minutes BETWEEN 0 AND 720),
  notice_minutes integer NOT NULL CHECK (notice_minutes >= 0),
  horizon_days integer NOT NULL CHECK (horizon_days BETWEEN 0 AND 730),
  capacity integer NOT NULL CHECK (capacity >= 1),
  price_minor bigint CHECK (price_minor >= 0),
  currency varchar(3),
  confirmation varchar(32) NOT NULL,
  request_minutes integer NOT NULL CHECK (request_minutes >= 1),
  cancel_cutoff_minutes integer NOT NULL CHECK (cancel_cutoff_minutes >= 0),
  reschedule_cutoff_minutes integer NOT NULL CHECK (reschedule_cutoff_minutes >= 0),
  visibility varchar(32) NOT NULL,
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, slug),
  CONSTRAINT service_price_has_currency CHECK ((price_minor IS NULL) = (currency IS NULL)),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id)
);
CREATE INDEX service_name ON service (account_id, search_name, id);

CREATE TABLE offering (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  weight integer NOT NULL CHECK (weight >= 1),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, staff_id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
);
CREATE INDEX offering_staff ON offering (account_id, staff_id);

CREATE TABLE customer (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(120) NOT NULL,
  search_name text COLLATE "C" NOT NULL,
  email varchar(254),
  phone varchar(40),
  internal_notes text NOT NULL,
  archived_at timestamptz,
  version integer NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, email)
);
CREATE INDEX customer_name ON customer (account_id, search_name, id);
CREATE INDEX customer_phone ON customer (account_id, phone);
CREATE INDEX customer_made ON customer (account_id, created_at, id);
CREATE INDEX customer_changed ON customer (account_id, updated_at, id);

CREATE TABLE customer_tag (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  customer_id uuid NOT NULL,
  tag varchar(40) NOT NULL,
  search_tag text COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, customer_id, tag),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
);
CREATE INDEX customer_tag_tag ON customer_tag (account_id, search_tag, customer_id);

CREATE TABLE booking (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  reference varchar(12) NOT NULL,
  status varchar(32) NOT NULL,
  service_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  location_id uuid,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  local_start varchar(16) NOT NULL,
  zone varchar(64) NOT NULL,
  customer_zone varchar(64),
  before_minutes integer NOT NULL CHECK (before_minutes BETWEEN 0 AND 720),
  after_minutes integer NOT NULL CHECK (after_minutes BETWEEN 0 AND 720),
  price_minor bigint,
  currency varchar(3),
  cancel_cutoff_minutes integer NOT NULL,
  reschedule_cutoff_minutes integer NOT NULL,
  source varchar(32) NOT NULL,
  customer_note text NOT NULL,
  internal_note text NOT NULL,
  ical_uid varchar(255) NOT NULL,
  sequence integer NOT NULL,
  version integer NOT NULL,
  manage_hash varchar(64) NOT NULL UNIQUE,
  manage_nonce varchar(32) NOT NULL,
  booker_hash varchar(64) UNIQUE,
  request_expires_at timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, reference),
  UNIQUE (account_id, ical_uid),
  CONSTRAINT booking_forward CHECK (starts_at < ends_at),
  CONSTRAINT booking_bounded CHECK (ends_at <= starts_at + interval '24 hours'),
  CONSTRAINT booking_whole_minutes CHECK (
    date_trunc('minute', starts_at AT TIME ZONE 'UTC') = starts_at AT TIME ZONE 'UTC'
    AND date_trunc('minute', ends_at AT TIME ZONE 'UTC') = ends_at AT TIME ZONE 'UTC'
  ),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id)
);
CREATE INDEX booking_when ON booking (account_id, starts_at, id);
CREATE INDEX booking_staff ON booking (account_id, staff_id, starts_at);
CREATE INDEX booking_service ON booking (account_id, service_id, starts_at);
CREATE INDEX booking_customer ON booking (account_id, customer_id, starts_at);
CREATE INDEX booking_changed ON booking (account_id, updated_at, id);
CREATE INDEX booking_made ON booking (account_id, created_at, id);
CREATE INDEX booking_requests ON booking (request_expires_at) WHERE status = 'REQUESTED';

CREATE TABLE cancellation (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
);

CREATE TABLE hold (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  service_id uuid NOT NULL,
  staff_id uuid NOT NULL,
  access_key_id uuid,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  token_hash varchar(64) NOT NULL UNIQUE,
  visitor varchar(64),
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, access_key_id) REFERENCES access_key (account_id, id)
);
CREATE INDEX hold_visitor ON hold (account_id, visitor);
CREATE INDEX hold_expiry ON hold (expires_at);

CREATE TABLE occupancy (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  calendar_id uuid NOT NULL,
  booking_id uuid,
  hold_id uuid,
  starts bigint NOT NULL,
  ends bigint NOT NULL,
  expires bigint,
  PRIMARY KEY (account_id, id),
  -- A day of appointment and half a day of buffer on either side: this bounds how far back an overlap can begin.
  CONSTRAINT occupancy_bounded CHECK (starts < ends AND ends - starts <= 172800),
  CONSTRAINT occupancy_whole_minutes CHECK (starts % 60 = 0 AND ends % 60 = 0),
  CONSTRAINT occupancy_of_one CHECK ((booking_id IS NULL) <> (hold_id IS NULL)),
  CONSTRAINT occupancy_hold_expires CHECK ((hold_id IS NULL) = (expires IS NULL)),
  CONSTRAINT occupancy_apart EXCLUDE USING gist (
    account_id WITH =, calendar_id WITH =, int8range(starts, ends) WITH &&
  ),
  UNIQUE (account_id, booking_id, calendar_id),
  UNIQUE (account_id, hold_id, calendar_id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE
);
CREATE INDEX occupancy_when ON occupancy (account_id, calendar_id, starts, ends);

-- The guard: whoever writes the time of a calendar waits for the others first. The exclusion constraint alone would
-- let concurrent inserts wait for each other and deadlock; with the lock each one meets committed rows only.
CREATE FUNCTION occupancy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.account_id::text || '/' || NEW.calendar_id::text, 0));
  RETURN NEW;
END $$;
CREATE TRIGGER occupancy_guard BEFORE INSERT OR UPDATE ON occupancy
  FOR EACH ROW EXECUTE FUNCTION occupancy_guard();

-- The revision of a calendar counts what was written to it: an exact key for cached slots.
CREATE FUNCTION occupancy_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE calendar SET revision = revision + 1 WHERE account_id = OLD.account_id AND id = OLD.calendar_id;
  END IF;
  IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.calendar_id <> OLD.calendar_id) THEN
    UPDATE calendar SET revision = revision + 1 WHERE account_id = NEW.account_id AND id = NEW.calendar_id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER occupancy_counted AFTER INSERT OR UPDATE OR DELETE ON occupancy
  FOR EACH ROW EXECUTE FUNCTION occupancy_counted();

-- Reference and UID never change; sequence and version only grow.
CREATE FUNCTION booking_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.reference <> OLD.reference OR NEW.ical_uid <> OLD.ical_uid OR NEW.account_id <> OLD.account_id
     OR NEW.id <> OLD.id OR NEW.sequence < OLD.sequence OR NEW.version <= OLD.version THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_keeps',
      MESSAGE = 'booking_keeps: identity is fixed, sequence and version only grow';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER booking_keeps BEFORE UPDATE ON booking FOR EACH ROW EXECUTE FUNCTION booking_keeps();

CREATE TABLE event (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  name varchar(60) NOT NULL,
  actor_kind varchar(32) NOT NULL,
  actor_id uuid,
  subject varchar(30) NOT NULL,
  subject_id uuid NOT NULL,
  data jsonb NOT NULL,
  PRIMARY KEY (account_id, id)
);
CREATE INDEX event_subject ON event (account_id, subject_id, created_at, id);

-- History is append-only. Rows go only with their whole account (the cascade runs inside another trigger).
CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN OLD; END IF;
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'event_append_only',
    MESSAGE = 'event_append_only: history is not changed';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
  FOR EACH ROW EXECUTE FUNCTION event_append_only();
CREATE TRIGGER event_append_only_truncate BEFORE TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION event_append_only();

CREATE TABLE idempotency_key (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  principal varchar(80) NOT NULL,
  operation varchar(60) NOT NULL,
  key varchar(120) NOT NULL,
  digest varchar(64) NOT NULL,
  result_id uuid,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, principal, operation, key)
);
CREATE INDEX idempotency_key_expiry ON idempotency_key (expires_at);

CREATE TABLE export (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  status varchar(32) NOT NULL,
  requested_by_id uuid,
  size_bytes bigint,
  row_count integer,
  attempts integer NOT NULL,
  lease_until timestamptz,
  finished_at timestamptz,
  expires_at timestamptz,
  PRIMARY KEY (account_id, id)
);
-- An account has at most one export that waits or is being written.
CREATE UNIQUE INDEX export_one_open ON export (account_id) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX export_open ON export (status, created_at);
