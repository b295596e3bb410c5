"""Protobuf, by protoc and the package protobuf."""

import base64
import datetime
import os
import re
import tempfile

import google.protobuf
import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError
from grpc_tools import protoc

import plain
from plain import Left

# Where imports lie: protoc's own, Google's, and Confluent's, whose folder the environment names.
IMPORTS = [
    os.path.join(os.path.dirname(grpc_tools.__file__), "_proto"),
    os.path.dirname(os.path.dirname(os.path.dirname(google.protobuf.__file__))),
    os.environ["CONFLUENT_PROTOS"],
]


WRAPPERS = ["google.protobuf." + t + "Value" for t in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")]


class Reader:
    def __init__(self, text):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "main.proto"), "w", encoding="utf-8") as f:
                f.write(text)
            out = os.path.join(folder, "set")
            paths = [f"-I{p}" for p in [folder, *IMPORTS]]
            if protoc.main(["protoc", *paths, "--include_imports", f"--descriptor_set_out={out}", "main.proto"]):
                raise Left("protoc refuses the text")
            with open(out, "rb") as f:
                files = descriptor_pb2.FileDescriptorSet.FromString(f.read())
        pool = descriptor_pool.DescriptorPool()
        for f in files.file:
            pool.Add(f)
        self.file = pool.FindFileByName("main.proto")
        self.order = [m.name for m in files.file[-1].message_type]

    def row(self, payload, data):
        indexes, at = index_list(payload)
        message = self.message(indexes)
        try:
            m = message_factory.GetMessageClass(message).FromString(payload[at:])
        except DecodeError as e:
            raise Left("bytes or texts that are none") from e
        want = plain.value(data["schema"], data["value"])
        if data["schema"]["type"] != "struct":
            if "name" in data["schema"]:
                raise Left("a logical type alone, whose schema is that of a wrapper")
            want = {"value": want}
        want, got = bare(want), bare(self.fields(m))
        if want != got:
            return {"is": "differs", "why": f"read {got!r}, want {want!r}"}
        if not m.IsInitialized():
            return {"is": "same"}
        again = payload[:at] + m.SerializeToString()
        return {"is": "same", "bytes": base64.b64encode(again).decode()}

    def message(self, indexes):
        """The message that a list of indexes names, in the order in which messages stand in the text."""
        try:
            d = self.file.message_types_by_name[self.order[indexes[0]]]
            for i in indexes[1:]:
                d = d.nested_types[i]
        except IndexError as e:
            raise Left("no such message") from e
        return d

    def fields(self, m):
        """The plain form of a message: members of a oneof under its name."""
        out = {}
        for f in m.DESCRIPTOR.fields:
            o = f.containing_oneof
            if o is not None and o.name == "_" + f.name:
                o = None  # what an optional field is declared as
            if f.has_presence and not m.HasField(f.name):
                continue
            v = self.repeated(m, f) if f.is_repeated else self.single(f, getattr(m, f.name))
            if o:
                out[o.name] = plain.Member({f.name: v})
            else:
                out[f.name] = v
        return out

    def repeated(self, m, f):
        items = getattr(m, f.name)
        if f.message_type and f.message_type.GetOptions().map_entry:
            k, e = f.message_type.fields_by_name["key"], f.message_type.fields_by_name["value"]
            return plain.pairs((self.single(k, key), self.single(e, items[key])) for key in items)
        if f.message_type and f.message_type.name.endswith("Entry") and [x.name for x in f.message_type.fields] == ["key", "value"]:
            return plain.pairs([self.fields(x).get("key"), self.fields(x).get("value")] for x in items)
        return [self.single(f, e) for e in items]

    def single(self, f, v):
        if f.message_type:
            return self.known(f, v)
        if f.enum_type:
            if v not in f.enum_type.values_by_number:
                raise Left("a number without a name")
            return f.enum_type.values_by_number[v].name
        if f.cpp_type == f.CPPTYPE_FLOAT:
            return plain.number32(v)
        if f.cpp_type == f.CPPTYPE_DOUBLE:
            return plain.number64(v)
        if f.cpp_type == f.CPPTYPE_UINT64 and v >= 1 << 63:
            return v - (1 << 64)
        return v

    def known(self, f, m):
        name = f.message_type.full_name
        if name == "google.protobuf.Timestamp":
            if not 0 <= m.nanos < 10**9 or not -(10**11) < m.seconds < 10**11:
                raise Left("a time that is none")
            return m.seconds * 1000 + m.nanos // 10**6
        if name == "google.type.Date":
            try:
                if m.year <= 1582:
                    raise Left("a date of Java's older calendar")
                return (datetime.date(m.year, m.month, m.day) - datetime.date(1970, 1, 1)).days
            except (ValueError, OverflowError) as e:
                raise Left("a date that is none") from e
        if name == "google.type.TimeOfDay":
            if not (0 <= m.hours < 24 and 0 <= m.minutes < 60 and 0 <= m.seconds < 60 and 0 <= m.nanos < 10**9):
                raise Left("a time that is none")
            return ((m.hours * 60 + m.minutes) * 60 + m.seconds) * 1000 + m.nanos // 10**6
        if name == "confluent.type.Decimal":
            v = int.from_bytes(m.value, "big", signed=True)
            if m.precision and len(str(abs(v))) > m.precision:
                raise Left("a decimal beyond its precision, which Java rounds")
            return v
        if name in WRAPPERS:
            return self.single(f.message_type.fields_by_name["value"], m.value)
        return self.fields(m)


def index_list(b):
    n, at = zigzag(b, 0)
    if n == 0:
        return [0], at
    out = []
    for _ in range(n):
        i, at = zigzag(b, at)
        out.append(i)
    return out, at


def zigzag(b, at):
    v = shift = 0
    while True:
        if at >= len(b):
            raise Left("a list of indexes that ends")
        v |= (b[at] & 0x7F) << shift
        shift += 7
        at += 1
        if b[at - 1] < 0x80:
            return (v >> 1) ^ -(v & 1), at


def bare(v):
    """What is there without having its default, which is the same bytes as what is not there. The number of a oneof is Connect's."""
    if isinstance(v, list):
        return [bare(e) for e in v]
    if not isinstance(v, dict):
        return v
    out = {}
    for k, e in v.items():
        if isinstance(e, plain.Member):
            if e:
                out[re.sub("_[0-9]+$", "", k)] = {name: bare(x) for name, x in e.items()}
        elif not is_default(e):
            out[k] = bare(e)
    return out


def is_default(v):
    return v in ("", b"", "0.0") or v is False or type(v) is int and v == 0 or v == []
