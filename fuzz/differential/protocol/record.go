package protocol

import (
	"fmt"
	"slices"
	"strconv"
)

// Record is R of the protocol.
type Record struct {
	Source          bool
	Topic           *string
	Partition       *int32
	Offset          int64  // sink only
	Timestamp       *int64 // milliseconds
	TimestampType   string // sink only
	SourcePartition Value  // source only
	SourceOffset    Value  // source only
	Key, Value      Typed
	Headers         []Header
}

// Typed is a value beside its schema.
type Typed struct {
	Schema *Schema
	Value  Value
}

// Header is one header of a record.
type Header struct {
	Name string
	Typed
}

// Clone returns a deep copy.
func (t Typed) Clone() Typed { return Typed{t.Schema.Clone(), t.Value.Clone()} }

// Clone returns a deep copy.
func (r *Record) Clone() *Record {
	c := *r
	c.SourcePartition, c.SourceOffset = r.SourcePartition.Clone(), r.SourceOffset.Clone()
	c.Key, c.Value = r.Key.Clone(), r.Value.Clone()
	c.Headers = slices.Clone(r.Headers)
	for i := range c.Headers {
		c.Headers[i].Typed = c.Headers[i].Typed.Clone()
	}
	return &c
}

// AppendTyped appends the members "schema" and "value", without braces.
func AppendTyped(dst []byte, t Typed) []byte {
	dst = AppendSchema(append(dst, `"schema":`...), t.Schema)
	return AppendValue(append(dst, `,"value":`...), t.Value)
}

// AppendRecord appends R.
func AppendRecord(dst []byte, r *Record) []byte {
	if r.Source {
		dst = append(dst, `{"kind":"source"`...)
	} else {
		dst = append(dst, `{"kind":"sink"`...)
	}
	dst = append(dst, `,"topic":`...)
	if r.Topic == nil {
		dst = append(dst, "null"...)
	} else {
		dst = AppendString(dst, *r.Topic)
	}
	dst = append(dst, `,"partition":`...)
	if r.Partition == nil {
		dst = append(dst, "null"...)
	} else {
		dst = strconv.AppendInt(dst, int64(*r.Partition), 10)
	}
	dst = append(dst, `,"timestamp":`...)
	if r.Timestamp == nil {
		dst = append(dst, "null"...)
	} else {
		dst = append(strconv.AppendInt(append(dst, '"'), *r.Timestamp, 10), '"')
	}
	if r.Source {
		dst = AppendValue(append(dst, `,"sourcePartition":`...), r.SourcePartition)
		dst = AppendValue(append(dst, `,"sourceOffset":`...), r.SourceOffset)
	} else {
		dst = append(strconv.AppendInt(append(dst, `,"offset":"`...), r.Offset, 10), '"')
		dst = AppendString(append(dst, `,"timestampType":`...), r.TimestampType)
	}
	dst = append(AppendTyped(append(dst, `,"key":{`...), r.Key), '}')
	dst = append(AppendTyped(append(dst, `,"value":{`...), r.Value), '}')
	dst = append(dst, `,"headers":[`...)
	for i, h := range r.Headers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(append(dst, `{"name":`...), h.Name), ',')
		dst = append(AppendTyped(dst, h.Typed), '}')
	}
	return append(dst, "]}"...)
}

// ReadTyped reads the members "schema" and "value" of n.
func ReadTyped(n *Node) (Typed, error) {
	s, err := ReadSchema(n.Get("schema"))
	if err != nil {
		return Typed{}, err
	}
	v, err := ReadValue(n.Get("value"))
	return Typed{s, v}, err
}

// ReadRecord reads R.
func ReadRecord(n *Node) (*Record, error) {
	r := &Record{Source: n.Get("kind").Text == "source", Topic: optionalText(n.Get("topic")), TimestampType: n.Get("timestampType").Text}
	if p := n.Get("partition"); p.Kind == NumberNode {
		i, err := strconv.ParseInt(p.Text, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("record partition: %w", err)
		}
		partition := int32(i)
		r.Partition = &partition
	}
	if t := n.Get("timestamp"); t.Kind != NullNode {
		i, err := strconv.ParseInt(t.Text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("record timestamp: %w", err)
		}
		r.Timestamp = &i
	}
	var err error
	if r.Source {
		if r.SourcePartition, err = ReadValue(n.Get("sourcePartition")); err != nil {
			return nil, fmt.Errorf("record sourcePartition: %w", err)
		}
		if r.SourceOffset, err = ReadValue(n.Get("sourceOffset")); err != nil {
			return nil, fmt.Errorf("record sourceOffset: %w", err)
		}
	} else if r.Offset, err = strconv.ParseInt(n.Get("offset").Text, 10, 64); err != nil {
		return nil, fmt.Errorf("record offset: %w", err)
	}
	if r.Key, err = ReadTyped(n.Get("key")); err != nil {
		return nil, fmt.Errorf("record key: %w", err)
	}
	if r.Value, err = ReadTyped(n.Get("value")); err != nil {
		return nil, fmt.Errorf("record value: %w", err)
	}
	headers := n.Get("headers").Items
	for i := range headers {
		t, err := ReadTyped(&headers[i])
		if err != nil {
			return nil, fmt.Errorf("record header %d: %w", i, err)
		}
		r.Headers = append(r.Headers, Header{headers[i].Get("name").Text, t})
	}
	return r, nil
}
