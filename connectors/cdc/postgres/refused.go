package postgres

import (
	"encoding/hex"
	"strings"

	"github.com/millrace/millrace/config"
)

func unhex(s string) ([]byte, error) { return hex.DecodeString(s) }

// valueRule is the values that a key takes, and why some of Debezium's are refused.
type valueRule struct {
	valid   []string
	refused map[string]string
}

// values are the keys that take some values only.
var values = map[string]valueRule{
	"decimal.handling.mode":       {valid: []string{"precise", "string", "double"}},
	"time.precision.mode":         {valid: []string{"adaptive", "adaptive_time_microseconds", "connect", "isostring", "microseconds", "nanoseconds"}},
	"binary.handling.mode":        {valid: []string{"bytes", "base64", "base64-url-safe", "hex"}},
	"hstore.handling.mode":        {valid: []string{"json", "map"}},
	"interval.handling.mode":      {valid: []string{"numeric", "string"}},
	"schema.name.adjustment.mode": {valid: []string{"none", "avro", "avro_unicode"}},
	"publication.autocreate.mode": {valid: []string{"all_tables", "disabled", "filtered", "no_tables"}},
	"database.sslmode":            {valid: []string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}},
	"snapshot.isolation.mode":     {valid: []string{"serializable", "repeatable_read", "read_committed", "read_uncommitted"}},
	"plugin.name":                 {valid: []string{"pgoutput", "decoderbufs"}},
	"snapshot.mode": {valid: []string{"initial", "initial_only", "no_data", "never", "always", "when_needed"},
		refused: map[string]string{"custom": "classes of Java do not run here", "configuration_based": "it is not supported yet"}},
	"snapshot.locking.mode": {valid: []string{"none", "shared"}, refused: map[string]string{"custom": "classes of Java do not run here"}},
	"snapshot.query.mode":   {valid: []string{"select_all"}, refused: map[string]string{"custom": "classes of Java do not run here"}},
	"lsn.flush.mode":        {valid: []string{"", "connector", "manual"}, refused: map[string]string{"connector_and_driver": "a keep-alive would confirm what Kafka does not have yet"}},
	"topic.naming.strategy": {valid: []string{"io.debezium.schema.schematopicnamingstrategy", "io.debezium.schema.defaulttopicnamingstrategy"},
		refused: map[string]string{}},
}

// unsupported are keys that work at their default only, and why.
var unsupported = map[string]string{
	"converters":                             "classes of Java do not run here",
	"post.processors":                        "classes of Java do not run here",
	"snapshot.select.statement.overrides":    "it is not supported yet",
	"column.propagate.source.type":           "it is not supported yet",
	"datatype.propagate.source.type":         "it is not supported yet",
	"signal.data.collection":                 "it is not supported yet",
	"notification.enabled.channels":          "it is not supported yet",
	"openlineage.integration.enabled":        "it is not supported",
	"replica.identity.autoset.values":        "it is not supported yet",
	"xmin.fetch.interval.ms":                 "it is not supported yet",
	"database.sslfactory":                    "classes of Java do not run here",
	"transaction.metadata.factory":           "classes of Java do not run here",
	"sourceinfo.struct.maker":                "classes of Java do not run here",
	"read.only":                              "it is not supported yet",
	"snapshot.tables.order.by.row.count":     "it is not supported yet",
	"event.processing.failure.handling.mode": "it is not supported yet",
}

// unsupportedPrefixes begin keys with parameters in their names.
var unsupportedPrefixes = []string{"snapshot.select.statement.overrides."}

// refuse returns an error for a key that would be ignored.
func refuse(d *config.Def, props map[string]string) error {
	for key, text := range props {
		for _, p := range unsupportedPrefixes {
			if strings.HasPrefix(key, p) {
				return config.InvalidValue(key, text, "it is not supported yet: remove it")
			}
		}
		if rule, ok := values[key]; ok {
			if err := rule.check(key, text); err != nil {
				return err
			}
		}
		if why, ok := unsupported[key]; ok {
			if k, known := d.Key(key); !known || text != k.DefaultText() && config.JavaText(k.Default) != text {
				return config.InvalidValue(key, text, why+": remove it")
			}
		}
	}
	return nil
}

func (r valueRule) check(key, text string) error {
	word := strings.ToLower(strings.TrimSpace(text))
	if why, ok := r.refused[word]; ok {
		return config.InvalidValue(key, text, why)
	}
	for _, v := range r.valid {
		if v == word {
			return nil
		}
	}
	return config.InvalidValue(key, text, "Value must be one of "+strings.Join(r.valid, ", "))
}
