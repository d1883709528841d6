-- Why: a room is let elsewhere too, and has a calendar there; and whoever looks after a room follows what is in it. So a
-- calendar elsewhere is of one person or of one unit of a resource, and a feed may be a resource's.
ALTER TABLE busy_source
  ALTER COLUMN staff_id DROP NOT NULL,
  ADD COLUMN resource_id uuid,
  ADD COLUMN unit integer CHECK (unit >= 1),
  ADD UNIQUE (account_id, resource_id, unit, name),
  ADD CONSTRAINT busy_source_of_one CHECK (
    (staff_id IS NULL) <> (resource_id IS NULL) AND (resource_id IS NULL) = (unit IS NULL)
  ),
  ADD FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE;

ALTER TABLE calendar_subscription
  ALTER COLUMN staff_id DROP NOT NULL,
  ADD COLUMN resource_id uuid,
  ADD CONSTRAINT calendar_subscription_of_one CHECK ((staff_id IS NULL) <> (resource_id IS NULL)),
  ADD FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id) ON DELETE CASCADE;

ALTER TABLE calendar_feed
  ADD COLUMN resource_id uuid,
  DROP CONSTRAINT calendar_feed_check,
  ADD CONSTRAINT calendar_feed_of_one CHECK (num_nonnulls(staff_id, location_id, resource_id) = 1),
  ADD FOREIGN KEY (account_id, resource_id) REFERENCES resource (account_id, id);
