package generate

import (
	"strconv"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// scriptApply is a filter or router by a Groovy expression, of those that both languages of the transforms have in common.
func (s source) scriptApply() *trial.Trial {
	return s.chained(1, s.changeMix(), func(int) trial.Plugin {
		p := trial.Plugin{Kind: "transform", Class: debeziumTransforms + "Filter", Config: config("language", "jsr223.groovy")}
		if s.oneIn(3) {
			p.Class = debeziumTransforms + "ContentBasedRouter"
			p.Config = append(p.Config, protocol.Pair{Key: "topic.expression", Text: s.route()})
		} else {
			p.Config = append(p.Config, protocol.Pair{Key: "condition", Text: s.condition(0)})
		}
		p.Config = s.sometimes(p.Config, 3, "topic.regex", ".*orders.*", "srv\\..*", ".*_shard.*", "x", "(.*)")
		p.Config = s.sometimes(p.Config, 3, "null.handling.mode", "keep", "drop", "evaluate")
		return p
	})
}

// documented are conditions and routes as Debezium's documentation and public configurations have them.
var documented = []string{
	"value.op == 'u' && value.before.id == 2", "value.op == 'u' || value.op == 'c'", "value.op != 'd'", "value.op == 'c'", "value?.op == 'u'", "value.after != null && value.after.a != null",
	"value.source.table == 'orders'", "topic.startsWith('srv')", "valueSchema.name == 'srv.db.orders.Envelope'", "valueSchema.name() == 'srv.db.orders.Envelope'", "value.after.name == 'order'",
	"value.after.id == value.before.id", "header.fields.value != null", "header.h != null && header.h.value == 'x'", "value.get('op') == 'd'", "value.source.snapshot == 'true'", "!(value.op == 'd')",
	"value.op == 'd' ? value.before.id > 0 : value.after.id > 0", "key.id == 1", "keySchema == null", "value.after?.type?.startsWith('ord')",
}

func (s source) condition(depth int) string {
	if depth == 0 && s.oneIn(4) {
		return pick(s, documented...)
	}
	if depth < 3 && s.oneIn(3) {
		switch s.IntN(4) {
		case 0:
			return "!(" + s.condition(depth+1) + ")"
		case 1:
			return "(" + s.condition(depth+1) + " ? " + s.condition(depth+1) + " : " + s.condition(depth+1) + ")"
		}
		return "(" + s.condition(depth+1) + pick(s, " && ", " || ") + s.condition(depth+1) + ")"
	}
	switch s.IntN(6) {
	case 0:
		return s.member() + pick(s, " == ", " != ") + "null"
	case 1:
		return s.textual() + "." + pick(s, "startsWith", "endsWith", "contains", "equals", "equalsIgnoreCase") + "(" + s.quoted() + ")"
	case 2:
		return s.textual() + pick(s, " == ", " != ", " < ", " >= ") + s.quoted()
	case 3:
		return s.numeric(0) + pick(s, " == ", " != ", " < ", " <= ", " > ", " >= ") + s.numeric(0)
	case 4:
		return s.member() + pick(s, " == ", " != ") + pick(s, s.member(), s.quoted(), strconv.Itoa(s.IntN(9)), "true")
	}
	return s.textual() + pick(s, ".length() > 5", ".isEmpty()", ".matches('[a-z]+')", ".indexOf('r') > 0", ".toUpperCase() == 'ORDER'", ".trim() == ''", ".substring(0, 1) == 'o'")
}

func (s source) quoted() string { return "'" + pick(s, "order", "c", "u", "x", "", "srv", "a") + "'" }

// member is a part of the record.
func (s source) member() string {
	return pick(s, "value", "key", "value.op", "value.ts_ms", "value.source", "value.source.table", "value.source.lsn", "value.transaction", "key.id", "topic", "valueSchema", "keySchema",
		"header.h", "header.fields", "header.none", "value.after"+pick(s, ".", "?.")+s.scriptField(), "value.before"+pick(s, ".", "?.")+s.scriptField(), "value['op']", "value?.op", "value.missing", "header.h.value", "header.h?.value",
		"valueSchema.name", "valueSchema.version()")
}

func (s source) scriptField() string {
	return pick(s, "a", "b", "c", "id", "ts", "name", "n", "aggregatetype", "type", "payload", "version", "shard")
}

func (s source) textual() string {
	return pick(s, "value.op", "topic", "value.source.table", "value.source.connector", "value.after?.name", "value.after.type", "value.after?.aggregatetype", "topic.toLowerCase()", "value.op.concat('x')", "(topic + value.op)")
}

func (s source) numeric(depth int) string {
	if depth < 2 && s.oneIn(4) {
		return "(" + s.numeric(depth+1) + pick(s, " + ", " - ", " * ", " % ", " / ") + s.numeric(depth+1) + ")"
	}
	if depth == 0 && s.oneIn(3) {
		return pick(s, "2.5", "value.after.id", "value.after.a", "value.after.b") // the fields are of any type
	}
	return pick(s, "0", "1", "7", "100", "0.3", "1.10", "2147483648", "value.ts_ms", "value.source.lsn", "value.after?.version", "value.after?.shard", "topic.length()", "-3")
}

func (s source) route() string {
	return pick(s, "value.op == 'u' ? 'updates' : null", "'routed'", "topic + '_x'", "value.op", "value.after.name", "value.after?.aggregatetype", "null", "value.op == 'd' ? 'deleted' : topic",
		"1", "value.source.table", s.condition(1)+" ? 'yes' : null", s.textual(), "topic.toUpperCase()", "'n' + "+s.numeric(1), "value.after?.id + '-' + topic")
}
