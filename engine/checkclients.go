package engine

import (
	"errors"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/connectors"
	"github.com/millrace/millrace/engine/consume"
	"github.com/millrace/millrace/engine/produce"
	"github.com/millrace/millrace/engine/settings"
	"github.com/millrace/millrace/internal/kafka"
)

// ClientError is a setting of a Kafka client in a connector's config that cannot be followed.
type ClientError struct {
	Key string // of the connector's config
	Err error
}

// Error returns the text.
func (e *ClientError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ClientError) Unwrap() error { return e.Err }

// CheckClients returns what of a resolved connector config its tasks' Kafka clients would refuse, at most one
// setting for each check of each client. What the worker says of clients is not looked at. It opens no
// connection, but looks up the names of brokers where a connector has its own settings.
func (w *Worker) CheckClients(class *connectors.Class, props map[string]string) (list []*ClientError) {
	sink := class.Kind() == connectors.KindSink
	letters := sink && settings.HasDeadLetters(props) || !sink && settings.SourceLetters(w.opt.Config, props)
	for _, c := range []struct {
		prefix string
		has    bool
		props  func() (map[string]string, error)
		check  func(map[string]string) error
	}{
		{consumerOverride, sink, func() (map[string]string, error) { return w.clients.consumer("check", props["name"], props) },
			func(p map[string]string) error { _, err := consume.ClientOptions(p); return err }},
		{producerOverride, !sink || letters, func() (map[string]string, error) { return w.clients.producer("check", props) },
			func(p map[string]string) error { _, err := produce.Options(p); return err }},
		{adminOverride, letters || !sink && settings.UsesTopicCreation(props), func() (map[string]string, error) { return w.clients.admin("check", props) },
			func(map[string]string) error { return nil }},
	} {
		if !c.has || len(config.WithPrefix(props, c.prefix)) == 0 {
			continue
		}
		client, err := c.props()
		if err != nil {
			continue // the policy's refusal, which validation words better
		}
		for _, err := range []error{c.check(client), w.checkClient(client)} {
			if key, ok := overridden(props, c.prefix, err); ok {
				list = append(list, &ClientError{key, err})
			}
		}
	}
	return list
}

// checkClient makes a client, and closes it before it connects.
func (w *Worker) checkClient(props map[string]string) error {
	cl, err := w.opt.NewClient(props)
	if err == nil {
		cl.Close()
	}
	return err
}

// overridden returns the key of the connector's config that an error is about, if it is about one.
func overridden(props map[string]string, prefix string, err error) (key string, ok bool) {
	var own *config.ConfigException
	var client *kafka.ConfigError
	switch {
	case errors.As(err, &own):
		key = own.Key
	case errors.As(err, &client):
		key = client.Key
	}
	key = prefix + strings.TrimPrefix(key, prefix)
	_, ok = props[key]
	return key, ok && err != nil
}
