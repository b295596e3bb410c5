-- tables
create role relay login superuser password 'secret';
create role cert login superuser;
create schema kept;
create domain kept.money9 as numeric(9,2);
create domain kept.nested as kept.money9;
create type kept.mood as enum ('calm', 'wild');
create table kept.types (
  id bigserial primary key,
  s smallserial, i int not null default 3, k serial, bi bigint,
  n numeric(8,3), free numeric, v varchar(12), v0 varchar, t text, c char(4), o boolean,
  d date, ts timestamp(3), ts6 timestamp, tz timestamptz, tz0 timestamptz(0), tm time, tm1 time(1), tt timetz, iv interval, iv3 interval second(3),
  b bit(5), vb varbit(9), vb0 varbit, raw bytea, u uuid, j jsonb, f real, g double precision, mny money, ip inet, x xml, pt point,
  a int[], av varchar(5)[], an numeric(6,2)[], m kept.mood, dom kept.money9, dom2 kept.nested
);
comment on column kept.types.v is 'a note';
create table kept.plain (id int primary key, v text, hidden text);
create table kept.few (id int primary key, v text);
create table kept.beats (who text primary key);
insert into kept.types (v, n, free, a, m, dom) select 'v' || i, i, i / 3.0, array[i], 'calm', i from generate_series(1, 5) i;
insert into kept.plain select i, 'v' || i, 'h' || i from generate_series(1, 300) i;
insert into kept.few select i, 'v' from generate_series(1, 3) i;
analyze;
-- changes
insert into kept.types (v, n, free, a, m, dom, ts, tz) values ('w', 1.5, 2.25, '{1,2}', 'wild', 7, '2024-01-02 03:04:05.678', '2024-01-02 03:04:05Z');
update kept.plain set v = 'changed' where id in (1, 5);
update kept.plain set hidden = 'too' where id = 6;
delete from kept.plain where id = 7;
insert into kept.few values (4, 'late');
