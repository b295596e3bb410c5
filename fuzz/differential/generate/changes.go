package generate

import (
	"strconv"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
)

// table is what the change events of one table have in common.
type table struct {
	row, envelope, key *protocol.Schema
	connector          string
	outbox             bool // its rows are events
	topic              string
}

// outboxColumns are the columns of an outbox table, in lower case.
var outboxColumns = []string{"id", "aggregateid", "aggregatetype", "type", "payload", "created", "version", "shard", "tenant"}

func named(typ, name string, optional bool) *protocol.Schema {
	sch := &protocol.Schema{Type: typ, Optional: optional}
	if name != "" {
		sch.Name = &name
	}
	return sch
}

// table draws a table and the schemas of its events.
func (s source) table() *table {
	t := &table{outbox: s.oneIn(2), connector: s.mostlyOf("", "postgresql", "mysql", "sqlserver")}
	prefix := pick(s, "srv.db.orders", "srv.inventory.customers_shard1", "srv.db.outbox", "p", "srv.db-x.t$1")
	t.topic = prefix
	t.row = s.rowSchema(t)
	name := prefix + ".Value"
	if !s.oneIn(10) {
		t.row.Name = &name
	}
	t.row.Optional = !s.oneIn(12)
	t.row.Default = protocol.Value{}
	t.envelope = s.envelopeSchema(t, prefix)
	t.key = &protocol.Schema{Type: protocol.Struct, Fields: []protocol.Field{{Name: "id", Schema: named(pick(s, protocol.Int32, protocol.Int64, protocol.String), "", s.oneIn(8))}}}
	if s.oneIn(3) {
		t.key.Fields = append(t.key.Fields, protocol.Field{Name: "a", Schema: s.schema(depthMax)})
	}
	keyName := prefix + ".Key"
	t.key.Name = &keyName
	return t
}

// dropDefaults takes out the defaults that make a schema unequal to itself, or of another hash, in Java: every one of them is the known
// difference default-identity, as the originals look schemas up in caches.
func dropDefaults(sch *protocol.Schema) {
	if sch == nil {
		return
	}
	if sch.Type == protocol.Struct || sch.Type == protocol.Bytes || sch.Type == protocol.Array || sch.Type == protocol.Map {
		sch.Default = protocol.Value{}
	}
	dropDefaults(sch.Items)
	dropDefaults(sch.Keys)
	dropDefaults(sch.Values)
	for _, f := range sch.Fields {
		dropDefaults(f.Schema)
	}
}

func (s source) rowSchema(t *table) *protocol.Schema {
	if !t.outbox {
		sch := s.recordSchema(1)
		for _, f := range sch.Fields {
			dropDefaults(f.Schema)
		}
		return sch
	}
	sch := &protocol.Schema{Type: protocol.Struct}
	for _, name := range outboxColumns {
		if s.oneIn(40) {
			continue
		}
		var f *protocol.Schema
		switch name {
		case "id", "aggregateid":
			f = named(pick(s, protocol.String, protocol.String, protocol.Int64, protocol.Int32, protocol.Bytes), "", s.oneIn(4))
		case "payload":
			f = named(pick(s, protocol.String, protocol.String, protocol.String, protocol.Bytes, protocol.Int32), pick(s, "", "", "io.debezium.data.Json"), !s.oneIn(4))
			if s.oneIn(12) {
				f = s.container(depthMax - 1)
				dropDefaults(f)
			}
		case "created":
			f = named(protocol.Int64, s.mostlyOf(pick(s, "", "x.Time"), "io.debezium.time.Timestamp", "io.debezium.time.MicroTimestamp", "io.debezium.time.NanoTimestamp"), s.oneIn(3))
		case "version", "shard":
			f = named(s.mostlyOf(pick(s, protocol.Int64, protocol.String), protocol.Int32), "", s.oneIn(2))
		case "tenant":
			f = s.schema(depthMax)
			dropDefaults(f)
		default:
			f = named(s.mostlyOf(protocol.Int32, protocol.String), "", s.oneIn(3))
		}
		if s.oneIn(20) && (f.Type == protocol.String || f.Type == protocol.Int32) {
			f.Default = s.fitting(f, false)
		}
		sch.Fields = append(sch.Fields, protocol.Field{Name: name, Schema: f})
	}
	s.Shuffle(len(sch.Fields), func(i, j int) { sch.Fields[i], sch.Fields[j] = sch.Fields[j], sch.Fields[i] })
	return sch
}

// envelopeSchema is Debezium's envelope around rows, rarely with a part that is missing or of another type.
func (s source) envelopeSchema(t *table, prefix string) *protocol.Schema {
	source := &protocol.Schema{Type: protocol.Struct, Optional: s.oneIn(8)}
	sourceName := "io.debezium.connector." + t.connector + ".Source"
	source.Name = &sourceName
	for _, f := range []struct {
		name, typ string
		optional  bool
	}{
		{"version", protocol.String, false}, {"connector", protocol.String, false}, {"name", protocol.String, false}, {"ts_ms", protocol.Int64, false}, {"snapshot", protocol.String, true},
		{"db", protocol.String, false}, {"table", protocol.String, true}, {"lsn", protocol.Int64, true}, {"sequence", protocol.String, true},
	} {
		if s.oneIn(12) {
			continue
		}
		sch := named(f.typ, "", f.optional)
		if f.name == "snapshot" {
			sch.Default = protocol.Value{Tag: protocol.Str, Text: "false"}
		}
		source.Fields = append(source.Fields, protocol.Field{Name: f.name, Schema: sch})
	}
	transaction := named(protocol.Struct, "event.block", true)
	transaction.Fields = []protocol.Field{{Name: "id", Schema: named(protocol.String, "", false)}, {Name: "total_order", Schema: named(protocol.Int64, "", false)}, {Name: "data_collection_order", Schema: named(protocol.Int64, "", false)}}
	env := &protocol.Schema{Type: protocol.Struct}
	name := prefix + s.mostlyOf(".Envelop", ".Envelope")
	env.Name = &name
	if s.oneIn(10) {
		version := int32(2)
		env.Version = &version
	}
	after := t.row
	if s.oneIn(40) {
		after = s.variant(t.row)
	}
	for _, f := range []protocol.Field{
		{Name: "before", Schema: t.row}, {Name: "after", Schema: after}, {Name: "source", Schema: source}, {Name: "transaction", Schema: transaction},
		{Name: "op", Schema: named(protocol.String, "", s.oneIn(20))}, {Name: "ts_ms", Schema: named(protocol.Int64, "", true)}, {Name: "ts_us", Schema: named(protocol.Int64, "", true)}, {Name: "ts_ns", Schema: named(protocol.Int64, "", true)},
	} {
		switch {
		case s.oneIn(150):
			continue
		case s.oneIn(300):
			f.Schema = s.schema(depthMax)
			dropDefaults(f.Schema)
		}
		env.Fields = append(env.Fields, f)
	}
	return env
}

// operations are those of Debezium, the usual ones first.
func (s source) operation() string {
	return s.mostlyOf(pick(s, "t", "m", "", "x"), "c", "c", "u", "d", "r")
}

// change draws the value of one event.
func (s source) change(t *table) protocol.Value {
	op := s.operation()
	v := s.fitting(&protocol.Schema{Type: protocol.Struct, Fields: t.envelope.Fields}, false)
	for i, name := range v.Names {
		f := t.envelope.Fields[i].Schema
		switch name {
		case "op":
			if f.Type == protocol.String && !s.oneIn(60) {
				v.Items[i] = protocol.Value{Tag: protocol.Str, Text: op}
			}
		case "before", "after":
			has := op != "t" && (name == "after") != (op == "d") || op == "u" && s.oneIn(2)
			if s.oneIn(24) {
				has = !has
			}
			switch {
			case has && f.Type == protocol.Struct:
				v.Items[i] = s.rowValue(t, f)
			case f.Optional:
				v.Items[i] = protocol.Value{}
			}
		case "source":
			if at := v.Items[i].Field("connector"); at >= 0 {
				v.Items[i].Items[at] = protocol.Value{Tag: protocol.Str, Text: t.connector}
			}
		}
	}
	return v
}

// rowValue draws a row; texts that route, payloads and blanks are what configurations look for.
func (s source) rowValue(t *table, sch *protocol.Schema) protocol.Value {
	required := *sch
	required.Optional = false
	v := s.fitting(&required, false)
	for i, name := range v.Names {
		if v.Items[i].Tag != protocol.Str {
			continue
		}
		switch strings.ToLower(name) {
		case "aggregatetype", "type", "name":
			v.Items[i].Text = s.mostlyOf(pick(s, "", " ", "é", "a$b", "x.y"), "order", "customer", "Order", "line-item")
		case "payload":
			v.Items[i].Text = s.outboxPayload()
		}
	}
	return v
}

func (s source) outboxPayload() string {
	switch s.IntN(8) {
	case 0:
		return pick(s, "", " ", "\t", "null", "x", "{", "[", `{"a":1}x`, "[]", "{}", `[1,"a"]`, `{"a":[]}`, `[[]]`, `{"a":[[],[1]]}`, `[{"a":1},{"b":null}]`, " {\"a\":1}")
	case 1:
		return s.text()
	case 2:
		return canonicalText(string(s.document()))
	}
	n := s.payloadTree(0)
	return canonicalText(string(s.printJSON(nil, &n, s.style())))
}

// payloadTree is JSON as applications write it: objects with few names, lists of one kind for the most part.
func (s source) payloadTree(depth int) protocol.Node {
	text := func(t string) protocol.Node { return protocol.Node{Kind: protocol.StringNode, Text: t} }
	kind := s.IntN(9)
	if depth == 0 && kind > 1 {
		kind = 0
	}
	switch {
	case kind == 0 && depth < 3:
		n := protocol.Node{Kind: protocol.ObjectNode}
		for range s.size(4) {
			n.Members = append(n.Members, protocol.Member{Name: pick(s, "a", "b", "c", "n", "a.b", "a-b", "é", "1x"), Value: s.payloadTree(depth + 1)})
		}
		return n
	case kind == 1 && depth < 3:
		n := protocol.Node{Kind: protocol.ArrayNode}
		item := s.payloadTree(depth + 1)
		for range s.size(3) {
			if s.oneIn(8) {
				item = s.payloadTree(depth + 1)
			}
			if s.oneIn(10) {
				n.Items = append(n.Items, protocol.Node{Kind: protocol.NullNode})
			}
			n.Items = append(n.Items, item)
		}
		return n
	case kind == 2:
		return protocol.Node{Kind: protocol.NullNode}
	case kind == 3:
		return protocol.Node{Kind: protocol.BoolNode, Bool: s.oneIn(2)}
	case kind == 4:
		return protocol.Node{Kind: protocol.NumberNode, Text: pick(s, "1.5", "-0.0", "1e3", "1E400", "0.1", "123456789.123456789", "2147483648", "9223372036854775808", "-2147483649")}
	case kind <= 6:
		return protocol.Node{Kind: protocol.NumberNode, Text: strconv.FormatInt(s.integer(pick(s, 8, 32, 64)), 10)}
	}
	return text(s.text())
}

// changeMix returns a draw of records: change events of one table, some of another, tombstones and strangers.
func (s source) changeMix() func() *protocol.Record {
	stranger := s.recordMix()
	tables := []*table{s.table(), s.table()}
	isSource := !s.oneIn(4)
	position := int64(0)
	return func() *protocol.Record {
		r := stranger()
		if s.oneIn(24) {
			return r
		}
		t := tables[0]
		if s.oneIn(6) {
			t = tables[1]
		}
		position++
		topic := t.topic
		if s.oneIn(20) {
			topic += "_shard2"
		}
		out := &protocol.Record{Source: isSource, Topic: &topic, Partition: r.Partition, Timestamp: r.Timestamp}
		if isSource {
			out.SourcePartition = protocol.Value{Tag: protocol.MapOf, Items: []protocol.Value{{Tag: protocol.Str, Text: "server"}, {Tag: protocol.Str, Text: "srv"}}}
			out.SourceOffset = protocol.Value{Tag: protocol.MapOf, Items: []protocol.Value{{Tag: protocol.Str, Text: "lsn"}, {Tag: protocol.I64, Int: position}}}
		} else {
			partition := int32(s.IntN(4))
			out.Partition, out.Offset, out.TimestampType = &partition, position, "CREATE_TIME"
		}
		odd := s.oneIn(30)
		switch {
		case odd: // not beside an envelope, whose new name would depend on the order of batches
			out.Key = r.Key
		case s.oneIn(20):
		default:
			out.Key = protocol.Typed{Schema: t.key, Value: s.fitting(t.key, false)}
		}
		switch {
		case odd, s.oneIn(12):
			if s.oneIn(3) {
				out.Value.Schema = t.envelope
			}
		default:
			out.Value = protocol.Typed{Schema: t.envelope, Value: s.change(t)}
		}
		out.Headers = s.changeHeaders(r.Headers)
		return out
	}
}

// changeHeaders are headers, among them one that lists fields.
func (s source) changeHeaders(more []protocol.Header) []protocol.Header {
	headers := more
	if s.oneIn(2) {
		list := protocol.Value{Tag: protocol.List}
		for range s.size(3) {
			list.Items = append(list.Items, protocol.Value{Tag: protocol.Str, Text: s.field()})
		}
		h := protocol.Header{Name: "fields", Typed: protocol.Typed{Value: list}}
		if s.oneIn(2) {
			h.Schema = &protocol.Schema{Type: protocol.Array, Items: named(protocol.String, "", false)}
		}
		headers = append(headers, h)
	}
	return headers
}
