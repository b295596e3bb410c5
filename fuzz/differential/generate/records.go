package generate

import (
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// sideMix returns a draw of keys or values that share a shape, in runs, with strangers between.
func (s source) sideMix() func() protocol.Typed {
	shape := s.recordSchema(0)
	other := s.variant(shape)
	mode := s.IntN(5)
	stranger := s.typedMix()
	return func() protocol.Typed {
		switch {
		case s.oneIn(30):
			return stranger()
		case s.oneIn(20):
			return protocol.Typed{}
		case s.oneIn(40):
			return protocol.Typed{Schema: shape}
		case mode == 0 || mode == 3:
			return protocol.Typed{Value: s.recordMap(0)}
		case mode == 1 && s.oneIn(2):
			return protocol.Typed{Schema: other, Value: s.gapped(other)}
		case mode == 2 && s.oneIn(4):
			sch := s.logical()
			if s.oneIn(2) {
				sch = s.decorate(&protocol.Schema{Type: pick(s, primitives...)}, false)
			}
			return protocol.Typed{Schema: sch, Value: s.fitting(sch, false)}
		}
		return protocol.Typed{Schema: shape, Value: s.gapped(shape)}
	}
}

// recordSchema is a struct whose fields have the shared names; n is often a struct of its own.
func (s source) recordSchema(depth int) *protocol.Schema {
	sch := &protocol.Schema{Type: protocol.Struct}
	for _, at := range s.Perm(len(recordFields)) {
		if s.oneIn(6) {
			continue
		}
		var f *protocol.Schema
		switch name := recordFields[at]; {
		case name == "n" && depth < 2 && !s.oneIn(4):
			f = s.recordSchema(depth + 1)
		case name == "ts" && !s.oneIn(4):
			f = s.timeSchema()
		case s.oneIn(10):
			f = s.container(depthMax - 1)
		default:
			f = s.schema(depthMax)
		}
		sch.Fields = append(sch.Fields, protocol.Field{Name: recordFields[at], Schema: f})
	}
	sch = s.decorate(sch, false)
	if depth == 0 && s.oneIn(2) {
		sch.Optional = false
	}
	return sch
}

func (s source) timeSchema() *protocol.Schema {
	if s.oneIn(3) {
		return &protocol.Schema{Type: pick(s, protocol.Int64, protocol.String), Optional: s.oneIn(2)}
	}
	for {
		if sch := s.logical(); *sch.Name != protocol.DecimalName {
			return sch
		}
	}
}

// recordMap is a schemaless record under the shared names, in a HashMap's order.
func (s source) recordMap(depth int) protocol.Value {
	v := protocol.Value{Tag: protocol.MapOf}
	for _, at := range s.Perm(len(recordFields)) {
		if s.oneIn(6) {
			continue
		}
		var item protocol.Value
		switch name := recordFields[at]; {
		case name == "n" && depth < 2:
			item = s.recordMap(depth + 1)
		case name == "ts":
			item = pick(s, protocol.Value{Tag: protocol.I64, Int: s.millis()}, protocol.Value{Tag: protocol.Millis, Int: s.millis()}, protocol.Value{Tag: protocol.Str, Text: s.temporal()})
		default:
			item = s.primitive(pick(s, primitives...))
			if s.oneIn(3) {
				item = s.schemaless(depthMax - s.IntN(8)/7)
			}
		}
		v.Items = append(v.Items, protocol.Value{Tag: protocol.Str, Text: recordFields[at]}, item)
	}
	hashOrder(v.Items)
	return v
}

func (s source) recordMix() func() *protocol.Record {
	key, value := s.sideMix(), s.sideMix()
	isSource := s.oneIn(3)
	topics := []string{pick(s, "t", "topic", "orders-1"), pick(s, "t", "a.b", "é", "$1", "")}
	offset := s.Int64N(1000)
	return func() *protocol.Record {
		topic := topics[0]
		if s.oneIn(6) {
			topic = topics[1]
		}
		offset++
		r := &protocol.Record{Source: isSource, Topic: &topic, Key: key(), Value: value()}
		if !isSource || s.oneIn(2) {
			partition := int32(s.IntN(4))
			r.Partition = &partition
		}
		if !s.oneIn(10) {
			ts := s.millis()
			r.Timestamp = &ts
		}
		if isSource {
			if s.oneIn(30) {
				r.Topic = nil
			}
			r.SourcePartition = protocol.Value{Tag: protocol.MapOf, Items: []protocol.Value{{Tag: protocol.Str, Text: "file"}, {Tag: protocol.Str, Text: "f" + strconv.Itoa(s.IntN(3))}}}
			r.SourceOffset = protocol.Value{Tag: protocol.MapOf, Items: []protocol.Value{{Tag: protocol.Str, Text: "pos"}, {Tag: protocol.I64, Int: offset}}}
		} else {
			r.Offset, r.TimestampType = offset, pick(s, "CREATE_TIME", "LOG_APPEND_TIME", "NO_TIMESTAMP_TYPE")
		}
		for range s.size(2) {
			sch := s.schema(depthMax)
			h := protocol.Header{Name: s.headerName(), Typed: protocol.Typed{Schema: sch, Value: s.fitting(sch, false)}}
			if s.oneIn(4) {
				h.Typed = protocol.Typed{Value: s.schemaless(depthMax)}
			}
			r.Headers = append(r.Headers, h)
		}
		return r
	}
}
