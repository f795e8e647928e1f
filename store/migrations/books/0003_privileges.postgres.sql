-- What is written once is never changed, not even by the program's own role, which owns the tables: whoever takes a privilege
-- back leaves a trace, and the chain of hashes shows what was done with it. A superuser is not bound by this: do not run the
-- program as one.

-- +goose Up
REVOKE UPDATE, DELETE, TRUNCATE ON journal, payment, refund, delivery, act, quote FROM CURRENT_USER;
