package conformance

import (
	"github.com/millrace/millrace/batch/tagged"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/smt"
)

// handle is a plugin that a client has configured: one of these.
type handle struct {
	converter codec.Converter
	decoder   codec.Decoder
	encoder   codec.Encoder
	header    codec.HeaderConverter
	step      *stage.Step
	predicate smt.Predicate
}

// configOf reads the member config: an object of strings.
func configOf(r tagged.Node) (map[string]string, error) {
	c := r.Get("config")
	props := make(map[string]string, len(c.Items))
	for i, n := range c.Items {
		switch n.Kind {
		case '"', '0':
			props[c.Names[i]] = n.Text
		case 't':
			props[c.Names[i]] = "true"
		case 'f':
			props[c.Names[i]] = "false"
		case 'n': // a null value is no value
		default:
			return nil, invalid("config %q is no text", c.Names[i])
		}
	}
	return props, nil
}

// configure makes a plugin and keeps it under its handle; one that was there is closed.
func (s *server) configure(r tagged.Node) error {
	name := r.Get("handle").Text
	if name == "" {
		return invalid("configure without a handle")
	}
	if _, ok := s.handles[name]; ok {
		if err := s.close(name); err != nil {
			return err
		}
	}
	props, err := configOf(r)
	if err != nil {
		return err
	}
	h := &handle{}
	switch kind := r.Get("kind").Text; kind {
	case "converter":
		err = s.newConverter(h, r, props)
	case "headerConverter":
		err = s.newHeaderConverter(h, r, props)
	case "transform":
		err = s.newTransform(h, r, props)
	case "predicate":
		err = s.newPredicate(h, r, props)
	default:
		err = invalid("unknown kind %q of plugin", kind)
	}
	if err == nil {
		s.handles[name] = h
	}
	return err
}

func (s *server) newConverter(h *handle, r tagged.Node, props map[string]string) error {
	c, err := s.opt.Plugins.Converters.Find(r.Get("class").Text)
	if err != nil || c.New == nil {
		return invalid("no converter %q", r.Get("class").Text)
	}
	if h.converter, err = c.New(props, r.Get("isKey").Kind == 't', codec.Context{}); err != nil {
		return err
	}
	h.decoder, h.encoder = h.converter.NewDecoder(), h.converter.NewEncoder()
	return nil
}

func (s *server) newHeaderConverter(h *handle, r tagged.Node, props map[string]string) error {
	c, err := s.opt.Plugins.Converters.Find(r.Get("class").Text)
	if err != nil || c.NewHeader == nil {
		return invalid("no header converter %q", r.Get("class").Text)
	}
	h.header, err = c.NewHeader(props)
	return err
}

// newTransform makes one step of a chain: a transform, under a configured predicate where one is named.
func (s *server) newTransform(h *handle, r tagged.Node, props map[string]string) error {
	c, err := s.opt.Plugins.Transforms.Find(r.Get("class").Text)
	if err != nil || c.New == nil {
		return invalid("no transform %q", r.Get("class").Text)
	}
	step := &stage.Step{Alias: r.Get("handle").Text, Class: c.Name, Negate: r.Get("negate").Kind == 't'}
	if p := r.Get("predicate"); !p.IsNull() {
		ph, ok := s.handles[p.Text]
		if !ok || ph.predicate == nil {
			return invalid("no predicate has the handle %q", p.Text)
		}
		step.Predicate = ph.predicate
	}
	if step.Transform, err = c.New(props, smt.Context{}); err != nil {
		return err
	}
	h.step = step
	return nil
}

func (s *server) newPredicate(h *handle, r tagged.Node, props map[string]string) error {
	c, err := s.opt.Plugins.Predicates.Find(r.Get("class").Text)
	if err != nil || c.NewPredicate == nil {
		return invalid("no predicate %q", r.Get("class").Text)
	}
	h.predicate, err = c.NewPredicate(props, smt.Context{})
	return err
}

func (s *server) close(name string) error {
	h, ok := s.handles[name]
	if !ok {
		return invalid("unknown handle %q", name)
	}
	delete(s.handles, name)
	switch {
	case h.converter != nil:
		return h.converter.Close()
	case h.header != nil:
		return h.header.Close()
	case h.step != nil:
		return h.step.Transform.Close()
	default:
		return h.predicate.Close()
	}
}

func (s *server) closeAll() {
	for name := range s.handles {
		_ = s.close(name) // the client is gone
	}
}
