-- Why: a service may ask a deposit, a booking is paid at the venue or online, and money goes back. No card data is kept.
ALTER TABLE service ADD COLUMN deposit_kind TEXT NOT NULL DEFAULT 'NONE' CHECK (length(deposit_kind) <= 32);
ALTER TABLE service ADD COLUMN deposit_minor INTEGER CHECK (deposit_minor >= 0);
ALTER TABLE service ADD COLUMN deposit_percent INTEGER CHECK (deposit_percent BETWEEN 1 AND 100);
ALTER TABLE service ADD COLUMN deposit_refund TEXT NOT NULL DEFAULT 'UNTIL_CUTOFF' CHECK (length(deposit_refund) <= 32);
ALTER TABLE service ADD COLUMN deposit_provider TEXT NOT NULL DEFAULT 'AT_VENUE' CHECK (length(deposit_provider) <= 32);
ALTER TABLE booking ADD COLUMN deposit_minor INTEGER CHECK (deposit_minor >= 1);
ALTER TABLE booking ADD COLUMN deposit_refund TEXT NOT NULL DEFAULT 'UNTIL_CUTOFF' CHECK (length(deposit_refund) <= 32);
ALTER TABLE booking ADD COLUMN deposit_provider TEXT NOT NULL DEFAULT 'AT_VENUE' CHECK (length(deposit_provider) <= 32);
ALTER TABLE booking ADD COLUMN awaits_payment INTEGER NOT NULL DEFAULT 0 CHECK (awaits_payment IN (0, 1));
ALTER TABLE booking ADD COLUMN paid_minor INTEGER NOT NULL DEFAULT 0;

CREATE TABLE payment (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  provider TEXT NOT NULL CHECK (length(provider) <= 32),
  method TEXT NOT NULL CHECK (length(method) <= 32),
  state TEXT NOT NULL CHECK (length(state) <= 32),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 1),
  currency TEXT NOT NULL CHECK (length(currency) <= 3),
  returning_minor INTEGER NOT NULL,
  refunded_minor INTEGER NOT NULL,
  reference TEXT CHECK (length(reference) <= 200),
  redirect_url TEXT CHECK (length(redirect_url) <= 2000),
  expires_at TEXT,
  settled_at TEXT,
  due_at TEXT,
  attempts INTEGER NOT NULL,
  lease_until TEXT,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT payment_gives_back_what_came CHECK (
    0 <= refunded_minor AND refunded_minor <= returning_minor AND returning_minor <= amount_minor
  ),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX payment_booking ON payment (account_id, booking_id);
CREATE INDEX payment_due ON payment (due_at) WHERE state = 'PENDING';

CREATE TABLE refund (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (length(state) <= 32),
  reason TEXT NOT NULL CHECK (length(reason) <= 32),
  amount_minor INTEGER NOT NULL CHECK (amount_minor >= 1),
  reference TEXT CHECK (length(reference) <= 200),
  due_at TEXT,
  attempts INTEGER NOT NULL,
  lease_until TEXT,
  settled_at TEXT,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, payment_id) REFERENCES payment (account_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX refund_payment ON refund (account_id, payment_id);
CREATE INDEX refund_due ON refund (due_at) WHERE state = 'PENDING';

CREATE TABLE payment_entry (
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  payment_id TEXT NOT NULL,
  booking_id TEXT NOT NULL,
  refund_id TEXT,
  kind TEXT NOT NULL CHECK (length(kind) <= 32),
  method TEXT NOT NULL CHECK (length(method) <= 32),
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) <= 3),
  PRIMARY KEY (account_id, id),
  CONSTRAINT payment_entry_signed CHECK (
    (kind = 'PAID' AND amount_minor > 0 AND refund_id IS NULL)
    OR (kind = 'REFUNDED' AND amount_minor < 0 AND refund_id IS NOT NULL)
  ),
  UNIQUE (account_id, refund_id),
  FOREIGN KEY (account_id, payment_id) REFERENCES payment (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, refund_id) REFERENCES refund (account_id, id) ON DELETE CASCADE
) STRICT;
-- Money comes in once for each payment, whoever tells of it how often.
CREATE UNIQUE INDEX payment_entry_once ON payment_entry (account_id, payment_id) WHERE kind = 'PAID';
CREATE INDEX payment_entry_when ON payment_entry (account_id, created_at);
CREATE INDEX payment_entry_booking ON payment_entry (account_id, booking_id);

-- The ledger is append-only. Rows go only with their whole account: by then the account's row is gone.
CREATE TRIGGER payment_entry_append_only_update BEFORE UPDATE ON payment_entry
BEGIN
  SELECT RAISE(ABORT, 'payment_entry_append_only');
END;
CREATE TRIGGER payment_entry_append_only_delete BEFORE DELETE ON payment_entry
WHEN EXISTS (SELECT 1 FROM account WHERE id = OLD.account_id)
BEGIN
  SELECT RAISE(ABORT, 'payment_entry_append_only');
END;

-- What was promised about the deposit does not change once a booking is more than a request.
CREATE TRIGGER booking_keeps_deposit BEFORE UPDATE ON booking
WHEN OLD.status <> 'REQUESTED' AND (
  NEW.deposit_minor IS NOT OLD.deposit_minor OR NEW.deposit_refund <> OLD.deposit_refund
  OR NEW.deposit_provider <> OLD.deposit_provider
)
BEGIN
  SELECT RAISE(ABORT, 'booking_keeps_deposit');
END;
