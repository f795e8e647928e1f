-- The catalogue: facts that change rarely and are read from memory. Reference tables on a distributed PostgreSQL. version is
-- the journal row, in the house lane, of the act that wrote the fact last.

-- +goose Up
CREATE TABLE holder (
    id      TEXT   NOT NULL PRIMARY KEY,
    kind    TEXT   NOT NULL CHECK (kind IN ('merchant', 'acquirer', 'wallet')),
    name    TEXT   NOT NULL,
    lane    BIGINT NOT NULL,
    status  TEXT   NOT NULL CHECK (status IN ('active', 'suspended', 'closed')),
    version BIGINT NOT NULL
) /*table*/;

CREATE TABLE client (
    id             TEXT   NOT NULL PRIMARY KEY,
    holder         TEXT   NOT NULL,
    lane           BIGINT NOT NULL,
    status         TEXT   NOT NULL CHECK (status IN ('active', 'suspended', 'closed')),
    notify_url     TEXT   NOT NULL,
    notify_failure BIGINT NOT NULL CHECK (notify_failure IN (0, 1)),
    response_key   BIGINT NOT NULL,
    requests       BIGINT NOT NULL CHECK (requests >= 0),
    bad_codes      BIGINT NOT NULL CHECK (bad_codes >= 0),
    tombstones     BIGINT NOT NULL CHECK (tombstones >= 0),
    version        BIGINT NOT NULL
) /*table*/;

CREATE TABLE client_key (
    client     TEXT   NOT NULL,
    number     BIGINT NOT NULL CHECK (number > 0),
    algorithm  TEXT   NOT NULL CHECK (algorithm IN ('RSA256', 'Ed25519')),
    public     TEXT   NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL,
    revoked    BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    PRIMARY KEY (client, number)
) /*table*/;

CREATE TABLE house_key (
    number     BIGINT NOT NULL PRIMARY KEY CHECK (number > 0),
    algorithm  TEXT   NOT NULL CHECK (algorithm IN ('RSA256', 'Ed25519')),
    public     TEXT   NOT NULL,
    sealed     BYTEA  NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL,
    revoked    BIGINT NOT NULL,
    version    BIGINT NOT NULL
) /*table*/;

CREATE TABLE plan (
    id          TEXT   NOT NULL PRIMARY KEY,
    percent_num BIGINT NOT NULL CHECK (percent_num >= 0),
    percent_den BIGINT NOT NULL CHECK (percent_den > 0),
    fixed       BIGINT NOT NULL CHECK (fixed >= 0),
    rounding    BIGINT NOT NULL,
    fee_back    BIGINT NOT NULL CHECK (fee_back IN (0, 1)),
    valid_from  BIGINT NOT NULL,
    credit_line BIGINT NOT NULL CHECK (credit_line >= 0),
    version     BIGINT NOT NULL
) /*table*/;

CREATE TABLE merchant (
    id         BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    lane       BIGINT NOT NULL,
    holder     TEXT   NOT NULL,
    reference  TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    mcc        TEXT   NOT NULL,
    region     TEXT   NOT NULL,
    prefecture BIGINT NOT NULL CHECK (prefecture >= 0 AND prefecture <= 47),
    currency   BIGINT NOT NULL CHECK (currency > 0),
    status     TEXT   NOT NULL CHECK (status IN ('live', 'suspended', 'terminated')),
    plan       TEXT   NOT NULL,
    version    BIGINT NOT NULL
) /*table*/;

CREATE TABLE shop (
    merchant  BYTEA  NOT NULL CHECK (length(merchant) = 16),
    reference TEXT   NOT NULL,
    name      TEXT   NOT NULL,
    mcc       TEXT   NOT NULL,
    terminals BIGINT NOT NULL CHECK (terminals >= 0),
    version   BIGINT NOT NULL,
    PRIMARY KEY (merchant, reference)
) /*table*/;

CREATE TABLE wallet (
    id              TEXT   NOT NULL PRIMARY KEY,
    client          TEXT   NOT NULL,
    holder          TEXT   NOT NULL,
    lane            BIGINT NOT NULL,
    brand           TEXT   NOT NULL,
    region          TEXT   NOT NULL,
    currency        BIGINT NOT NULL CHECK (currency > 0),
    url             TEXT   NOT NULL,
    our_key         BIGINT NOT NULL,
    status          TEXT   NOT NULL CHECK (status IN ('live', 'suspended', 'terminated')),
    spread          BIGINT NOT NULL CHECK (spread >= 0),
    rounding        BIGINT NOT NULL,
    pay_max         BIGINT NOT NULL CHECK (pay_max >= 0),
    minute_max      BIGINT NOT NULL CHECK (minute_max >= 0),
    partial_refunds BIGINT NOT NULL CHECK (partial_refunds IN (0, 1)),
    refund_days     BIGINT NOT NULL CHECK (refund_days >= 0),
    routing         BIGINT NOT NULL CHECK (routing >= 0 AND routing <= 999),
    deadline        BIGINT NOT NULL CHECK (deadline >= 0),
    inquiry_every   BIGINT NOT NULL CHECK (inquiry_every >= 0),
    inquiry_max     BIGINT NOT NULL CHECK (inquiry_max >= 0),
    cancel_backoff  BIGINT NOT NULL CHECK (cancel_backoff >= 0),
    cancel_max      BIGINT NOT NULL CHECK (cancel_max >= 0),
    in_flight_max   BIGINT NOT NULL CHECK (in_flight_max >= 0),
    version         BIGINT NOT NULL
) /*table*/;

CREATE TABLE route (
    id         TEXT   NOT NULL PRIMARY KEY,
    prefix     TEXT   NOT NULL,
    length_min BIGINT NOT NULL,
    length_max BIGINT NOT NULL,
    marks      TEXT   NOT NULL,
    wallet     TEXT   NOT NULL,
    priority   BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL,
    version    BIGINT NOT NULL
) /*table*/;

CREATE TABLE fx_source (
    id       TEXT   NOT NULL PRIMARY KEY,
    form     TEXT   NOT NULL CHECK (form IN ('ecb', 'feed')),
    url      TEXT   NOT NULL,
    client   TEXT   NOT NULL,
    priority BIGINT NOT NULL,
    age_max  BIGINT NOT NULL CHECK (age_max > 0),
    calendar TEXT   NOT NULL,
    pivot    BIGINT NOT NULL,
    band_num BIGINT NOT NULL CHECK (band_num >= 0),
    band_den BIGINT NOT NULL CHECK (band_den > 0),
    near_num BIGINT NOT NULL CHECK (near_num >= 0),
    near_den BIGINT NOT NULL CHECK (near_den > 0),
    version  BIGINT NOT NULL
) /*table*/;

-- A pair is one whichever way it is quoted: low and high are its currencies, base and halt_base say which way it is.
CREATE TABLE reading (
    source    TEXT   NOT NULL,
    low       BIGINT NOT NULL,
    high      BIGINT NOT NULL CHECK (high > low),
    base      BIGINT NOT NULL CHECK (base IN (low, high)),
    num       BIGINT NOT NULL CHECK (num > 0),
    den       BIGINT NOT NULL CHECK (den > 0),
    at        BIGINT NOT NULL,
    halt_base BIGINT NOT NULL CHECK (halt_base IN (0, low, high)),
    halt_num  BIGINT NOT NULL CHECK (halt_num >= 0),
    halt_den  BIGINT NOT NULL CHECK (halt_den >= 0),
    halt_at   BIGINT NOT NULL,
    version   BIGINT NOT NULL,
    PRIMARY KEY (source, low, high)
) /*table*/;

-- The price list: any number of payments may name a line while it is valid. Lines are never changed.
CREATE TABLE quote (
    id         BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    wallet     TEXT   NOT NULL,
    base       BIGINT NOT NULL,
    quoted     BIGINT NOT NULL,
    base_num   BIGINT NOT NULL CHECK (base_num > 0),
    base_den   BIGINT NOT NULL CHECK (base_den > 0),
    rate_num   BIGINT NOT NULL CHECK (rate_num > 0),
    rate_den   BIGINT NOT NULL CHECK (rate_den > 0),
    valid_from BIGINT NOT NULL,
    valid_to   BIGINT NOT NULL,
    rounding   BIGINT NOT NULL,
    source     TEXT   NOT NULL,
    guaranteed BIGINT NOT NULL CHECK (guaranteed IN (0, 1)),
    version    BIGINT NOT NULL
) /*table*/;
CREATE INDEX quote_end ON quote (valid_to, id);

-- The version of each kind of fact: what a cache compares to learn that it is old.
CREATE TABLE edition (
    kind    BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
) /*table*/;
