-- Why: whoever looks for free times asks which requests of one account nobody answered in time; without this, all of
-- its bookings were read for it.
CREATE INDEX booking_overdue ON booking (account_id, request_expires_at) WHERE status = 'REQUESTED';
