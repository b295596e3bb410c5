"""Connect data as values that a reader's can be compared with."""

import base64
import struct

DAY = 86_400_000
TYPES = {"i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64", "f32": "float32", "f64": "float64", "bool": "boolean", "s": "string", "b": "bytes", "list": "array", "map": "map"}
UNIONS = ("io.confluent.connect.avro.Union", "io.confluent.connect.protobuf.Union")
UNION_PARAMETER = "org.apache.kafka.connect.data.Union"


class Left(Exception):
    """The reader cannot judge this case, and says why."""


def number32(v):
    """A number that is one of 32 bits, or NaN: one for all of them."""
    return number64(struct.unpack("<f", struct.pack("<f", v))[0])


def number64(v):
    """A double: as text, so that zeros differ and NaN is equal to itself."""
    return repr(float(v))


def value(schema, v):
    """The plain form of V under S: structs are dicts without what is null, maps lists of pairs in the order of their texts, unions their member."""
    if v is None:
        if schema.get("default") is not None:
            raise Left("null where there is a default")
        return None
    ((tag, x), *_) = v.items()
    logical = tag in ("decimal", "millis") and not schema.get("name", "").startswith("org.apache.kafka.connect.data.")
    if logical or TYPES.get(tag, schema["type"]) != schema["type"]:
        raise Left("a value that its schema does not name")
    if tag in ("i8", "i16", "i32", "i64"):
        return int(x)
    if tag == "f32":
        return number32(float(x))
    if tag == "f64":
        return number64(float(x))
    if tag in ("bool", "s"):
        if tag == "s" and any("\ud800" <= c <= "\udfff" for c in x):
            raise Left("half a character")
        return x
    if tag == "b":
        return base64.b64decode(x)
    if tag == "decimal":
        return int(x["unscaled"])
    if tag == "millis":
        return days(int(x)) if schema["name"].endswith(".Date") else int(x)
    if tag == "list":
        return [value(schema["items"], e) for e in x]
    if tag == "map":
        return pairs((value(schema["keys"], k), value(schema["values"], e)) for k, e in x)
    return members(schema, x)


def days(millis):
    if not -(1 << 31) <= millis // DAY < 1 << 31:
        raise Left("a date beyond an INT32")
    return millis // DAY


def members(schema, x):
    name, parameters = schema.get("name", ""), schema.get("parameters", {})
    fields = {f["field"]: f["schema"] for f in schema["fields"]}
    got = {k: value(fields[k], e) for k, e in x if e is not None or fields[k].get("default") is not None}
    if name.startswith(UNIONS) or UNION_PARAMETER in parameters:
        return Member(got)
    return got


class Member(dict):
    """The member of a union that is there, under its name."""


def pairs(items):
    return sorted(map(list, items), key=repr)
