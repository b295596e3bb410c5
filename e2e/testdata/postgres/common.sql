-- tables
create schema shop;
create table shop.orders (
  id serial primary key,
  small smallint not null default 7,
  big bigint,
  flag boolean not null default true,
  r real, d double precision,
  amount numeric(10,2) not null default 1.50,
  free numeric,
  name varchar(40) not null default 'none',
  body text,
  code char(6),
  raw bytea,
  day date, t3 time(3), t6 time, ts3 timestamp(3), ts6 timestamp, tz timestamptz, tt timetz,
  u uuid, j json, jb jsonb
);
create table shop.full_identity (a int, b text, c int, primary key (a, b));
alter table shop.full_identity replica identity full;
create table shop.keyless (x int, y text);
alter table shop.keyless replica identity full;
insert into shop.orders values (1, 1, 2, false, 1.5, 2.25, 12.34, 1.2300, 'ann', 'body', 'abc', '\x0102ff', '2024-02-29', '12:34:56.789', '12:34:56.789123', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789123', '2024-02-29 12:34:56.789123+02', '12:34:56.789+02', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [1, 2]}');
insert into shop.orders (id) values (2);
insert into shop.orders values (3, -1, -9223372036854775808, true, -0.0, 1e300, -0.01, -123456789012345678901234567890.5, 'ünïcode €', repeat('long ', 30), '', '', '1969-12-31', '00:00:00', '23:59:59.999999', '1969-12-31 23:59:59.999', '1900-01-01', '1969-12-31 23:59:59.999999Z', '00:00:00-12', null, 'null', 'null');
insert into shop.full_identity values (1, 'one', 10), (2, 'two', 20);
insert into shop.keyless values (1, 'x'), (2, null);
-- changes
insert into shop.orders values (10, 1, 2, false, 1.5, 2.25, 12.34, 1.2300, 'ann', 'body', 'abc', '\x0102ff', '2024-02-29', '12:34:56.789', '12:34:56.789123', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789123', '2024-02-29 12:34:56.789123+02', '12:34:56.789+02', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b": [1, 2]}');
insert into shop.orders (id) values (11), (12);
insert into shop.orders values (13, -1, -9223372036854775808, true, -0.0, 1e300, -0.01, -123456789012345678901234567890.5, 'ünïcode €', repeat('long ', 30), '', '', '1969-12-31', '00:00:00', '23:59:59.999999', '1969-12-31 23:59:59.999', '1900-01-01', '1969-12-31 23:59:59.999999Z', '00:00:00-12', null, 'null', 'null');
update shop.orders set big = 5 where id = 11;
update shop.orders set id = 20 where id = 12;
delete from shop.orders where id = 10;
begin; update shop.full_identity set c = 11 where a = 1; update shop.full_identity set b = 'zwei' where a = 2; delete from shop.full_identity where a = 1; commit;
begin; insert into shop.keyless values (3, 'z'); update shop.keyless set y = 'w' where x = 3; delete from shop.keyless where x = 1; commit;
begin; insert into shop.orders (id) values (77); rollback;
begin; insert into shop.orders (id) values (78); savepoint s; insert into shop.orders (id) values (79); rollback to s; insert into shop.full_identity values (5, 'five', 5); commit;
insert into shop.orders (id, body) values (80, (select string_agg(md5(i::text), '') from generate_series(1, 300) i));
update shop.orders set small = 9 where id = 80;
update shop.orders set body = 'short' where id = 80;
truncate shop.keyless;
select pg_logical_emit_message(true, 'note', 'inside');
begin; select pg_logical_emit_message(true, 'note', 'one'); insert into shop.orders (id) values (81); select pg_logical_emit_message(true, 'note', 'two'), pg_logical_emit_message(true, 'other', 'three'); commit;
begin; insert into shop.full_identity values (6, 'six', 6); truncate shop.full_identity; insert into shop.full_identity values (5, 'five', 5), (7, 'seven', 7); commit;
update shop.full_identity set c = c where a = 5;
