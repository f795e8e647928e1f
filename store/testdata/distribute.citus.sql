-- Spreads the tables of Kakehashi over the nodes of a Citus cluster. Run it once, on the
-- coordinator, after the program has made its tables there and before it has written to them. Beforehand:
-- max_prepared_transactions at least twice max_connections, wal_level = logical,
-- citus.recover_2pc_interval = '5s', and for the program's role citus.max_adaptive_executor_pool_size = 1.

SET citus.enable_local_reference_table_foreign_keys = off;

SELECT create_reference_table('holder');
SELECT create_reference_table('client');
SELECT create_reference_table('client_key');
SELECT create_reference_table('house_key');
SELECT create_reference_table('plan');
SELECT create_reference_table('merchant');
SELECT create_reference_table('shop');
SELECT create_reference_table('wallet');
SELECT create_reference_table('route');
SELECT create_reference_table('fx_source');
SELECT create_reference_table('reading');
SELECT create_reference_table('quote');
SELECT create_reference_table('edition');

SELECT create_distributed_table('lane', 'lane', shard_count => 64);
SELECT create_distributed_table('journal', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('payment', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('refund', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('code_claim', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('sealed', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('account', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('checkpoint', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('balance', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('delivery', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('parked', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('act', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('shelf.cursor', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('shelf.balance', 'lane', colocate_with => 'lane');
SELECT create_distributed_table('shelf.event', 'lane', colocate_with => 'lane');
