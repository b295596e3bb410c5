package confluent

import (
	"strings"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/smt"
	"github.com/millrace/millrace/smt/confluent/jsonpath"
	"github.com/millrace/millrace/smt/internal/columnar"
)

func filterClasses() []*smt.Class {
	def := config.NewDef().
		Define(config.Key{
			Name: "filter.condition", Type: config.String, Required: true, Validator: validPath{}, Importance: config.High,
			Doc: "The criteria used to match records to be included or excluded by this transformation, as a JSON path.",
		}).
		Define(config.Key{
			Name: "filter.type", Type: config.String, Required: true, Validator: config.InIgnoreCase("include", "exclude"), Importance: config.High,
			Doc: "The action to perform with records that match the condition: include passes them and drops all others, exclude drops them.",
		}).
		Define(config.Key{
			Name: "missing.or.null.behavior", Type: config.String, Default: "fail", Validator: config.InIgnoreCase("fail", "include", "exclude"), Importance: config.Medium,
			Doc: "What to do with a record in which a field that the condition leads through is missing: fail refuses it, include passes it, exclude drops it.",
		})
	return twoSided("Filter", def, func(s columnar.Side, v *config.Values) (smt.Transform, error) {
		condition := v.String("filter.condition")
		p, err := jsonpath.Compile(condition)
		if err != nil {
			return nil, err
		}
		t := &filter{side: s, condition: condition, path: p, include: strings.EqualFold(v.String("filter.type"), "include"), missing: strings.ToLower(v.String("missing.or.null.behavior"))}
		t.simple, _ = p.Condition()
		return newTransform(t.columns, t.record, t.effect()), nil
	})
}

// validPath refuses what is no JSON path.
type validPath struct{}

func (validPath) Validate(name string, value any) error {
	text, _ := value.(string)
	if _, err := jsonpath.Compile(text); err != nil {
		return config.InvalidValue(name, value, "Invalid json path defined. Please refer to https://github.com/json-path/JsonPath README for correct use of json path. "+err.Error())
	}
	return nil
}

func (validPath) String() string { return "valid JSON path" }

// filter drops records by a condition on their keys or values. A null key or value passes.
// Source: documentation of Filter.
type filter struct {
	side      columnar.Side
	condition string
	path      *jsonpath.Path
	include   bool // those that match
	missing   string
	simple    *jsonpath.Condition // nil: not to be evaluated on columns
}

func (t *filter) effect() smt.Effect {
	e := t.side.On(smt.Access{Form: smt.Looked, Reads: readsOf(t.path)})
	e.Filters = true
	return e
}

func (t *filter) record(r smt.Record) (smt.Record, bool, error) {
	s, v := t.side.Of(&r)
	if v.IsNull() {
		return r, true, nil
	}
	if s == nil && v.Tag() != batch.TagMap {
		return r, false, notMap(v.Tag())
	}
	keep, err := t.keeps(v)
	return r, keep && err == nil, err
}

func notMap(found batch.Tag) error {
	return dataError("Only Map objects supported in absence of schema for [filtering record without schema], found: " + found.JavaClass())
}

// keeps reports whether a record with v passes.
func (t *filter) keeps(v batch.Value) (bool, error) {
	found, err := t.path.Select(v)
	if err == nil {
		return (len(found) > 0) == t.include, nil
	}
	if !jsonpath.IsMissing(err) {
		return false, err
	}
	if t.missing == "fail" {
		return false, exception(jsonpath.PathNotFoundException, "Unable to apply the JSON Path filter condition `"+t.condition+
			"` because the path could not be found in the record.")
	}
	return t.missing == "include", nil
}
