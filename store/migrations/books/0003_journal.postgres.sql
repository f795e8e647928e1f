-- The journal is append only for the program's own role, which owns it: whoever takes the privilege back leaves a trace, and
-- the chain of hashes shows what was done with it. A superuser is not bound by this: do not run the program as one.

-- +goose Up
REVOKE UPDATE, DELETE, TRUNCATE ON journal FROM CURRENT_USER;
