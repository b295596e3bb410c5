package debezium

import (
	"slices"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/internal/columnar"
)

const (
	deleteTombstoneMode = "delete.tombstone.handling.mode"
	deleteMode          = "delete.handling.mode"
	dropTombstones      = "drop.tombstones"
)

// extractDef is the keys of ExtractNewRecordState: those of the release, and the two that releases before
// 3.2 had for deletes, which most configurations still carry. Source: ExtractNewRecordStateConfigDefinition.
func extractDef() *config.Def {
	return config.NewDef().
		Define(config.Key{
			Name: deleteTombstoneMode, Type: config.String, Default: "tombstone", Importance: config.Medium, Width: config.WidthMedium,
			Validator:   oneOf("drop", "tombstone", "rewrite-with-tombstone", "rewrite", "delete-to-tombstone"),
			DisplayName: "Handle delete and tombstone records",
			Doc: "How to handle delete records. Options are: " +
				"drop - Remove the delete event and tombstone from the stream." +
				"tombstone (default) - For each delete event, leave only a tombstone in the stream." +
				"rewrite - Remove tombstone from the record, and add a `__deleted` field with the value `true`." +
				"rewrite-with-tombstone - Retain tombstone in record and add a `__deleted` field with the value `true`." +
				"delete-to-tombstone - Convert delete events to tombstone events and drop tombstone events.",
		}).
		Define(config.Key{
			Name: "route.by.field", Type: config.String, Default: "", Importance: config.Low, Width: config.WidthLong,
			DisplayName: "Route by field name",
			Doc:         "The column which determines how the events will be routed, the value will replace the topic name.",
		}).
		Define(config.Key{
			Name: "add.fields.prefix", Type: config.String, Default: "__", Importance: config.Low, Width: config.WidthShort,
			DisplayName: "Field prefix to be added to each field.",
			Doc:         "Adds this prefix to each field listed.",
		}).
		Define(config.Key{
			Name: "add.fields", Type: config.List, Default: "", Importance: config.Low, Width: config.WidthLong,
			DisplayName: "Adds the specified field(s) to the message if they exist.",
			Doc: "Adds each field listed, prefixed with __ (or __<struct>_ if the struct is specified). " +
				"Example: 'version,connector,source.ts_ms' would add __version, __connector and __source_ts_ms fields. " +
				"Optionally one can also map new field name like version:VERSION,connector:CONNECTOR,source.ts_ms:EVENT_TIMESTAMP." +
				"Please note that the new field name is case-sensitive.",
		}).
		Define(config.Key{
			Name: "add.headers.prefix", Type: config.String, Default: "__", Importance: config.Low, Width: config.WidthShort,
			DisplayName: "Header prefix to be added to each header.",
			Doc:         "Adds this prefix listed to each header.",
		}).
		Define(config.Key{
			Name: "add.headers", Type: config.List, Default: "", Importance: config.Low, Width: config.WidthLong,
			DisplayName: "Adds the specified fields to the header if they exist.",
			Doc: "Adds each field listed to the header,  __ (or __<struct>_ if the struct is specified). " +
				"Example: 'version,connector,source.ts_ms' would add __version, __connector and __source_ts_ms fields. " +
				"Optionally one can also map new field name like version:VERSION,connector:CONNECTOR,source.ts_ms:EVENT_TIMESTAMP." +
				"Please note that the new field name is case-sensitive.",
		}).
		Define(config.Key{
			Name: "drop.fields.header.name", Type: config.String, Importance: config.Low, Width: config.WidthShort,
			DisplayName: "Specifies a header that contains a list of field names to be removed",
			Doc:         "Specifies the name of a header that contains a list of fields to be removed from the event value.",
		}).
		Define(config.Key{
			Name: "drop.fields.from.key", Type: config.Boolean, Default: false, Importance: config.Low, Width: config.WidthShort,
			DisplayName: "Specifies whether the fields to be dropped should also be omitted from the key",
			Doc: "Specifies whether to apply the drop fields behavior to the event key as well as the value. " +
				"Default behavior is to only remove fields from the event value, not the key.",
		}).
		Define(config.Key{
			Name: "drop.fields.keep.schema.compatible", Type: config.Boolean, Default: true, Importance: config.Low, Width: config.WidthShort,
			DisplayName: "Specifies if fields are dropped, will the event's schemas be compatible",
			Doc: "Controls the output event's schema compatibility when using the drop fields feature. " +
				"`true`: dropped fields are removed if the schema indicates its optional leaving the schemas unchanged, " +
				"`false`: dropped fields are removed from the key/value schemas, regardless of optionality.",
		}).
		Define(config.Key{
			Name: "replace.null.with.default", Type: config.Boolean, Default: true, Importance: config.Low, Width: config.WidthShort,
			DisplayName: "replace null field value with default",
			Doc:         "When this option is enabled, null field values are replaced by source-defined defaults when rewriting the record.",
		}).
		Define(config.Key{
			Name: dropTombstones, Type: config.Boolean, Default: true, Importance: config.Low, Width: config.WidthShort,
			DisplayName: "Drop tombstones",
			Doc: "Debezium by default generates a tombstone record to enable Kafka compaction after " +
				"a delete record was generated. This record is usually filtered out to avoid duplicates " +
				"as a delete record is converted to a tombstone record, too" +
				"Note: This option is scheduled for removal in a future release, use \"delete.tombstone.handling.mode\" instead",
		}).
		Define(config.Key{
			Name: deleteMode, Type: config.String, Default: "drop", Importance: config.Medium, Width: config.WidthMedium,
			Validator:   oneOf("drop", "rewrite", "none"),
			DisplayName: "Handle delete records",
			Doc: "How to handle delete records. Options are: " +
				"none - records are passed," +
				"drop - records are removed (the default)," +
				"rewrite - __deleted field is added to records." +
				"Note: This option is scheduled for removal in a future release, use \"delete.tombstone.handling.mode\" instead",
		})
}

// oneOf accepts the given texts in any case, blanks around them ignored. Source: Field.withEnum.
func oneOf(valid ...string) config.Validator {
	return config.Lambda(func(name string, value any) error {
		text, _ := value.(string)
		if slices.ContainsFunc(valid, func(v string) bool { return strings.EqualFold(v, strings.TrimSpace(text)) }) {
			return nil
		}
		return config.InvalidValue(name, value, "Value must be one of "+strings.Join(valid, ", "))
	}, "["+strings.Join(valid, ", ")+"]")
}

// option returns the text of a key that oneOf validates.
func option(v *config.Values, key string) string {
	return strings.ToLower(strings.TrimSpace(v.String(key)))
}

// deleteOutput is what becomes of a delete event.
type deleteOutput uint8

const (
	deleteDropped   deleteOutput = iota
	deleteNull                   // null under the row's schema
	deleteTombstone              // null without schema
	deleteRewritten              // the row before, marked
)

// deletes is how deleted rows and tombstones are handled.
type deletes struct {
	output         deleteOutput
	keepTombstones bool
}

// rewrites reports whether rows get the field __deleted.
func (d deletes) rewrites() bool { return d.output == deleteRewritten }

// deletesOf reads the modes: the new key where it is given or neither of the old ones is.
// Source: DefaultDeleteHandlingStrategy, LegacyDeleteHandlingStrategy of 3.0.
func deletesOf(v *config.Values) deletes {
	if !v.IsSet(deleteTombstoneMode) && (v.IsSet(deleteMode) || v.IsSet(dropTombstones)) {
		d := deletes{keepTombstones: !v.Bool(dropTombstones)}
		switch option(v, deleteMode) {
		case "none":
			d.output = deleteNull
		case "rewrite":
			d.output = deleteRewritten
		}
		return d
	}
	switch option(v, deleteTombstoneMode) {
	case "tombstone":
		return deletes{output: deleteNull}
	case "rewrite":
		return deletes{output: deleteRewritten}
	case "rewrite-with-tombstone":
		return deletes{output: deleteRewritten, keepTombstones: true}
	case "delete-to-tombstone":
		return deletes{output: deleteTombstone}
	}
	return deletes{}
}

func extractNewRecordStateClasses() []*smt.Class {
	def := extractDef()
	return class("ExtractNewRecordState", def, func(props map[string]string, c smt.Context) (smt.Transform, error) {
		v, err := def.Parse(props)
		if err != nil {
			return nil, refused(err)
		}
		t := &extract{
			deletes:        deletesOf(v),
			routeBy:        v.String("route.by.field"),
			withDefault:    v.Bool("replace.null.with.default"),
			dropHeader:     v.String("drop.fields.header.name"),
			dropFromKey:    v.Bool("drop.fields.from.key"),
			keepCompatible: v.Bool("drop.fields.keep.schema.compatible"),
		}
		for _, key := range []string{deleteMode, dropTombstones} {
			if v.IsSet(key) {
				c.Log().Warn("old config key: releases since 3.2 have another", "key", key, "instead", deleteTombstoneMode, "obeyed", !v.IsSet(deleteTombstoneMode))
			}
		}
		if t.fields, err = fieldReferences(v.String("add.fields.prefix"), v.List("add.fields")); err != nil {
			return nil, err
		}
		if t.headers, err = fieldReferences(v.String("add.headers.prefix"), v.List("add.headers")); err != nil {
			return nil, err
		}
		return columnar.New(t.columns, t.record, t.effect()), nil
	})
}
