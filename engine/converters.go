package engine

import (
	"fmt"

	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/metrics"
	"github.com/millrace/millrace/engine/stage"
	"github.com/millrace/millrace/internal/outbound"
)

// converters are those of one task. Each is the connector's own or a new one of the worker's default:
// it gets the properties behind its prefix of the config that names it and nothing of the other.
// Source: Worker.startTask, Plugins.newConverter, newHeaderConverter.
type converters struct {
	key, value  stage.Side
	header      codec.HeaderConverter
	headerClass string

	keyInfo, valueInfo, headerInfo metrics.PluginInfo
}

// newConverters makes a task's converters. On error, none is left open.
func (w *Worker) newConverters(props map[string]string) (c converters, err error) {
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.key, c.keyInfo, err = w.newSide(props, "key.converter", w.set.keyConverter, true); err != nil {
		return c, err
	}
	if c.value, c.valueInfo, err = w.newSide(props, "value.converter", w.set.valueConverter, false); err != nil {
		return c, err
	}
	class, own, err := w.converterClass(props, "header.converter", w.set.headerConverter)
	if err != nil {
		return c, err
	}
	if class.NewHeader == nil {
		return c, notOf(class.Name, "HeaderConverter")
	}
	own["converter.type"] = "header"
	c.header, err = class.NewHeader(own)
	c.headerClass, c.headerInfo = class.Name, metrics.PluginInfo{Class: class.Name, Version: version(class.Version)}
	return c, err
}

func (w *Worker) newSide(props map[string]string, key, fallback string, isKey bool) (stage.Side, metrics.PluginInfo, error) {
	class, own, err := w.converterClass(props, key, fallback)
	if err != nil {
		return stage.Side{}, metrics.PluginInfo{}, err
	}
	if class.New == nil {
		return stage.Side{}, metrics.PluginInfo{}, notOf(class.Name, "Converter")
	}
	conv, err := class.New(own, isKey, w.converterContext(props["name"], key))
	if err != nil {
		return stage.Side{}, metrics.PluginInfo{}, err
	}
	return stage.Side{Class: class.Name, Converter: conv}, metrics.PluginInfo{Class: class.Name, Version: version(class.Version)}, nil
}

// converterContext is what the worker gives a converter, of the given key, of a connector.
func (w *Worker) converterContext(connector, key string) codec.Context {
	c := codec.Context{Logger: w.log.With("connector", connector, "converter", key)}
	if w.opt.Guarded {
		c.Refuse = outbound.Refuse
	}
	return c
}

// converterClass finds the class of a converter and the properties that it gets, which the caller owns.
func (w *Worker) converterClass(props map[string]string, key, fallback string) (*codec.Class, map[string]string, error) {
	text, from := fallback, w.opt.Config
	if t, ok := props[key]; ok {
		text, from = t, props
	}
	class, err := w.opt.Plugins.Converters.Find(text)
	if err != nil {
		return nil, nil, config.InvalidValue(key, text, fmt.Sprintf("Class %s could not be found.", text))
	}
	if err := checkVersion(class.Name, class.Version, from[key+".plugin.version"]); err != nil {
		return nil, nil, &connectors.Error{Class: connectors.ConnectException, Text: err.Error(), Err: err}
	}
	return class, config.WithPrefix(from, key+"."), nil
}

// close closes the converters that were made.
func (c *converters) close() (errs []error) {
	note := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	if c.header != nil {
		note(c.header.Close())
	}
	if c.key.Converter != nil {
		note(c.key.Converter.Close())
	}
	if c.value.Converter != nil {
		note(c.value.Converter.Close())
	}
	return errs
}
