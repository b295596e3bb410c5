package predicate

import (
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/java/regex"
	"github.com/millrace/millrace/smt"
)

// Version is the release of the original whose behaviour the predicates have.
const Version = "4.3.1"

// Classes returns the predicate classes of this package.
func Classes() []*smt.Class {
	return []*smt.Class{
		class("HasHeaderKey", config.NewDef().Define(config.Key{
			Name: "name", Type: config.String, Required: true, Validator: config.NonEmptyString{}, Importance: config.Medium,
			Doc: "The header name.",
		}), func(v *config.Values) (smt.Predicate, error) {
			return &hasHeaderKey{v.String("name")}, nil
		}),
		class("RecordIsTombstone", config.NewDef(), func(*config.Values) (smt.Predicate, error) {
			return recordIsTombstone{}, nil
		}),
		class("TopicNameMatches", config.NewDef().Define(config.Key{
			Name: "pattern", Type: config.String, Required: true, Importance: config.Medium,
			Validator: config.Composite(config.NonEmptyString{}, validRegex{}),
			Doc:       "A Java regular expression for matching against the name of a record's topic.",
		}), func(v *config.Values) (smt.Predicate, error) {
			p, err := regex.Compile(v.String("pattern"))
			return &topicNameMatches{pattern: p}, err
		}),
	}
}

func class(name string, def *config.Def, configure func(v *config.Values) (smt.Predicate, error)) *smt.Class {
	return &smt.Class{
		Name: "org.apache.kafka.connect.transforms.predicates." + name, Version: Version, Def: def, Independent: true,
		NewPredicate: func(props map[string]string, _ smt.Context) (smt.Predicate, error) {
			v, err := def.Parse(props)
			if err != nil {
				return nil, err
			}
			return configure(v)
		},
	}
}

// validRegex refuses what is no regular expression. Source: RegexValidator.
type validRegex struct{}

func (validRegex) Validate(name string, value any) error {
	text, ok := value.(string)
	if !ok {
		return config.InvalidValue(name, value, `Invalid regex: Cannot invoke "String.length()" because "this.pattern" is null`)
	}
	if _, err := regex.Compile(text); err != nil {
		return config.InvalidValue(name, value, "Invalid regex: "+err.Error())
	}
	return nil
}

func (validRegex) String() string { return "valid regex" }
