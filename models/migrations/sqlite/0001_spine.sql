-- The spine: accounts, people, catalogue, bookings.
-- Account tables: primary key (account_id, id); every unique, foreign and exclusion key begins with account_id,
-- so that no reference can leave its account.
-- `search_…` is what a name or tag is found and sorted by (rules/searching.py), compared byte by byte on both engines.

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  slug TEXT NOT NULL UNIQUE CHECK (length(slug) <= 60),
  zone TEXT NOT NULL CHECK (length(zone) <= 64),
  currency TEXT NOT NULL CHECK (length(currency) <= 3),
  locale TEXT NOT NULL CHECK (length(locale) <= 35),
  lifecycle TEXT NOT NULL CHECK (length(lifecycle) <= 32),
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE app_user (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE CHECK (length(email) <= 254),
  name TEXT NOT NULL CHECK (length(name) <= 120),
  password_hash TEXT NOT NULL CHECK (length(password_hash) <= 255),
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE sign_up (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  email TEXT NOT NULL CHECK (length(email) <= 254),
  name TEXT NOT NULL CHECK (length(name) <= 120),
  business_name TEXT NOT NULL CHECK (length(business_name) <= 120),
  slug TEXT NOT NULL CHECK (length(slug) <= 60),
  zone TEXT NOT NULL CHECK (length(zone) <= 64),
  currency TEXT NOT NULL CHECK (length(currency) <= 3),
  locale TEXT NOT NULL CHECK (length(locale) <= 35),
  password_hash TEXT NOT NULL CHECK (length(password_hash) <= 255),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  nonce TEXT NOT NULL CHECK (length(nonce) <= 32),
  expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sign_up_email ON sign_up (email);

CREATE TABLE password_reset (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  user_id TEXT REFERENCES app_user (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  nonce TEXT NOT NULL CHECK (length(nonce) <= 32),
  expires_at TEXT NOT NULL,
  used_at TEXT
) STRICT;
CREATE INDEX password_reset_user ON password_reset (user_id);

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  device TEXT NOT NULL CHECK (length(device) <= 120),
  last_used_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;
CREATE INDEX session_of_user ON session (user_id, created_at);

CREATE TABLE attempts (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE CHECK (length(key) <= 64),
  count INTEGER NOT NULL,
  window_ends_at TEXT NOT NULL
) STRICT;

CREATE TABLE mail (
  id TEXT PRIMARY KEY,
  created_at TEXT NOT NULL,
  account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
  template TEXT NOT NULL CHECK (length(template) <= 32),
  "to" TEXT NOT NULL CHECK (length("to") <= 254),
  about_id TEXT,
  data TEXT NOT NULL,
  due_at TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  lease_until TEXT,
  dead_at TEXT
) STRICT;
CREATE INDEX mail_due ON mail (due_at) WHERE dead_at IS NULL;

CREATE TABLE privacy_settings (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_months INTEGER NOT NULL CHECK (booking_months BETWEEN 1 AND 84),
  customer_months INTEGER NOT NULL CHECK (customer_months BETWEEN 1 AND 84),
  staff_see_contacts INTEGER NOT NULL,
  analytics INTEGER NOT NULL,
  booking_notice TEXT NOT NULL,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id)
) STRICT;

CREATE TABLE location (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  address TEXT NOT NULL CHECK (length(address) <= 500),
  zone TEXT NOT NULL CHECK (length(zone) <= 64),
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT;

CREATE TABLE schedule (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  zone TEXT NOT NULL CHECK (length(zone) <= 64),
  weekly TEXT NOT NULL,
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT;

CREATE TABLE schedule_override (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  schedule_id TEXT NOT NULL,
  on_date TEXT NOT NULL,
  windows TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, schedule_id, on_date),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE staff (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  search_name TEXT NOT NULL,
  title TEXT NOT NULL CHECK (length(title) <= 120),
  email TEXT CHECK (length(email) <= 254),
  location_id TEXT,
  schedule_id TEXT,
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id),
  FOREIGN KEY (account_id, schedule_id) REFERENCES schedule (account_id, id)
) STRICT;
CREATE INDEX staff_name ON staff (account_id, search_name, id);

CREATE TABLE calendar (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, staff_id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE time_off (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  staff_id TEXT,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (length(reason) <= 200),
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT time_off_forward CHECK (starts_at < ends_at),
  CONSTRAINT time_off_bounded CHECK (strftime('%s', ends_at) - strftime('%s', starts_at) <= 31622400),
  CONSTRAINT time_off_whole_minutes CHECK (
    substr(starts_at, 17) = ':00.000000+00:00' AND substr(ends_at, 17) = ':00.000000+00:00'
  ),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX time_off_when ON time_off (account_id, starts_at, id);

CREATE TABLE membership (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (length(role) <= 32),
  staff_id TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, user_id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
) STRICT;
CREATE INDEX membership_user ON membership (user_id);

CREATE TABLE invitation (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  email TEXT NOT NULL CHECK (length(email) <= 254),
  role TEXT NOT NULL CHECK (length(role) <= 32),
  staff_id TEXT,
  status TEXT NOT NULL CHECK (length(status) <= 32),
  invited_by_id TEXT NOT NULL,
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  nonce TEXT NOT NULL CHECK (length(nonce) <= 32),
  expires_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id)
) STRICT;
CREATE UNIQUE INDEX invitation_pending ON invitation (account_id, email) WHERE status = 'PENDING';

CREATE TABLE access_key (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  name TEXT NOT NULL CHECK (length(name) <= 120),
  shown TEXT NOT NULL CHECK (length(shown) <= 64),
  token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) <= 64),
  origins TEXT NOT NULL,
  scopes TEXT NOT NULL,
  last_used_at TEXT,
  revoked_at TEXT,
  version INTEGER NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT;

CREATE TABLE service (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  search_name TEXT NOT NULL,
  slug TEXT NOT NULL CHECK (length(slug) <= 60),
  description TEXT NOT NULL,
  location_id TEXT,
  duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1440),
  step_minutes INTEGER NOT NULL CHECK (step_minutes BETWEEN 1 AND 1440),
  slot_mode TEXT NOT NULL CHECK (length(slot_mode) <= 32),
  before_minutes INTEGER NOT NULL CHECK (before_minutes BETWEEN 0 AND 720),
  after_minutes INTEGER NOT NULL CHECK (after_minutes BETWEEN 0 AND 720),
  notice_minutes INTEGER NOT NULL CHECK (notice_minutes >= 0),
  horizon_days INTEGER NOT NULL CHECK (horizon_days BETWEEN 0 AND 730),
  capacity INTEGER NOT NULL CHECK (capacity >= 1),
  price_minor INTEGER CHECK (price_minor >= 0),
  currency TEXT CHECK (length(currency) <= 3),
  confirmation TEXT NOT NULL CHECK (length(confirmation) <= 32),
  request_minutes INTEGER NOT NULL CHECK (request_minutes >= 1),
  cancel_cutoff_minutes INTEGER NOT NULL CHECK (cancel_cutoff_minutes >= 0),
  reschedule_cutoff_minutes INTEGER NOT NULL CHECK (reschedule_cutoff_minutes >= 0),
  visibility TEXT NOT NULL CHECK (length(visibility) <= 32),
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, slug),
  CONSTRAINT service_price_has_currency CHECK ((price_minor IS NULL) = (currency IS NULL)),
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id)
) STRICT;
CREATE INDEX service_name ON service (account_id, search_name, id);

CREATE TABLE offering (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  service_id TEXT NOT NULL,
  staff_id TEXT NOT NULL,
  weight INTEGER NOT NULL CHECK (weight >= 1),
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, service_id, staff_id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX offering_staff ON offering (account_id, staff_id);

CREATE TABLE customer (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 120),
  search_name TEXT NOT NULL,
  email TEXT CHECK (length(email) <= 254),
  phone TEXT CHECK (length(phone) <= 40),
  internal_notes TEXT NOT NULL,
  archived_at TEXT,
  version INTEGER NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, email)
) STRICT;
CREATE INDEX customer_name ON customer (account_id, search_name, id);
CREATE INDEX customer_phone ON customer (account_id, phone);
CREATE INDEX customer_made ON customer (account_id, created_at, id);
CREATE INDEX customer_changed ON customer (account_id, updated_at, id);

CREATE TABLE customer_tag (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  customer_id TEXT NOT NULL,
  tag TEXT NOT NULL CHECK (length(tag) <= 40),
  search_tag TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, customer_id, tag),
  FOREIGN KEY (account_id, customer_id) REFERENCES customer (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX customer_tag_tag ON customer_tag (account_id, search_tag, customer_id);

CREATE TABLE booking (
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
  FOREIGN KEY (account_id, location_id) REFERENCES location (account_id, id)
) STRICT;
CREATE INDEX booking_when ON booking (account_id, starts_at, id);
CREATE INDEX booking_staff ON booking (account_id, staff_id, starts_at);
CREATE INDEX booking_service ON booking (account_id, service_id, starts_at);
CREATE INDEX booking_customer ON booking (account_id, customer_id, starts_at);
CREATE INDEX booking_changed ON booking (account_id, updated_at, id);
CREATE INDEX booking_made ON booking (account_id, created_at, id);
CREATE INDEX booking_requests ON booking (request_expires_at) WHERE status = 'REQUESTED';

CREATE TABLE cancellation (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, booking_id),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE hold (
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
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, service_id) REFERENCES service (account_id, id),
  FOREIGN KEY (account_id, staff_id) REFERENCES staff (account_id, id),
  FOREIGN KEY (account_id, access_key_id) REFERENCES access_key (account_id, id)
) STRICT;
CREATE INDEX hold_visitor ON hold (account_id, visitor);
CREATE INDEX hold_expiry ON hold (expires_at);

CREATE TABLE occupancy (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  booking_id TEXT,
  hold_id TEXT,
  starts INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  expires INTEGER,
  PRIMARY KEY (account_id, id),
  -- A day of appointment and half a day of buffer on either side: this bounds how far back an overlap can begin.
  CONSTRAINT occupancy_bounded CHECK (starts < ends AND ends - starts <= 172800),
  CONSTRAINT occupancy_whole_minutes CHECK (starts % 60 = 0 AND ends % 60 = 0),
  CONSTRAINT occupancy_of_one CHECK ((booking_id IS NULL) <> (hold_id IS NULL)),
  CONSTRAINT occupancy_hold_expires CHECK ((hold_id IS NULL) = (expires IS NULL)),
  UNIQUE (account_id, booking_id, calendar_id),
  UNIQUE (account_id, hold_id, calendar_id),
  FOREIGN KEY (account_id, calendar_id) REFERENCES calendar (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, hold_id) REFERENCES hold (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX occupancy_when ON occupancy (account_id, calendar_id, starts, ends);

CREATE TABLE event (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  name TEXT NOT NULL CHECK (length(name) <= 60),
  actor_kind TEXT NOT NULL CHECK (length(actor_kind) <= 32),
  actor_id TEXT,
  subject TEXT NOT NULL CHECK (length(subject) <= 30),
  subject_id TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT;
CREATE INDEX event_subject ON event (account_id, subject_id, created_at, id);

CREATE TABLE idempotency_key (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  principal TEXT NOT NULL CHECK (length(principal) <= 80),
  operation TEXT NOT NULL CHECK (length(operation) <= 60),
  key TEXT NOT NULL CHECK (length(key) <= 120),
  digest TEXT NOT NULL CHECK (length(digest) <= 64),
  result_id TEXT,
  expires_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  UNIQUE (account_id, principal, operation, key)
) STRICT;
CREATE INDEX idempotency_key_expiry ON idempotency_key (expires_at);

CREATE TABLE export (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  status TEXT NOT NULL CHECK (length(status) <= 32),
  requested_by_id TEXT,
  size_bytes INTEGER,
  row_count INTEGER,
  attempts INTEGER NOT NULL,
  lease_until TEXT,
  finished_at TEXT,
  expires_at TEXT,
  PRIMARY KEY (account_id, id)
) STRICT;
-- An account has at most one export that waits or is being written.
CREATE UNIQUE INDEX export_one_open ON export (account_id) WHERE status IN ('PENDING', 'RUNNING');
CREATE INDEX export_open ON export (status, created_at);

-- The guard: no two blocked ranges of one calendar overlap. Touching is free. Writers queue up (BEGIN IMMEDIATE), so
-- each one meets committed rows only; the bound on a range's length keeps the look-back small.
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

-- History is append-only. Rows go only with their whole account: by then the account's row is gone.
CREATE TRIGGER event_append_only_update BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'event_append_only');
END;
CREATE TRIGGER event_append_only_delete BEFORE DELETE ON event
WHEN EXISTS (SELECT 1 FROM account WHERE id = OLD.account_id)
BEGIN
  SELECT RAISE(ABORT, 'event_append_only');
END;
