-- The shelf: what is derived from the books, with the row up to which it was. It may be emptied at any time and is then
-- derived again. Written once for both engines, as the books are.

-- +goose Up
CREATE TABLE cursor (
    lane BIGINT NOT NULL PRIMARY KEY,
    n    BIGINT NOT NULL CHECK (n >= 0)
) /*table*/;

CREATE TABLE balance (
    lane    BIGINT NOT NULL,
    number  BIGINT NOT NULL CHECK (number > 0),
    debits  BIGINT NOT NULL CHECK (debits >= 0),
    credits BIGINT NOT NULL CHECK (credits >= 0),
    PRIMARY KEY (lane, number)
) /*table*/;

-- What somebody is to be told: one row for a journal row and an endpoint. State: 1 pending, 2 delivered, 3 dead. What was
-- told is in the books' table delivery, under the same id.
CREATE TABLE event (
    lane     BIGINT NOT NULL,
    n        BIGINT NOT NULL CHECK (n > 0),
    id       BYTEA  NOT NULL CHECK (length(id) = 16),
    endpoint TEXT   NOT NULL,
    client   TEXT   NOT NULL,
    kind     BIGINT NOT NULL CHECK (kind > 0),
    subject  BYTEA  NOT NULL CHECK (length(subject) = 16),
    origin   BIGINT NOT NULL CHECK (origin >= 0),
    at       BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    attempt  BIGINT NOT NULL CHECK (attempt >= 0),
    state    BIGINT NOT NULL CHECK (state IN (1, 2, 3)),
    detail   TEXT   NOT NULL,
    PRIMARY KEY (lane, n, id)
) /*table*/;
CREATE INDEX event_due ON event (due, lane, n, id) WHERE state = 1;
CREATE INDEX event_dead ON event (at, lane, n, id) WHERE state = 3;
