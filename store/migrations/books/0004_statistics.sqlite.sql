-- What the planner is told of the tables, once and for all: one lane of ten million payments. Without it SQLite has read a
-- whole lane to find one row. Nothing analyses the tables later, so a plan that was tested is the plan that runs. An index
-- that a later migration adds gets its line in a later file. The numbers: rows, then rows that are alike in the first column,
-- in the first two, and so on.

-- +goose Up
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('lane', NULL, '64'),
    ('journal', 'sqlite_autoindex_journal_1', '20000000 20000000 1'),
    ('journal', 'journal_family', '20000000 20000000 4 1'),
    ('payment', 'sqlite_autoindex_payment_1', '10000000 10000000 1'),
    ('refund', 'sqlite_autoindex_refund_1', '500000 500000 1'),
    ('code_claim', 'sqlite_autoindex_code_claim_1', '10000000 10000000 400000 1'),
    ('sealed', 'sqlite_autoindex_sealed_1', '10000000 10000000 1'),
    ('account', 'sqlite_autoindex_account_1', '100000 100000 1'),
    ('account', 'sqlite_autoindex_account_2', '100000 100000 20000 2 1'),
    ('checkpoint', NULL, '64'),
    ('balance', 'sqlite_autoindex_balance_1', '100000 100000 1'),
    ('delivery', 'sqlite_autoindex_delivery_1', '10000000 10000000 2 1'),
    ('parked', 'sqlite_autoindex_parked_1', '100 100 1 1'),
    ('act', 'sqlite_autoindex_act_1', '10000 10000 1'),
    ('holder', 'sqlite_autoindex_holder_1', '10000 1'),
    ('client', 'sqlite_autoindex_client_1', '10000 1'),
    ('client_key', 'sqlite_autoindex_client_key_1', '20000 2 1'),
    ('house_key', NULL, '10'),
    ('plan', 'sqlite_autoindex_plan_1', '100 1'),
    ('merchant', 'sqlite_autoindex_merchant_1', '1000000 1'),
    ('shop', 'sqlite_autoindex_shop_1', '2000000 2 1'),
    ('wallet', 'sqlite_autoindex_wallet_1', '100 1'),
    ('route', 'sqlite_autoindex_route_1', '1000 1'),
    ('fx_source', 'sqlite_autoindex_fx_source_1', '10 1'),
    ('reading', 'sqlite_autoindex_reading_1', '1000 200 20 1'),
    ('quote', 'sqlite_autoindex_quote_1', '1000000 1'),
    ('quote', 'quote_end', '1000000 50 1'),
    ('edition', NULL, '12');
