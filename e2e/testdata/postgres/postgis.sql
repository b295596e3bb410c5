create extension postgis;
create table shapes (id int primary key, g geometry, p geometry(Point, 4326), z geometry(PointZ), m geometry(LineStringM, 3857), e geometry(Polygon), ge geography, gp geography(Point, 4326), b box2d, b3 box3d, arr geometry[], req geometry not null default 'POINT(0 0)');
insert into shapes (id, g, p, z, m, e, ge, gp, b, b3) values (1, 'POINT(174.9479 -36.7208)', 'SRID=4326;POINT(1 2)', 'POINT Z (1 2 3)', 'SRID=3857;LINESTRING M (0 0 1, 1 1 2)', 'POLYGON EMPTY', 'SRID=4326;LINESTRING(0 0, 1 1)', 'POINT(3 4)', 'BOX(0 0,1 1)', 'BOX3D(0 0 0,1 1 1)');
insert into shapes (id, g, arr, req) values (2, 'SRID=187;MULTIPOLYGON(((0 0,1 0,1 1,0 0)))', array['POINT(1 1)', 'SRID=4326;POINT(2 2)']::geometry[], 'GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))');
insert into shapes (id) values (3);
-- changes
insert into shapes (id, g, p, z, m, e, ge, gp, b, b3) values (11, 'POINT(174.9479 -36.7208)', 'SRID=4326;POINT(1 2)', 'POINT Z (1 2 3)', 'SRID=3857;LINESTRING M (0 0 1, 1 1 2)', 'POLYGON EMPTY', 'SRID=4326;LINESTRING(0 0, 1 1)', 'POINT(3 4)', 'BOX(0 0,1 1)', 'BOX3D(0 0 0,1 1 1)');
insert into shapes (id, g, arr, req) values (12, 'SRID=187;MULTIPOLYGON(((0 0,1 0,1 1,0 0)))', array['POINT(1 1)', 'SRID=4326;POINT(2 2)']::geometry[], 'GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))');
insert into shapes (id) values (13);
update shapes set g = null, req = 'CURVEPOLYGON(CIRCULARSTRING(0 0, 4 0, 4 4, 0 4, 0 0))' where id = 11;
alter table shapes add column later geography(Polygon, 4326);
update shapes set later = 'POLYGON((0 0, 1 0, 1 1, 0 0))' where id = 12;
delete from shapes where id = 13;
