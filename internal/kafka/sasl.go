package kafka

import (
	"os"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/millrace/millrace/internal/kafka/jaas"
)

const (
	mechanismKey = "sasl.mechanism"
	jaasKey      = "sasl.jaas.config"

	loginConfigProperty = "java.security.auth.login.config"
)

// mechanism reads the sasl.* keys. It returns nil after an error.
// Source: SaslChannelBuilder, LoginManager.
func (c Clients) mechanism(p *props) sasl.Mechanism {
	name := p.text(mechanismKey, "GSSAPI")
	switch name {
	case "GSSAPI", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER":
	default:
		p.fail(refuse(mechanismKey, "%s is not known; GSSAPI, PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER are", name))
		return nil
	}
	for _, key := range []string{"sasl.client.callback.handler.class", "sasl.login.class"} {
		if s := p.text(key, ""); s != "" {
			p.fail(refuse(key, "Java classes cannot be loaded here; remove the key"))
		}
	}
	entry, err := c.login(p)
	if err != nil {
		p.fail(err)
		return nil
	}
	switch name {
	case "GSSAPI":
		return c.gssapi(p, entry)
	case "OAUTHBEARER":
		return c.oauth(p, entry)
	}
	return password(p, name, entry)
}

// login reads sasl.jaas.config, without it the context KafkaClient of the JAAS file.
// Source: JaasContext.loadClientContext.
func (c Clients) login(p *props) (jaas.Entry, error) {
	if text, ok := p.raw(jaasKey); ok {
		entry, err := jaas.Parse(text)
		if err != nil {
			return entry, &ConfigError{Key: jaasKey, Text: err.Error()}
		}
		return entry, nil
	}
	if c.LoginConfig == "" {
		return jaas.Entry{}, &ConfigError{Key: jaasKey, Text: "Could not find a 'KafkaClient' entry in the JAAS configuration. System property '" + loginConfigProperty + "' is not set"}
	}
	text, err := os.ReadFile(c.LoginConfig)
	if err != nil {
		return jaas.Entry{}, &ConfigError{Key: jaasKey, Text: loginConfigProperty + ": " + err.Error()}
	}
	entry, err := jaas.ParseFile(string(text), "KafkaClient")
	if err != nil {
		return entry, &ConfigError{Key: jaasKey, Text: loginConfigProperty + "=" + c.LoginConfig + ": " + err.Error()}
	}
	return entry, nil
}

// password returns a mechanism of user name and password.
// Source: PlainLoginModule, ScramLoginModule.
func password(p *props, name string, entry jaas.Entry) sasl.Mechanism {
	if entry.Module != jaas.PlainModule && entry.Module != jaas.ScramModule {
		p.fail(refuse(jaasKey, "%s gives no user name and password, which %s needs: name %s or %s", entry.Module, name, jaas.PlainModule, jaas.ScramModule))
		return nil
	}
	if s := p.text("sasl.login.callback.handler.class", ""); s != "" {
		p.fail(refuse("sasl.login.callback.handler.class", "Java classes cannot be loaded here; remove the key"))
	}
	user, pass := entry.Options["username"], entry.Options["password"]
	if user == "" || pass == "" {
		p.fail(refuse(jaasKey, "the options username and password must both be there and not be empty"))
		return nil
	}
	// What the tokens of KIP-48 authenticate with is told to the broker.
	token := entry.Module == jaas.ScramModule && entry.Options["tokenauth"] == "true"
	switch name {
	case "SCRAM-SHA-256":
		return asUser{scram.Auth{User: user, Pass: pass, IsToken: token}.AsSha256Mechanism(), user}
	case "SCRAM-SHA-512":
		return asUser{scram.Auth{User: user, Pass: pass, IsToken: token}.AsSha512Mechanism(), user}
	}
	return asUser{plain.Auth{User: user, Pass: pass}.AsMechanism(), user}
}
