"""Avro, by the package fastavro."""

import io
import json

import fastavro

import plain
from plain import Left


def bare(schema):
    """The schema without logical types: values stay as they were written."""
    if isinstance(schema, list):
        return [bare(s) for s in schema]
    if isinstance(schema, dict):
        return {k: bare(v) if k in ("type", "items", "values", "fields") else v for k, v in schema.items() if k != "logicalType" and k != "default"}
    return schema


class Reader:
    def __init__(self, text):
        self.names = {}
        try:
            self.schema = fastavro.parse_schema(bare(json.loads(text)), named_schemas=self.names)
        except (ValueError, fastavro.schema.SchemaParseException) as e:
            raise Left(f"schema: {e}") from e

    def row(self, payload, data):
        if self.schema == "bytes" or isinstance(self.schema, dict) and self.schema["type"] == "bytes":
            v, rest = payload, b""  # bytes alone have no length
        else:
            source = io.BytesIO(payload)
            try:
                v = fastavro.schemaless_reader(source, self.schema, None)
            except UnicodeDecodeError as e:
                raise Left("text that is not UTF-8") from e
            except (EOFError, ValueError, IndexError) as e:
                return {"is": "refused", "why": repr(e)}
            rest = source.read()
        want = unnamed(plain.value(data["schema"] or {}, data["value"]))
        got = unnamed(self.value(self.schema, v, data["schema"]))
        if want != got:
            return {"is": "differs", "why": f"read {got!r}, want {want!r}"}
        if rest:
            return {"is": "differs", "why": f"{rest!r} is left"}
        return {"is": "same"}

    def value(self, schema, v, connect):
        """The plain form of what was read. The Connect schema says which fixed or bytes are decimals, and which arrays are maps."""
        if v is None:
            return None
        if isinstance(schema, list):
            return self.branch(schema, v, connect)
        kind = schema
        if isinstance(schema, dict):
            kind = schema["type"]
            if isinstance(kind, (dict, list)):
                return self.value(kind, v, connect)
        elif schema in self.names:
            return self.value(self.names[schema], v, connect)
        if kind == "float":
            return plain.number32(v)
        if kind == "double":
            return plain.number64(v)
        if kind in ("bytes", "fixed") and connect.get("name", "").endswith(".Decimal"):
            return int.from_bytes(v, "big", signed=True)
        if kind == "array" and connect["type"] == "map":
            entry = self.entry(schema["items"])
            k, e = entry["fields"]
            return plain.pairs((self.value(k["type"], x[k["name"]], connect["keys"]), self.value(e["type"], x[e["name"]], connect["values"])) for x in v)
        if kind == "array":
            return [self.value(schema["items"], e, connect["items"]) for e in v]
        if kind == "map":
            return plain.pairs((k, self.value(schema["values"], e, connect["values"])) for k, e in v.items())
        if kind == "record":
            return {f["name"]: self.value(f["type"], v[f["name"]], c["schema"]) for f, c in zip(schema["fields"], connect["fields"], strict=True)}
        return v

    def entry(self, schema):
        return self.names[schema] if isinstance(schema, str) else schema

    def branch(self, schema, v, connect):
        some = [s for s in schema if s != "null"]
        if len(some) > 1 or connect["type"] == "struct" and connect.get("name", "").startswith(plain.UNIONS):
            raise Left("a union: which of its types was read is not said")
        return self.value(some[0], v, connect)


def unnamed(v):
    """Structs as lists in the order of their fields, without what is null: names are scrubbed."""
    if isinstance(v, dict):
        return [unnamed(e) for e in v.values() if e is not None]
    if isinstance(v, list):
        return [unnamed(e) for e in v]
    return v
