package engine

import (
	"errors"
	"strings"

	"github.com/millrace/millrace/config"
	"github.com/millrace/millrace/internal/kafka"
	"github.com/millrace/millrace/internal/kafka/jaas"
)

// login complains about overrides by which a client of the connector would log in as it may not, or cannot:
// login modules and token endpoints are names here, and only known ones are taken. Java finds that out when it
// makes the client, and with it objects of the classes named.
//
// Only the settings of SASL are looked at. Nobody is connected to, and no file is read that the config names.
func (v *validation) login(prefix string, values []config.ConfigValue) {
	for i := range values {
		if strings.HasPrefix(values[i].Name, saslKeys) && len(values[i].Errors) == 0 {
			v.complainOfLogin(prefix, values)
			return
		}
	}
}

const (
	saslKeys = "sasl."
	jaasKey  = saslKeys + "jaas.config"
)

func (v *validation) complainOfLogin(prefix string, values []config.ConfigValue) {
	layers := map[string]func() (map[string]string, error){
		producerOverride: func() (map[string]string, error) { return v.w.clients.producer("", v.props) },
		consumerOverride: func() (map[string]string, error) { return v.w.clients.consumer("", "", v.props) },
		adminOverride:    func() (map[string]string, error) { return v.w.clients.admin("", v.props) },
	}
	client, err := layers[prefix]()
	if err != nil || !strings.HasPrefix(strings.ToUpper(client["security.protocol"]), "SASL_") {
		return // the policy refuses something, or nobody logs in
	}
	if refused := v.refusedLogin(client); refused != nil {
		for i := range values {
			if values[i].Name == refused.Key {
				values[i].Errors = append(values[i].Errors, refused.Text)
			}
		}
	}
}

// refusedLogin returns what of the settings of a client that logs in cannot be followed, nil for nothing, or
// when there is no telling before variables are replaced.
func (v *validation) refusedLogin(client map[string]string) *kafka.ConfigError {
	// No broker is looked up, and no key store opened.
	login := map[string]string{"bootstrap.servers": "127.0.0.1:9", "security.protocol": "SASL_PLAINTEXT"}
	for k, text := range client {
		if !strings.HasPrefix(k, saslKeys) {
			continue
		}
		if config.HasVariable(text) {
			return nil
		}
		login[k] = text
	}
	if text := login[jaasKey]; text != "" {
		if _, err := jaas.Parse(text); err != nil {
			return &kafka.ConfigError{Key: jaasKey, Text: err.Error()}
		}
	}
	if mechanism := login["sasl.mechanism"]; mechanism == "" || mechanism == "GSSAPI" {
		return nil // its login module names files
	}
	var refused *kafka.ConfigError
	if errors.As(v.w.checkClient(login), &refused) {
		return refused
	}
	return nil
}
