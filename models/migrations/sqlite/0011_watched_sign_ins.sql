-- Why: people hear of a sign-in on a device that is new and can end it from the mail, a business can ask its members for
-- a second factor, and a key says who made it and since when they are gone.
ALTER TABLE session ADD COLUMN notice_hash TEXT CHECK (length(notice_hash) <= 64);
ALTER TABLE session ADD COLUMN notice_nonce TEXT CHECK (length(notice_nonce) <= 32);
CREATE UNIQUE INDEX session_notice ON session (notice_hash) WHERE notice_hash IS NOT NULL;

ALTER TABLE privacy_settings ADD COLUMN require_second_factor INTEGER NOT NULL DEFAULT 0;

ALTER TABLE access_key ADD COLUMN made_by_id TEXT REFERENCES app_user (id) ON DELETE SET NULL;
ALTER TABLE access_key ADD COLUMN maker_left_at TEXT;
UPDATE access_key SET made_by_id = (
  SELECT e.actor_id FROM event e JOIN app_user u ON u.id = e.actor_id
  WHERE e.account_id = access_key.account_id AND e.subject = 'access_key' AND e.subject_id = access_key.id
    AND e.name = 'access_key_issued' AND e.actor_kind = 'MEMBER'
);
-- Those who are gone already: nobody knows since when, so since now.
UPDATE access_key SET maker_left_at = strftime('%Y-%m-%d %H:%M:%f', 'now') || '000+00:00'
WHERE made_by_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM membership m WHERE m.account_id = access_key.account_id AND m.user_id = access_key.made_by_id
);
