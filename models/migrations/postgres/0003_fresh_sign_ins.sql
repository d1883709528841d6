-- Why: what could harm most takes a sign-in of the last minutes, and people see how each session began.
-- Sessions from before count as proved when they began.
ALTER TABLE session
  ADD COLUMN proved_at timestamptz,
  ADD COLUMN method varchar(32) NOT NULL DEFAULT 'PASSWORD';
UPDATE session SET proved_at = created_at;
ALTER TABLE session ALTER COLUMN proved_at SET NOT NULL, ALTER COLUMN method DROP DEFAULT;
