# Writes fastavro-*.avro, the same records under each codec, and what they are in fastavro.txt. Run in this folder, with fastavro,
# cramjam and backports.zstd.
import datetime
import decimal

import fastavro

schema = fastavro.parse_schema({
    "type": "record", "name": "Order", "namespace": "shop", "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": "string"},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "color", "type": {"type": "enum", "name": "Color", "symbols": ["RED", "BLUE"]}},
        {"name": "code", "type": {"type": "fixed", "name": "Code", "size": 3}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "sizes", "type": {"type": "map", "values": "int"}},
        {"name": "either", "type": ["int", "string", "null"]},
    ],
})
start = datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)
records = [{
    "id": n * 1000003 - 7, "name": "näme %d" % n, "note": None if n % 3 == 0 else "note " * n,
    "price": decimal.Decimal(n * 12345 - 20000).scaleb(-2), "at": start + datetime.timedelta(hours=n),
    "color": "RED" if n % 2 else "BLUE", "code": bytes([n, 255, 0]), "tags": ["t%d" % k for k in range(n % 4)],
    "sizes": {"s": n}, "either": [n, "text", None][n % 3],
} for n in range(10)]
for codec in ("null", "deflate", "snappy", "zstandard"):
    with open("fastavro-%s.avro" % codec, "wb") as out:
        fastavro.writer(out, schema, records, codec=codec, sync_interval=300, sync_marker=bytes(range(16)))


def text(r):
    either = {0: "(%s, null)" % r["either"], 1: "(null, %s)" % r["either"], 2: "null"}[r["sizes"]["s"] % 3]
    return '(%d, "%s", %s, %s, %s, %s, 0x%s, [%s], {s: %d}, %s)\n' % (
        r["id"], r["name"], "null" if r["note"] is None else '"%s"' % r["note"], r["price"], r["at"].strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        r["color"], r["code"].hex(), ", ".join(r["tags"]), r["sizes"]["s"], either)


with open("fastavro.txt", "w") as out:
    out.writelines(map(text, records))
