"""Confluent's client for Python on the other side of a topic.

    client.py read avro|protobuf|jsonschema BROKER REGISTRY TOPIC N   a line of JSON for each of N values
    client.py write avro|protobuf|jsonschema BROKER REGISTRY TOPIC N  N orders
"""

import json
import os
import sys
import tempfile

from confluent_kafka import Consumer, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer, JSONSerializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_tools import protoc

AVRO = """{"type": "record", "name": "Order", "namespace": "shop", "fields": [
    {"name": "id", "type": "long"}, {"name": "qty", "type": "int"}, {"name": "note", "type": ["null", "string"], "default": null}]}"""

PROTOBUF = """syntax = "proto3";
package shop;
message Order {
  int64 id = 1;
  int32 qty = 2;
  optional string note = 3;
}
"""

JSON = """{"$schema": "http://json-schema.org/draft-07/schema#", "title": "shop.Order", "type": "object", "properties": {
    "id": {"type": "integer", "connect.index": 0}, "qty": {"type": "integer", "connect.type": "int32", "connect.index": 1},
    "note": {"oneOf": [{"type": "null"}, {"type": "string"}], "connect.index": 2}}, "required": ["id", "qty"]}"""


def message_class(text, name=None):
    """The class of a message of a text, of its first one without a name."""
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "main.proto"), "w", encoding="utf-8") as f:
            f.write(text)
        out = os.path.join(folder, "set")
        bundled = os.path.join(os.path.dirname(protoc.__file__), "_proto")
        if protoc.main(["protoc", f"-I{folder}", f"-I{bundled}", "--include_imports", f"--descriptor_set_out={out}", "main.proto"]):
            sys.exit("protoc refuses\n" + text)
        with open(out, "rb") as f:
            files = descriptor_pb2.FileDescriptorSet.FromString(f.read()).file
    pool = descriptor_pool.DescriptorPool()
    for f in files:
        pool.Add(f)
    first = files[-1].message_type[0].name
    return message_factory.GetMessageClass(pool.FindFileByName("main.proto").message_types_by_name[name or first])


class ProtobufValues:
    """Values of whatever message the first record's schema has; its text is the registry's."""

    def __init__(self, registry):
        self.registry, self.readers = registry, {}

    def __call__(self, value, context):
        number = int.from_bytes(value[1:5], "big")
        if number not in self.readers:
            text = self.registry.get_schema(number).schema_str
            self.readers[number] = ProtobufDeserializer(message_class(text), {"use.deprecated.format": False}, self.registry)
        m = self.readers[number](value, context)
        out = json_format.MessageToDict(m, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        return {k: int(v) if m.DESCRIPTOR.fields_by_name[k].cpp_type == 2 else v for k, v in out.items()}  # 64 bits are texts there


def read(form, broker, registry, topic, n):
    values = {
        "avro": lambda: AvroDeserializer(registry),
        "protobuf": lambda: ProtobufValues(registry),
        "jsonschema": lambda: JSONDeserializer(None, schema_registry_client=registry),
    }[form]()
    consumer = Consumer({"bootstrap.servers": broker, "group.id": "python-" + topic, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    while n > 0:
        m = consumer.poll(10)
        if m is None:
            continue
        if m.error():
            sys.exit(str(m.error()))
        print(json.dumps(values(m.value(), SerializationContext(topic, MessageField.VALUE))))
        n -= 1
    consumer.close()


def write(form, broker, registry, topic, n):
    order = message_class(PROTOBUF)
    values = {
        "avro": lambda: AvroSerializer(registry, AVRO),
        "protobuf": lambda: ProtobufSerializer(order, registry, {"use.deprecated.format": False}),
        "jsonschema": lambda: JSONSerializer(JSON, registry),
    }[form]()
    producer = Producer({"bootstrap.servers": broker})
    for i in range(n):
        fields = {"id": i * 10**10, "qty": i, "note": None if i % 3 == 0 else f"Grüße {i}"}
        if form == "protobuf":
            fields = order(**fields)
        producer.produce(topic, values(fields, SerializationContext(topic, MessageField.VALUE)))
        producer.poll(0)
    if producer.flush():
        sys.exit("not all records were written")


def main():
    way, form, broker, registry, topic, n = sys.argv[1:]
    {"read": read, "write": write}[way](form, broker, SchemaRegistryClient({"url": registry}), topic, int(n))


main()
