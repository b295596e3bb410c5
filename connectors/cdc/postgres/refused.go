package postgres

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors/cdc/signal"
)

func unhex(s string) ([]byte, error) { return hex.DecodeString(s) }

// valueRule is the values that a key takes, and why some of Debezium's are refused.
type valueRule struct {
	valid   []string
	refused map[string]string
}

const (
	noJava = "classes of Java do not run here"
	notYet = "it is not supported yet"
)

// values are the keys that take some values only.
var values = map[string]valueRule{
	"decimal.handling.mode":       {valid: []string{"precise", "string", "double"}},
	"time.precision.mode":         {valid: []string{"adaptive", "adaptive_time_microseconds", "connect", "isostring", "microseconds", "nanoseconds"}},
	"binary.handling.mode":        {valid: []string{"bytes", "base64", "base64-url-safe", "hex"}},
	"hstore.handling.mode":        {valid: []string{"json", "map"}},
	"interval.handling.mode":      {valid: []string{"numeric", "string"}},
	"schema.name.adjustment.mode": {valid: []string{"none", "avro", "avro_unicode"}},
	"field.name.adjustment.mode":  {valid: []string{"none", "avro", "avro_unicode"}},
	"publication.autocreate.mode": {valid: []string{"all_tables", "disabled", "filtered", "no_tables"}},
	"database.sslmode":            {valid: []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
	"snapshot.isolation.mode":     {valid: []string{"serializable", "repeatable_read", "read_committed", "read_uncommitted"}},
	"plugin.name":                 {valid: []string{"pgoutput", "decoderbufs"}},
	"snapshot.mode": {valid: []string{"initial", "initial_only", "no_data", "never", "always", "when_needed", "configuration_based"},
		refused: map[string]string{"custom": noJava}},
	"snapshot.locking.mode":                      {valid: []string{"none", "shared"}, refused: map[string]string{"custom": noJava}},
	"snapshot.query.mode":                        {valid: []string{"select_all"}, refused: map[string]string{"custom": noJava}},
	"incremental.snapshot.watermarking.strategy": {valid: []string{"insert_insert", "insert_delete"}},
	"read.only": {valid: []string{"true", "false"}},
	"lsn.flush.mode": {valid: []string{"connector", "manual"},
		refused: map[string]string{"connector_and_driver": "a keep-alive would confirm what Kafka does not have yet: use connector"}},
	"topic.naming.strategy": {valid: []string{"io.debezium.schema.schematopicnamingstrategy", "io.debezium.schema.defaulttopicnamingstrategy"}},
	// Keys of ours, for what is to come.
	"millrace.debezium.compat": {valid: []string{"3.5"}},
	"millrace.debezium.exact":  {valid: []string{"false"}},
	"millrace.idle.advance":    {valid: []string{"false"}},
	streamingKey:               {valid: []string{"true", "false"}},
	"schema.refresh.mode":      {valid: []string{"columns_diff", "columns_diff_exclude_unchanged_toast"}},

	convertingKey: {valid: []string{"skip", "warn", "fail"}}, processingKey: {valid: []string{"skip", "warn", "fail", "ignore"}},
	"guardrail.collections.limit.action": {valid: []string{"warn", "fail"}},
	"snapshot.tables.order.by.row.count": {valid: []string{"disabled", "ascending", "descending"}},
}

// unsupported are keys that work at their default only, and why.
var unsupported = map[string]string{
	"converters": noJava, "post.processors": noJava, "database.sslfactory": noJava, "transaction.metadata.factory": noJava, "sourceinfo.struct.maker": noJava,
	"openlineage.integration.enabled": "it is not supported", "custom.metric.tags": notYet,
	"table.ignore.builtin": "tables of the server itself are never captured",
}

// idle are keys of Debezium's that have nothing to act on here: its queue, its threads, its driver.
var idle = []string{
	"max.queue.size", "max.queue.size.in.bytes", "snapshot.fetch.size", "query.fetch.size", "snapshot.max.threads.multiplier", "lsn.flush.timeout.ms",
	"lsn.flush.timeout.action", "connection.validation.timeout.ms", "executor.shutdown.timeout.ms", "topic.cache.size", "custom.sanitize.pattern",
	"schema.refresh.mode", "internal.log.position.check.enable", "internal.advanced.metrics.enable", "internal.legacy.snapshot.max.threads",
	"legacy.snapshot.max.threads", "internal.snapshot.scan.all.columns.force",
}

// more are keys that work and that Debezium's definition does not list.
var more = []string{
	watchKey, convertingKey, "read.only", "topic.delimiter", "topic.transaction", "topic.heartbeat.prefix", "field.name.adjustment.mode", "money.fraction.digits", "skip.messages.without.change",
}

// namespaces begin Debezium's keys: others in them are written wrongly, or of another release.
var namespaces = []string{"database.", "slot.", "publication.", "snapshot.", "signal.", "table.", "column.", "schema.", "heartbeat.", "incremental.",
	"message.", "time.", "decimal.", "binary.", "datatype.", "hstore.", "interval.", "lsn.", "notification.", "topic.prefix.", "replica.", "event.", "guardrail."}

// refuse returns an error for a key that would be ignored.
func refuse(d *config.Def, props map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(props)) {
		text := props[key]
		if rule, ok := values[key]; ok {
			if err := rule.check(key, text); err != nil {
				return err
			}
		}
		if why, ok := unsupported[key]; ok {
			if k, known := d.Key(key); !known || text != k.DefaultText() && config.JavaText(k.Default) != text && !sameList(k.Default, text) {
				return config.InvalidValue(key, text, why+": remove it")
			}
		}
	}
	return nil
}

func sameList(def any, text string) bool {
	list, ok := def.([]string)
	return ok && strings.Join(list, ",") == text
}

func (r valueRule) check(key, text string) error {
	word := strings.ToLower(strings.TrimSpace(text))
	if why, ok := r.refused[word]; ok {
		return config.InvalidValue(key, text, why)
	}
	if slices.Contains(r.valid, word) {
		return nil
	}
	return config.InvalidValue(key, text, "Value must be one of "+strings.Join(r.valid, ", "))
}

// unknown returns the keys in Debezium's namespaces that nothing reads, sorted.
func unknown(d *config.Def, props map[string]string) (out []string) {
	for _, key := range slices.Sorted(maps.Keys(props)) {
		if _, known := d.Key(key); known || slices.Contains(signal.Keys(), key) || strings.HasPrefix(key, signal.ConsumerPrefix) || slices.Contains(more, key) || slices.Contains(idle, key) ||
			strings.HasPrefix(key, overridePrefix) || strings.HasPrefix(key, "column.mask.") || strings.HasPrefix(key, "column.truncate.") {
			continue
		}
		if slices.ContainsFunc(namespaces, func(n string) bool { return strings.HasPrefix(key, n) }) {
			out = append(out, key)
		}
	}
	return out
}
