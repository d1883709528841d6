-- Why: a price is for a booking or for each person, and a booking keeps what its own was made of.
ALTER TABLE service ADD COLUMN price_unit varchar(32) NOT NULL DEFAULT 'BOOKING';
ALTER TABLE booking ADD COLUMN unit_price_minor bigint CHECK (unit_price_minor >= 0);
ALTER TABLE booking ADD COLUMN price_unit varchar(32) NOT NULL DEFAULT 'BOOKING';

-- What was promised about money does not change once a booking is more than a request.
CREATE FUNCTION booking_keeps_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'REQUESTED' AND (
    NEW.price_minor IS DISTINCT FROM OLD.price_minor OR (OLD.currency IS NOT NULL AND NEW.currency IS DISTINCT FROM OLD.currency)
    OR NEW.unit_price_minor IS DISTINCT FROM OLD.unit_price_minor OR NEW.price_unit <> OLD.price_unit
  ) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_keeps_price',
      MESSAGE = 'booking_keeps_price: what was promised about money does not change';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER booking_keeps_price BEFORE UPDATE ON booking FOR EACH ROW EXECUTE FUNCTION booking_keeps_price();
