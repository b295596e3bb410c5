create table orders (id int primary key, customer text, total numeric(10,2), state text);
create table outbox (id uuid primary key, aggregatetype text not null, aggregateid text not null, type text not null, payload jsonb, tenant text, happened timestamp);
begin; insert into orders values (1, 'Ann', 12.50, 'placed'); insert into outbox values ('00000000-0000-0000-0000-000000000001', 'order', '1', 'OrderPlaced', '{"id": 1, "customer": "Ann", "lines": [{"sku": "a-1", "count": 2}], "total": 12.50}', 'north', '2024-03-01 10:00:00'); commit;
-- changes
begin; insert into orders values (2, 'Bob', 7, 'placed'); insert into outbox values ('00000000-0000-0000-0000-000000000002', 'order', '2', 'OrderPlaced', '{"id": 2, "customer": "Bøb \"quoted\"", "lines": [], "total": 7}', 'south', '2024-03-01 10:00:01.5'); commit;
begin; update orders set state = 'paid' where id = 1; insert into outbox values ('00000000-0000-0000-0000-000000000003', 'order', '1', 'OrderPaid', '{"id": 1, "by": {"card": "visa", "last": 4242}, "gift": false, "note": null}', 'north', '2024-03-01 10:00:02.123456'); delete from outbox where id = '00000000-0000-0000-0000-000000000003'; commit;
begin; insert into orders values (3, 'never', 0, 'placed'); insert into outbox values ('00000000-0000-0000-0000-000000000004', 'order', '3', 'OrderPlaced', '{"id": 3}', null, null); rollback;
insert into outbox values ('00000000-0000-0000-0000-000000000005', 'customer', 'ann@example.com', 'CustomerMoved', '{"street": "Main", "numbers": [1, 2, 3]}', null, '2024-03-01 10:00:03');
insert into outbox values ('00000000-0000-0000-0000-000000000006', 'customer', 'bob@example.com', 'CustomerGone', null, 'south', '2024-03-01 10:00:04');
update outbox set type = 'OrderRenamed' where id = '00000000-0000-0000-0000-000000000002';
delete from outbox where aggregatetype = 'order';
begin; insert into outbox select ('00000000-0000-0000-0001-' || lpad(i::text, 12, '0'))::uuid, 'order', (i % 3)::text, 'OrderTouched', jsonb_build_object('i', i), 'north', '2024-03-01'::timestamp + i * interval '1 minute' from generate_series(1, 40) i; delete from outbox; commit;
