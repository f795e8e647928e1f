-- As the books' statistics: what the planner is told, once and for all.

-- +goose Up
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('cursor', NULL, '64'),
    ('balance', 'sqlite_autoindex_balance_1', '100000 100000 1'),
    ('event', 'sqlite_autoindex_event_1', '10000000 10000000 2 1'),
    ('event', 'event_due', '100000 10 2 1 1'),
    ('event', 'event_dead', '1000 1 1 1 1');
