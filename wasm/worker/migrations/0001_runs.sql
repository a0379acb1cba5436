-- A run is a set of losses over pairs of masks. Its tally is what the folded pairs add up to; fold names the last addition, so
-- that of two that were begun at once only one counts.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  print TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('listing', 'running', 'cancelled', 'failed')),
  queued INTEGER NOT NULL DEFAULT 0,
  detail TEXT,
  tally TEXT,
  fold TEXT NOT NULL DEFAULT '',
  created TEXT NOT NULL,
  updated TEXT NOT NULL
);
-- A pair is done once and for all: its result and the state that merges do not change any more.
CREATE TABLE pairs (
  run TEXT NOT NULL REFERENCES runs (id),
  seq INTEGER NOT NULL,
  prediction TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  code TEXT,
  detail TEXT,
  result TEXT,
  tally TEXT,
  folded INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run, seq),
  UNIQUE (run, prediction, target)
) WITHOUT ROWID;
CREATE INDEX pairs_state ON pairs (run, state, folded, seq);
