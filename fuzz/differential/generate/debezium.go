package generate

import (
	"strings"

	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

const debeziumTransforms = "io.debezium.transforms."

// debeziumRecipes are the transforms of Debezium. Those of scripts have a kind of their own.
var debeziumRecipes = []struct {
	class string
	draw  func(source) []protocol.Pair
}{
	{"ExtractNewRecordState", source.extractConfig},
	{"outbox.EventRouter", source.outboxConfig},
	{"ByLogicalTableRouter", source.logicalTableConfig},
}

// sometimes adds a key once in n.
func (s source) sometimes(c []protocol.Pair, n int, key string, texts ...string) []protocol.Pair {
	if s.oneIn(n) {
		c = append(c, protocol.Pair{Key: key, Text: pick(s, texts...)})
	}
	return c
}

// references are fields of an envelope, as the configuration names them.
func (s source) references() string {
	var names []string
	for range 1 + s.IntN(3) {
		names = append(names, pick(s, "op", "op", "table", "db", "ts_ms", "ts_us", "source.ts_ms", "source.table", "lsn", "lsn:LSN", "op:operation", "id", "transaction.id", "total_order",
			"source.missing", "missing", "after.id", "before.a", "snapshot", "source.snapshot:snap", "source", "source.db:"))
	}
	return s.list(names)
}

func (s source) extractConfig() []protocol.Pair {
	var c []protocol.Pair
	if !s.oneIn(4) {
		c = append(c, protocol.Pair{Key: "delete.tombstone.handling.mode", Text: s.mostlyOf(pick(s, "none", "", "DROP"), "drop", "tombstone", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone")})
	}
	c = s.sometimes(c, 5, "route.by.field", "name", "type", "aggregatetype", "a", "missing", "")
	if s.oneIn(2) {
		c = append(c, protocol.Pair{Key: "add.fields", Text: s.references()})
		c = s.sometimes(c, 3, "add.fields.prefix", "", "__", "x.", "src_")
	}
	if s.oneIn(2) {
		c = append(c, protocol.Pair{Key: "add.headers", Text: s.references()})
		c = s.sometimes(c, 3, "add.headers.prefix", "", "__", "x.", "src_")
	}
	if s.oneIn(3) {
		c = append(c, protocol.Pair{Key: "drop.fields.header.name", Text: s.mostlyOf(pick(s, "h", "", " "), "fields")})
		c = s.sometimes(c, 2, "drop.fields.from.key", "true", "false")
		c = s.sometimes(c, 2, "drop.fields.keep.schema.compatible", "true", "false")
	}
	return s.sometimes(c, 4, "replace.null.with.default", "true", "false")
}

// outboxColumn is the name of a column, of which the configuration speaks in lower case for the most part.
func (s source) outboxColumn() string {
	name := pick(s, outboxColumns...)
	if s.oneIn(12) {
		name = pick(s, strings.ToUpper(name), "missing", "")
	}
	return name
}

func (s source) outboxConfig() []protocol.Pair {
	var c []protocol.Pair
	for _, key := range []string{"id", "key", "payload", "timestamp", "schema.version"} {
		if s.oneIn(6) {
			c = append(c, protocol.Pair{Key: "table.field.event." + key, Text: s.outboxColumn()})
		}
	}
	if s.oneIn(4) {
		c = lastWins(append(c, protocol.Pair{Key: "table.field.event.timestamp", Text: "created"}))
	}
	if s.oneIn(6) {
		c = lastWins(append(c, protocol.Pair{Key: "table.field.event.schema.version", Text: "version"}))
	}
	c = s.sometimes(c, 8, "route.by.field", "type", "tenant", "missing", "aggregatetype")
	if s.oneIn(2) {
		var items []string
		for range 1 + s.IntN(3) {
			item := s.outboxColumn() + ":" + s.mostlyOf(pick(s, "body", "", "Envelope"), "header", "envelope", "partition")
			if strings.HasSuffix(item, "partition") && !s.oneIn(4) {
				item = "shard:partition"
			}
			if s.oneIn(3) {
				item += ":" + pick(s, "alias", "x", "id", "payload", "")
			}
			items = append(items, item)
		}
		c = append(c, protocol.Pair{Key: "table.fields.additional.placement", Text: s.list(items)})
	}
	c = s.sometimes(c, 3, "table.field.additional.missing", "error", "ignore", "ignore", "IGNORE", "x")
	c = s.sometimes(c, 3, "table.op.invalid.behavior", "warn", "error", "fatal", "Fatal")
	if s.oneIn(2) {
		c = append(c, protocol.Pair{Key: "table.expand.json.payload", Text: s.mostlyOf("false", "true")})
		c = s.sometimes(c, 3, "table.json.payload.null.behavior", "ignore", "optional_bytes")
		c = s.sometimes(c, 4, "field.name.adjustment.mode", "none", "avro", "avro_unicode")
	}
	c = s.sometimes(c, 6, "route.topic.regex", "(?<routedByValue>.*)", "(.*)er", "order|customer", "(?<routedByValue>[a-z]+)-.*")
	c = s.sometimes(c, 5, "route.topic.replacement", "outbox.event.${routedByValue}", "$0", "x", "${nope}", "events", "$1")
	return s.sometimes(c, 3, "route.tombstone.on.empty.payload", "true", "true", "false")
}

func (s source) logicalTableConfig() []protocol.Pair {
	c := config("topic.regex", s.mostlyOf(pick(s, "(", "", "x"), "(.*)", "(.*)_shard.*", "srv\\.(.*)", "(.*)(orders|outbox)(.*)", "(?<all>.+?)(_.*)?"),
		"topic.replacement", s.mostlyOf(pick(s, "$9", "", "${"), "$1", "$1_all", "all", "logical.$1", "$0"))
	c = s.sometimes(c, 3, "key.enforce.uniqueness", "true", "false")
	c = s.sometimes(c, 5, "key.field.name", "__table", "id", "a", "")
	if s.oneIn(3) {
		c = append(c, protocol.Pair{Key: "key.field.regex", Text: pick(s, "(.*)_shard(.*)", "srv\\.(.*)", "(.*)", "")})
		if !s.oneIn(6) {
			c = append(c, protocol.Pair{Key: "key.field.replacement", Text: pick(s, "$1", "$2", "x", " ")})
		}
	}
	c = s.sometimes(c, 4, "schema.name.adjustment.mode", "none", "avro", "avro_unicode")
	return s.sometimes(c, 8, "logical.table.cache.size", "8", "16", "100")
}

// debeziumTransform draws a transform of Debezium with its configuration.
func (s source) debeziumTransform() trial.Plugin {
	r := pick(s, debeziumRecipes...)
	return trial.Plugin{Kind: "transform", Class: debeziumTransforms + r.class, Config: r.draw(s)}
}

// debeziumApply is a transform of Debezium, or a chain of up to four with those of Kafka among them.
func (s source) debeziumApply() *trial.Trial {
	n := 1
	if s.oneIn(3) {
		n += s.IntN(4)
	}
	at := s.IntN(n)
	return s.chained(n, s.changeMix(), func(i int) trial.Plugin {
		if i == at || s.oneIn(4) {
			return s.debeziumTransform()
		}
		return s.transform()
	})
}
