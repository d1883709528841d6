-- Why: a service may ask a deposit, a booking is paid at the venue or online, and money goes back. No card data is kept.
ALTER TABLE service ADD COLUMN deposit_kind varchar(32) NOT NULL DEFAULT 'NONE';
ALTER TABLE service ADD COLUMN deposit_minor bigint CHECK (deposit_minor >= 0);
ALTER TABLE service ADD COLUMN deposit_percent integer CHECK (deposit_percent BETWEEN 1 AND 100);
ALTER TABLE service ADD COLUMN deposit_refund varchar(32) NOT NULL DEFAULT 'UNTIL_CUTOFF';
ALTER TABLE service ADD COLUMN deposit_provider varchar(32) NOT NULL DEFAULT 'AT_VENUE';
ALTER TABLE booking ADD COLUMN deposit_minor bigint CHECK (deposit_minor >= 1);
ALTER TABLE booking ADD COLUMN deposit_refund varchar(32) NOT NULL DEFAULT 'UNTIL_CUTOFF';
ALTER TABLE booking ADD COLUMN deposit_provider varchar(32) NOT NULL DEFAULT 'AT_VENUE';
ALTER TABLE booking ADD COLUMN awaits_payment boolean NOT NULL DEFAULT false;
ALTER TABLE booking ADD COLUMN paid_minor bigint NOT NULL DEFAULT 0;

CREATE TABLE payment (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  booking_id uuid NOT NULL,
  provider varchar(32) NOT NULL,
  method varchar(32) NOT NULL,
  state varchar(32) NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 1),
  currency varchar(3) NOT NULL,
  returning_minor bigint NOT NULL,
  refunded_minor bigint NOT NULL,
  reference varchar(200),
  redirect_url varchar(2000),
  expires_at timestamptz,
  settled_at timestamptz,
  due_at timestamptz,
  attempts integer NOT NULL,
  lease_until timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT payment_gives_back_what_came CHECK (
    0 <= refunded_minor AND refunded_minor <= returning_minor AND returning_minor <= amount_minor
  ),
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE
);
CREATE INDEX payment_booking ON payment (account_id, booking_id);
CREATE INDEX payment_due ON payment (due_at) WHERE state = 'PENDING';

CREATE TABLE refund (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  payment_id uuid NOT NULL,
  state varchar(32) NOT NULL,
  reason varchar(32) NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor >= 1),
  reference varchar(200),
  due_at timestamptz,
  attempts integer NOT NULL,
  lease_until timestamptz,
  settled_at timestamptz,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id, payment_id) REFERENCES payment (account_id, id) ON DELETE CASCADE
);
CREATE INDEX refund_payment ON refund (account_id, payment_id);
CREATE INDEX refund_due ON refund (due_at) WHERE state = 'PENDING';

CREATE TABLE payment_entry (
  account_id uuid NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  payment_id uuid NOT NULL,
  booking_id uuid NOT NULL,
  refund_id uuid,
  kind varchar(32) NOT NULL,
  method varchar(32) NOT NULL,
  amount_minor bigint NOT NULL,
  currency varchar(3) NOT NULL,
  PRIMARY KEY (account_id, id),
  CONSTRAINT payment_entry_signed CHECK (
    (kind = 'PAID' AND amount_minor > 0 AND refund_id IS NULL)
    OR (kind = 'REFUNDED' AND amount_minor < 0 AND refund_id IS NOT NULL)
  ),
  UNIQUE (account_id, refund_id),
  FOREIGN KEY (account_id, payment_id) REFERENCES payment (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, booking_id) REFERENCES booking (account_id, id) ON DELETE CASCADE,
  FOREIGN KEY (account_id, refund_id) REFERENCES refund (account_id, id) ON DELETE CASCADE
);
-- Money comes in once for each payment, whoever tells of it how often.
CREATE UNIQUE INDEX payment_entry_once ON payment_entry (account_id, payment_id) WHERE kind = 'PAID';
CREATE INDEX payment_entry_when ON payment_entry (account_id, created_at);
CREATE INDEX payment_entry_booking ON payment_entry (account_id, booking_id);

-- The ledger is append-only. Rows go only with their whole account: by then the account's row is gone.
CREATE FUNCTION payment_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_entry_append_only',
    MESSAGE = 'payment_entry_append_only: the ledger is not changed';
END $$;
CREATE TRIGGER payment_entry_append_only BEFORE UPDATE OR DELETE ON payment_entry
  FOR EACH ROW EXECUTE FUNCTION payment_entry_append_only();

-- What was promised about the deposit does not change once a booking is more than a request.
CREATE FUNCTION booking_keeps_deposit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'REQUESTED' AND (
    NEW.deposit_minor IS DISTINCT FROM OLD.deposit_minor OR NEW.deposit_refund <> OLD.deposit_refund
    OR NEW.deposit_provider <> OLD.deposit_provider
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_keeps_deposit',
      MESSAGE = 'booking_keeps_deposit: what was promised about the deposit does not change';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER booking_keeps_deposit BEFORE UPDATE ON booking FOR EACH ROW EXECUTE FUNCTION booking_keeps_deposit();
