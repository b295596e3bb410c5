//go:build soak

package differential_test

import (
	"testing"
	"time"
)

// converters are the kinds of cases that go through converters, or through the literals of headers.
const converters = "json,string,bytes,number,header,literal"

// TestOriginal_AMillionAnswersAreTheSame compares a million cases of each converter and direction, however long they take, with
// a new seed each time.
func TestOriginal_AMillionAnswersAreTheSame(t *testing.T) {
	compare(t, converters, nil, 0, uint64(time.Now().UnixNano()))
}

// transforms are the kinds of cases that go through transforms and predicates, Kafka's and Debezium's.
const transforms = "transform,chain,predicate,debezium,script"

// TestOriginal_AMillionRecordsAreTheSame compares a million records through random transforms of all kinds, a million through
// random chains of one to eight with predicates, a million predicates, and a million change events each through Debezium's
// transforms and scripts, with a new seed each time.
func TestOriginal_AMillionRecordsAreTheSame(t *testing.T) {
	compare(t, transforms, nil, 0, uint64(time.Now().UnixNano()))
}

// TestOriginal_AvroIsTheSame compares 200,000 cases of Avro in each direction with Confluent's converter, with a new seed each time.
func TestOriginal_AvroIsTheSame(t *testing.T) {
	compare(t, "avro", map[string]int{"avro": 200_000}, 0, uint64(time.Now().UnixNano()))
}

// TestOriginal_ProtobufIsTheSame compares 200,000 cases of Protobuf in each direction with Confluent's converter, with a new seed each time.
func TestOriginal_ProtobufIsTheSame(t *testing.T) {
	compare(t, "protobuf", map[string]int{"protobuf": 200_000}, 0, uint64(time.Now().UnixNano()))
}

// TestSecondReaders_AgreeOnMany puts 200,000 records of each kind and direction to readers and writers of other people, with a new seed each time.
func TestSecondReaders_AgreeOnMany(t *testing.T) {
	for kind := range readFormat {
		t.Run(kind, func(t *testing.T) { readAgain(t, kind, 200_000, uint64(time.Now().UnixNano())) })
	}
}
