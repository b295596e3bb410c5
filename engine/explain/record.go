package explain

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/tagged"
)

// Record is one record to be shown: consumed, for a sink, or as a source made it.
type Record struct {
	Topic      string
	Partition  int32 // batch.NoPartition: 0 for a sink, none for a source
	Offset     int64
	Timestamp  int64 // batch.NoTimestamp: none
	Key, Value Datum
	Headers    []HeaderDatum
}

// Datum is a key, a value or a header: bytes as consumed, plain JSON, or a value with its schema. The zero
// value is null bytes.
type Datum struct {
	Form   DatumForm
	Bytes  []byte // DatumBytes; nil: null
	Plain  tagged.Node
	Schema *batch.Schema
	Value  batch.Value // DatumTyped
}

// DatumForm says which fields of a Datum count.
type DatumForm uint8

// The forms.
const (
	DatumBytes DatumForm = iota
	DatumPlain
	DatumTyped
)

// HeaderDatum is a header.
type HeaderDatum struct {
	Name string
	Datum
}

// lineMax bounds a line of a records file.
const lineMax = 64 << 20

// ReadRecords reads records, one JSON object a line; empty lines are passed over. name is for errors.
// Offsets that a line does not give count up.
//
// Errors: they name the line.
func ReadRecords(r io.Reader, name string) ([]*Record, error) {
	var out []*Record
	s := bufio.NewScanner(r)
	s.Buffer(nil, lineMax)
	for line := 1; s.Scan(); line++ {
		if len(trimSpace(s.Bytes())) == 0 {
			continue
		}
		n, err := tagged.Parse(s.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: not a JSON object: %w", name, line, err)
		}
		rec, err := recordOf(n, int64(len(out)))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		out = append(out, rec)
	}
	return out, s.Err()
}

// defaultTopic is the topic of records that name none.
const defaultTopic = "topic"

func recordOf(n tagged.Node, offset int64) (*Record, error) {
	if n.Kind != '{' {
		return nil, fmt.Errorf("a record is a JSON object with the members topic, key, value, headers, timestamp, partition, offset")
	}
	r := &Record{Topic: defaultTopic, Partition: batch.NoPartition, Offset: offset, Timestamp: batch.NoTimestamp}
	for i, name := range n.Names {
		if err := r.member(name, n.Items[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return r, nil
}

func (r *Record) member(name string, n tagged.Node) (err error) {
	switch name {
	case "topic":
		if n.Kind != '"' {
			return fmt.Errorf("a topic is a text")
		}
		r.Topic = n.Text
	case "key":
		r.Key, err = datumOf(n)
	case "value":
		r.Value, err = datumOf(n)
	case "headers":
		r.Headers, err = headersOf(n)
	case "partition", "offset", "timestamp":
		if n.IsNull() {
			return nil
		}
		bits := map[string]int{"partition": 32}[name] + 64*map[string]int{"offset": 1, "timestamp": 1}[name]
		v, err := n.Number(bits)
		if err != nil {
			return err
		}
		switch name {
		case "partition":
			r.Partition = int32(v)
		case "offset":
			r.Offset = v
		default:
			r.Timestamp = v
		}
	default:
		return fmt.Errorf("a record has no such member; it has topic, key, value, headers, timestamp, partition, offset")
	}
	return err
}

// datumOf reads a value: null, {"$base64": …}, {"schema": …, "value": …} with tagged values, or plain JSON.
func datumOf(n tagged.Node) (Datum, error) {
	switch {
	case n.IsNull():
		return Datum{}, nil
	case isBase64(n):
		b, err := base64.StdEncoding.DecodeString(n.Items[0].Text)
		if err != nil {
			return Datum{}, err
		}
		return Datum{Bytes: append([]byte{}, b...)}, nil
	case isTyped(n):
		s, err := tagged.SchemaOf(n.Get("schema"))
		if err != nil {
			return Datum{}, fmt.Errorf("schema: %w", err)
		}
		v, err := tagged.ValueOf(s, n.Get("value"))
		return Datum{Form: DatumTyped, Schema: s, Value: v}, err
	}
	return Datum{Form: DatumPlain, Plain: n}, nil
}

func isBase64(n tagged.Node) bool {
	return n.Kind == '{' && len(n.Names) == 1 && n.Names[0] == "$base64" && n.Items[0].Kind == '"'
}

// isTyped tells {"schema": …, "value": …} with tagged values from plain objects of those two members.
func isTyped(n tagged.Node) bool {
	if n.Kind != '{' || len(n.Names) != 2 {
		return false
	}
	s, v := n.Get("schema"), n.Get("value")
	return !s.Missing && !v.Missing && (s.IsNull() && (v.IsNull() || v.Kind == '{') || s.Kind == '{' && !s.Get("type").Missing)
}

// headersOf reads headers: an object of names and values, or, where names repeat, an array of objects
// {"name": …, "value": …}.
func headersOf(n tagged.Node) (out []HeaderDatum, err error) {
	add := func(name string, v tagged.Node) error {
		d, err := datumOf(v)
		out = append(out, HeaderDatum{name, d})
		return err
	}
	switch n.Kind {
	case '{':
		for i, name := range n.Names {
			if err := add(name, n.Items[i]); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	case '[':
		for _, h := range n.Items {
			if h.Get("name").Kind != '"' || h.Get("value").Missing {
				return nil, fmt.Errorf(`headers in an array are objects {"name": …, "value": …}`)
			}
			v := h.Get("value")
			if s := h.Get("schema"); !s.Missing {
				v = tagged.Node{Kind: '{', Names: []string{"schema", "value"}, Items: []tagged.Node{s, v}}
			}
			if err := add(h.Get("name").Text, v); err != nil {
				return nil, err
			}
		}
	case 'n':
	default:
		return nil, fmt.Errorf(`headers are an object of names and values, or an array of {"name": …, "value": …}`)
	}
	return out, nil
}
