package protobuf

import (
	"encoding/binary"
	"fmt"
	"math"
)

// order is a message of ten fields, as the budgets of converters count them.
const order = `syntax = "proto3";
package com.acme;

import "google/protobuf/timestamp.proto";

message Order {
  int64 id = 1;
  string customer = 2;
  string product = 3;
  int32 quantity = 4;
  double price = 5;
  bool paid = 6;
  string zip = 7;
  string country = 8;
  google.protobuf.Timestamp created = 9;
  optional string note = 10;
}
`

// nested has the rest: repeated numbers, text and messages, maps, an enum, a oneof, wrappers, the logical types.
const nested = `syntax = "proto3";

import "confluent/meta.proto";
import "confluent/type/decimal.proto";
import "google/protobuf/wrappers.proto";
import "google/type/date.proto";
import "google/type/timeofday.proto";

message Nested {
  repeated string tags = 1;
  repeated sint32 counts = 2;
  map<string, int32> marks = 3;
  map<int64, Inner> inners = 4;
  Color color = 5;
  oneof choice {
    string text = 6;
    Inner inner = 7;
  }
  confluent.type.Decimal amount = 8 [(confluent.field_meta) = { params: [{ key: "scale", value: "2" }] }];
  google.type.Date day = 9;
  google.type.TimeOfDay at = 10;
  google.protobuf.StringValue wrapped = 11;
  repeated Inner list = 12;
  bytes raw = 1000;

  message Inner {
    float x = 1;
    repeated int64 l = 2;
  }
  enum Color {
    RED = 0;
    GREEN = 5;
  }
}
`

func field(b []byte, number, wire uint64) []byte { return binary.AppendUvarint(b, number<<3|wire) }

func text(b []byte, number uint64, s string) []byte {
	return append(binary.AppendUvarint(field(b, number, 2), uint64(len(s))), s...)
}

func number(b []byte, n uint64, v int64) []byte {
	return binary.AppendUvarint(field(b, n, 0), uint64(v))
}

func head(id uint32) []byte { return append(binary.BigEndian.AppendUint32([]byte{0}, id), 0) }

// orderRows returns n records of order behind frames of the given id.
func orderRows(id uint32, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		b := number(head(id), 1, int64(i+1)*1_000_003)
		b = text(text(b, 2, fmt.Sprintf("customer %d", i)), 3, "a product")
		b = number(b, 4, int64(i%100)-3)
		b = binary.LittleEndian.AppendUint64(field(b, 5, 1), math.Float64bits(float64(i)+0.25))
		b = number(b, 6, 1)
		b = text(text(b, 7, "01234"), 8, "DE")
		b = text(b, 9, string(number(number(nil, 1, 1_700_000_000+int64(i)), 2, 5_000_000)))
		if i%4 != 0 {
			b = text(b, 10, "note")
		}
		out[i] = b
	}
	return out
}

// nestedRows returns n records of nested.
func nestedRows(id uint32, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		inner := string(text(binary.LittleEndian.AppendUint32(field(nil, 1, 5), math.Float32bits(float32(i)+0.5)), 2, "\x01\x80\x08\x00"))
		b := text(text(head(id), 1, "one"), 1, "two")
		b = text(b, 2, "\x02\x03\x80\x01")
		for k := range 3 {
			b = text(b, 3, string(number(text(nil, 1, fmt.Sprintf("k%d", (i+k*7)%10)), 2, int64(k+1))))
			b = text(b, 4, string(text(number(nil, 1, int64(i+k*17)+1), 2, inner)))
		}
		b = number(b, 5, 5)
		if i%2 == 0 {
			b = text(b, 6, "chosen")
		} else {
			b = text(b, 7, inner)
		}
		b = text(b, 8, string(number(number(text(nil, 1, "\x01\x02"), 2, 3), 3, 2)))
		b = text(b, 9, string(number(number(number(nil, 1, 2024), 2, 2), 3, 29)))
		b = text(b, 10, string(number(number(nil, 1, 23), 4, 7_000_000)))
		b = text(text(b, 11, string(text(nil, 1, "w"))), 12, inner)
		out[i] = text(text(b, 12, ""), 1000, "\x00\xff")
	}
	return out
}
