-- Why: a price is for a booking or for each person, and a booking keeps what its own was made of.
ALTER TABLE service ADD COLUMN price_unit TEXT NOT NULL DEFAULT 'BOOKING' CHECK (length(price_unit) <= 32);
ALTER TABLE booking ADD COLUMN unit_price_minor INTEGER CHECK (unit_price_minor >= 0);
ALTER TABLE booking ADD COLUMN price_unit TEXT NOT NULL DEFAULT 'BOOKING' CHECK (length(price_unit) <= 32);

-- What was promised about money does not change once a booking is more than a request.
CREATE TRIGGER booking_keeps_price BEFORE UPDATE ON booking
WHEN OLD.status <> 'REQUESTED' AND (
  NEW.price_minor IS NOT OLD.price_minor OR (OLD.currency IS NOT NULL AND NEW.currency IS NOT OLD.currency)
  OR NEW.unit_price_minor IS NOT OLD.unit_price_minor OR NEW.price_unit <> OLD.price_unit
)
BEGIN
  SELECT RAISE(ABORT, 'booking_keeps_price');
END;
