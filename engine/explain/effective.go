package explain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/smt/plan"
)

// Setting is a value in force and where it comes from.
type Setting struct {
	Key    string `json:"key"`
	Value  string `json:"value"`  // secrets hidden
	Origin string `json:"origin"` // file:line:column, file:line or default
}

// Config lists the values in force: of the connector and the framework in the order of their definitions,
// keys that nothing defines at the end. Defaults of null are left out.
//
// Errors: the class is not known, or the config cannot be checked; Lint tells more.
func (s *Subject) Config(ctx context.Context) ([]Setting, error) {
	v, err := s.Worker.Validate(ctx, s.props())
	if err != nil {
		return nil, err
	}
	var out []Setting
	seen := map[string]bool{}
	for _, k := range v.Configs {
		if k.Value == nil || seen[k.Value.Name] {
			continue
		}
		name := k.Value.Name
		seen[name] = true
		secret := k.Definition != nil && k.Definition.Type == config.Password
		if e, ok := s.File.Get(name); ok {
			out = append(out, Setting{name, masked(name, e.Value, secret), s.File.Name + ":" + e.ValueAt.String()})
		} else if slices.Contains(converterKeys, name) {
			out = append(out, s.workerConverter(name)...)
		} else if text, ok := k.Value.Text(); ok && text != "" {
			out = append(out, Setting{name, masked(name, text, secret), "default"})
		}
	}
	for _, e := range s.File.Entries {
		if !seen[e.Key] {
			out = append(out, Setting{e.Key, masked(e.Key, e.Value, false), s.File.Name + ":" + e.ValueAt.String()})
		}
	}
	return out, nil
}

// workerConverter is a converter that the worker names, with its settings.
func (s *Subject) workerConverter(key string) []Setting {
	class := s.converter(key)
	if class == nil {
		return nil
	}
	out := []Setting{{key, class.Name, s.workerOrigin(key)}}
	if class.Def == nil {
		return out
	}
	for _, k := range class.Def.Keys() {
		name := key + "." + k.Name
		if text, ok := s.Settings[name]; ok {
			out = append(out, Setting{name, masked(name, text, k.Type == config.Password), s.workerOrigin(name)})
		} else if text, ok := config.ConvertToString(k.Default); ok && text != "" {
			out = append(out, Setting{name, masked(name, text, k.Type == config.Password), "default"})
		}
	}
	return out
}

func (s *Subject) workerOrigin(key string) string {
	if s.WorkerFile != nil {
		if line := s.WorkerFile.Line(key); line > 0 {
			return fmt.Sprintf("%s:%d", s.WorkerName, line)
		}
	}
	return "default of the worker"
}

// converter is the class in force under a converter's key, nil if it is not known.
func (s *Subject) converter(key string) *codec.Class {
	text := s.Settings[key]
	if e, ok := s.File.Get(key); ok {
		text = e.Value
	} else if text == "" && key == "header.converter" {
		text = "org.apache.kafka.connect.storage.SimpleHeaderConverter"
	}
	c, err := s.Plugins.Converters.Find(strings.TrimSpace(text))
	if err != nil {
		return nil
	}
	return c
}

// Link is one step of a record's way.
type Link struct {
	Name      string `json:"name"` // consume, decode key, a transform's alias, put, …
	Class     string `json:"class,omitempty"`
	Predicate string `json:"predicate,omitempty"` // of a transform: alias and class
	Negate    bool   `json:"negate,omitempty"`
	Settings  string `json:"settings,omitempty"`
	Note      string `json:"note,omitempty"`
	// Does is what a transform does, such as "reads value.a"; of one that does not say so anything.
	Does []string `json:"does,omitempty"`
	// Joins is the transform before, where structs go through both as one.
	Joins string `json:"joins,omitempty"`
}

// Chain lists the way of a record between Kafka and the plugin.
func (s *Subject) Chain() []Link {
	class := s.class()
	if class == nil {
		return nil
	}
	props := s.props()
	list := aliases(props, "transforms")
	sink := class.Kind() == connectors.KindSink
	p := s.plan(props, list)
	var out []Link
	if sink {
		out = append(out, Link{Name: "consume", Note: "group " + groupOf(props)})
		out = append(out, s.decoding(class, p, len(list))...)
	} else {
		out = append(out, Link{Name: "poll", Class: class.Name})
	}
	first := len(out)
	for _, a := range list {
		out = append(out, s.transform(props, a))
	}
	planned(p, out[first:])
	note := ""
	if len(list) > 0 {
		note = untouched(p)
	}
	if sink {
		return append(out, Link{Name: "put", Class: class.Name, Note: note})
	}
	for _, key := range converterKeys {
		if c := s.converter(key); c != nil {
			out = append(out, Link{Name: "encode " + strings.TrimSuffix(key, ".converter"), Class: c.Name})
		}
	}
	return append(out, Link{Name: "produce", Note: note})
}

func groupOf(props map[string]string) string {
	if g, ok := props["consumer.override.group.id"]; ok {
		return g
	}
	return "connect-" + props["name"]
}

// decoding says what of consumed records is decoded. Source of the rule: stage.NewSink.
func (s *Subject) decoding(class *connectors.Class, p *plan.Plan, transforms int) []Link {
	notes := map[string]string{}
	for _, key := range converterKeys {
		notes[key] = "whole"
	}
	task := class.NewSink().NewTask()
	_, raw := task.(connectors.RawReader)
	_, projects := task.(connectors.Projector)
	_, text := task.(connectors.JSONReader)
	switch {
	case transforms == 0 && text:
		notes["value.converter"] = "whole, or not at all where it is the JSON already that the sink asks for"
	case transforms == 0 && raw:
		set(notes, "whole, or not at all where the sink's settings ask for consumed bytes")
	case transforms == 0 && projects:
		set(notes, "the members that the sink asks for when it starts; the rest passes through")
	case transforms == 0:
		set(notes, "whole: the sink reads all of it")
	case p != nil:
		key, value := p.Projection(nil, nil)
		notes["key.converter"], notes["value.converter"] = plan.ProjectionText(key), plan.ProjectionText(value)
		if projects {
			notes["key.converter"] += ", or less as the sink asks when it starts"
			notes["value.converter"] += ", or less as the sink asks when it starts"
		}
	}
	var out []Link
	for _, key := range converterKeys {
		c := s.converter(key)
		if c == nil {
			continue
		}
		l := Link{Name: "decode " + strings.TrimSuffix(key, ".converter"), Class: c.Name, Note: notes[key]}
		if simpleName(c.Name) == "ByteArrayConverter" {
			l.Note = "passes through as bytes"
		}
		out = append(out, l)
	}
	return out
}

func set(notes map[string]string, text string) {
	notes["key.converter"], notes["value.converter"] = text, text
}

func (s *Subject) transform(props map[string]string, alias string) Link {
	prefix := "transforms." + alias + "."
	l := Link{Name: alias, Class: strings.TrimSpace(props[prefix+"type"])}
	if c, err := s.Plugins.Transforms.Find(l.Class); err == nil {
		l.Class = c.Name
	}
	if p, ok := props[prefix+"predicate"]; ok {
		l.Predicate, l.Negate = p, strings.EqualFold(props[prefix+"negate"], "true")
		if class := props["predicates."+p+".type"]; class != "" {
			l.Predicate += " (" + simpleName(class) + ")"
		}
	}
	var own []string
	for _, e := range s.File.Entries {
		name, ok := strings.CutPrefix(e.Key, prefix)
		if ok && name != "type" && name != "predicate" && name != "negate" {
			own = append(own, name+"="+masked(name, e.Value, false))
		}
	}
	l.Settings = strings.Join(own, " ")
	return l
}
