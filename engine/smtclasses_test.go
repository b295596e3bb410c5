package engine_test

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
)

// The stock transforms and predicates by name; those that recorded requests use have their keys. They
// stand for the real ones in checks of configs, which never run them.

const transformsPackage = "org.apache.kafka.connect.transforms."

func transformClasses() smt.Set {
	expression := config.Lambda(func(name string, v any) error {
		text, _ := v.(string)
		if _, err := regex.Compile(text); err != nil {
			return config.InvalidValue(name, text, "Invalid regex: "+err.Error())
		}
		return nil
	}, "valid regex")
	defs := map[string]*config.Def{
		"HoistField$Value": config.NewDef().Define(config.Key{Name: "field", Type: config.String, Required: true, Importance: config.Medium,
			Doc: "Field name for the single field that will be created in the resulting Struct or Map."}),
		"RegexRouter": config.NewDef().
			Define(config.Key{Name: "regex", Type: config.String, Required: true, Validator: expression, Importance: config.High,
				Doc: "Regular expression to use for matching."}).
			Define(config.Key{Name: "replacement", Type: config.String, Required: true, Importance: config.High,
				Doc: "Replacement string."}),
		"Cast$Value": config.NewDef().
			Define(config.Key{Name: "spec", Type: config.List, Required: true, Importance: config.High,
				Validator: config.Lambda(func(string, any) error {
					return config.InvalidValue("Invalid type found in casting spec: int99",
						"java.lang.IllegalArgumentException: No enum constant org.apache.kafka.connect.data.Schema.Type.INT99", "")
				}, "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>"),
				Doc: "List of fields and the type to cast them to of the form field1:type,field2:type to cast fields of Maps or Structs. " +
					"A single type to cast the entire value. Valid types are int8, int16, int32, int64, float32, float64, boolean, and string. " +
					"Note that binary fields can only be cast to string."}).
			Define(config.Key{Name: "replace.null.with.default", Type: config.Boolean, Default: true, Importance: config.Medium,
				Doc: "Whether to replace fields that have a default value and that are null to the default value. When set to true, the default value is used, otherwise null is used."}),
	}
	var list []*smt.Class
	for _, n := range []string{"DropHeaders", "Filter", "InsertHeader", "RegexRouter", "TimestampRouter", "ValueToKey"} {
		list = append(list, transform(n, defs[n]))
	}
	for _, n := range []string{"Cast", "ExtractField", "Flatten", "HeaderFrom", "HoistField", "InsertField", "MaskField", "ReplaceField",
		"SetSchemaMetadata", "TimestampConverter"} {
		list = append(list, transform(n+"$Key", defs[n+"$Key"]), transform(n+"$Value", defs[n+"$Value"]))
	}
	return smt.NewSet(list...)
}

func transform(name string, def *config.Def) *smt.Class {
	if def == nil {
		def = config.NewDef()
	}
	return &smt.Class{Name: transformsPackage + name, Version: "4.3.1", Def: def,
		New: func(map[string]string, smt.Context) (smt.Transform, error) { return nothing{}, nil }}
}

func predicateClasses() smt.Set {
	pattern := config.NewDef().Define(config.Key{Name: "pattern", Type: config.String, Required: true, Importance: config.Medium,
		Validator: config.Composite(config.NonEmptyString{}, config.Lambda(func(name string, v any) error {
			text, _ := v.(string)
			if _, err := regex.Compile(text); err != nil {
				return config.InvalidValue(name, text, "Invalid regex: "+err.Error())
			}
			return nil
		}, "valid regex")),
		Doc: "A Java regular expression for matching against the name of a record's topic."})
	var list []*smt.Class
	for n, def := range map[string]*config.Def{"HasHeaderKey": config.NewDef(), "RecordIsTombstone": config.NewDef(), "TopicNameMatches": pattern} {
		list = append(list, &smt.Class{Name: transformsPackage + "predicates." + n, Version: "4.3.1", Def: def,
			NewPredicate: func(map[string]string, smt.Context) (smt.Predicate, error) { return nothing{}, nil }})
	}
	return smt.NewPredicateSet(list...)
}

// nothing is a transform that does nothing and a predicate that no row meets.
type nothing struct{}

func (nothing) Apply(*batch.Batch) ([]*batch.Batch, error) { return nil, nil }

func (nothing) Test(b *batch.Batch, yes, no batch.Selection) (batch.Selection, batch.Selection, error) {
	for r := range b.Rows() {
		no = append(no, r.Index())
	}
	return yes, no, nil
}

func (nothing) Close() error { return nil }
