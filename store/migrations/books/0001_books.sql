-- The books: lanes, their journals, and the rows that journals speak of. Written once for both engines: the dialect renders
-- the column types and the table suffix. Hot tables begin their primary key with lane and refer to no catalogue.

-- +goose Up
CREATE TABLE lane (
    lane     BIGINT NOT NULL PRIMARY KEY,
    epoch    BIGINT NOT NULL CHECK (epoch > 0),
    taken    BIGINT NOT NULL CHECK (taken > 0 AND taken <= epoch),
    batch    BIGINT NOT NULL CHECK (batch >= 0),
    n        BIGINT NOT NULL CHECK (n >= 0),
    head     BYTEA  NOT NULL CHECK (length(head) = 32),
    at       BIGINT NOT NULL,
    accounts BIGINT NOT NULL CHECK (accounts >= 0),
    holder   TEXT   NOT NULL,
    backend  BIGINT NOT NULL,
    renewed  BIGINT NOT NULL
) /*table*/;

CREATE TABLE journal (
    lane      BIGINT NOT NULL,
    n         BIGINT NOT NULL CHECK (n > 0),
    at        BIGINT NOT NULL,
    kind      BIGINT NOT NULL CHECK (kind > 0),
    subject   BYTEA  NOT NULL CHECK (length(subject) = 16),
    origin    BIGINT NOT NULL CHECK (origin >= 0 AND origin <= n),
    previous  BIGINT NOT NULL CHECK (previous >= 0 AND previous < n),
    body      BYTEA  NOT NULL,
    transfers BYTEA  NOT NULL,
    hash      BYTEA  NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (lane, n)
) /*table*/;
CREATE INDEX journal_family ON journal (lane, origin, n);

CREATE TABLE payment (
    lane           BIGINT NOT NULL,
    id             BYTEA  NOT NULL CHECK (length(id) = 16),
    n              BIGINT NOT NULL CHECK (n > 0),
    at             BIGINT NOT NULL,
    client         TEXT   NOT NULL,
    account        TEXT   NOT NULL,
    request        TEXT   NOT NULL,
    ordered        TEXT   NOT NULL,
    merchant       BYTEA  NOT NULL CHECK (length(merchant) = 16),
    store          TEXT   NOT NULL,
    terminal       TEXT   NOT NULL,
    wallet         TEXT   NOT NULL,
    code           BYTEA  NOT NULL CHECK (length(code) = 16),
    fingerprint    BYTEA  NOT NULL CHECK (length(fingerprint) = 16),
    price          BIGINT NOT NULL CHECK (price >= 0),
    currency       BIGINT NOT NULL,
    payer          BIGINT NOT NULL CHECK (payer >= 0),
    payer_currency BIGINT NOT NULL,
    base           BIGINT NOT NULL CHECK (base >= 0 AND base <= payer),
    quote          BYTEA  NOT NULL CHECK (length(quote) = 16),
    rate_num       BIGINT NOT NULL CHECK (rate_num >= 0),
    rate_den       BIGINT NOT NULL CHECK (rate_den >= 0),
    base_num       BIGINT NOT NULL CHECK (base_num >= 0),
    base_den       BIGINT NOT NULL CHECK (base_den >= 0),
    rounding       BIGINT NOT NULL,
    fee            BIGINT NOT NULL CHECK (fee >= 0 AND fee <= price),
    fee_back       BIGINT NOT NULL CHECK (fee_back IN (0, 1)),
    expires        BIGINT NOT NULL,
    sealed         BYTEA  NOT NULL,
    PRIMARY KEY (lane, id)
) /*table*/;

CREATE TABLE refund (
    lane      BIGINT NOT NULL,
    id        BYTEA  NOT NULL CHECK (length(id) = 16),
    n         BIGINT NOT NULL CHECK (n > 0),
    at        BIGINT NOT NULL,
    payment   BYTEA  NOT NULL CHECK (length(payment) = 16),
    client    TEXT   NOT NULL,
    account   TEXT   NOT NULL,
    request   TEXT   NOT NULL,
    reference TEXT   NOT NULL,
    amount    BIGINT NOT NULL CHECK (amount > 0),
    currency  BIGINT NOT NULL,
    sealed    BYTEA  NOT NULL,
    PRIMARY KEY (lane, id)
) /*table*/;

-- A payer's code is spent once. Rows go a day after their hour.
CREATE TABLE code_claim (
    lane    BIGINT NOT NULL,
    hour    BIGINT NOT NULL,
    mark    BYTEA  NOT NULL CHECK (length(mark) = 16),
    home    BIGINT NOT NULL,
    payment BYTEA  NOT NULL CHECK (length(payment) = 16),
    PRIMARY KEY (lane, hour, mark)
) /*table*/;

-- Free text of callers, sealed; n is the journal row it belongs to. Deleting a row erases the text and breaks no hash.
CREATE TABLE sealed (
    lane   BIGINT NOT NULL,
    n      BIGINT NOT NULL CHECK (n > 0),
    record BYTEA  NOT NULL,
    PRIMARY KEY (lane, n)
) /*table*/;

CREATE TABLE account (
    lane     BIGINT NOT NULL,
    number   BIGINT NOT NULL CHECK (number > 0),
    purpose  BIGINT NOT NULL CHECK (purpose > 0),
    holder   TEXT   NOT NULL,
    currency BIGINT NOT NULL CHECK (currency > 0),
    PRIMARY KEY (lane, number),
    UNIQUE (lane, purpose, holder, currency)
) /*table*/;

-- What the lane's memory held at its last checkpoint: a restart reads this and the journal's tail.
CREATE TABLE checkpoint (
    lane    BIGINT NOT NULL PRIMARY KEY,
    n       BIGINT NOT NULL CHECK (n >= 0),
    origins BYTEA  NOT NULL
) /*table*/;

-- A balance holds what the account's transfers up to row n moved; later ones are in the journal's tail.
CREATE TABLE balance (
    lane    BIGINT NOT NULL,
    number  BIGINT NOT NULL CHECK (number > 0),
    n       BIGINT NOT NULL CHECK (n > 0),
    debits  BIGINT NOT NULL CHECK (debits >= 0),
    credits BIGINT NOT NULL CHECK (credits >= 0),
    PRIMARY KEY (lane, number)
) /*table*/;

-- What was told to whom: the truth about effects, which no rebuild repeats.
CREATE TABLE delivery (
    lane     BIGINT NOT NULL,
    event    BYTEA  NOT NULL CHECK (length(event) = 16),
    attempt  BIGINT NOT NULL CHECK (attempt > 0),
    at       BIGINT NOT NULL,
    outcome  BIGINT NOT NULL CHECK (outcome IN (1, 2, 3)),
    detail   TEXT   NOT NULL,
    PRIMARY KEY (lane, event, attempt)
) /*table*/;

-- Movements whose write the database refused: kept with their data until a person has looked.
CREATE TABLE parked (
    lane    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    place   BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    data    BYTEA  NOT NULL,
    reason  TEXT   NOT NULL,
    PRIMARY KEY (lane, at, place)
) /*table*/;

-- Acts on the catalogue, with who did them: the audit log. n is the act's journal row.
CREATE TABLE act (
    lane    BIGINT NOT NULL,
    n       BIGINT NOT NULL CHECK (n > 0),
    at      BIGINT NOT NULL,
    person  TEXT   NOT NULL,
    what    TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    data    BYTEA  NOT NULL,
    PRIMARY KEY (lane, n)
) /*table*/;

