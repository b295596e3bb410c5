package kafka

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const krb5Module = "com.sun.security.auth.module.Krb5LoginModule required "

func krb5File(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "krb5.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// What the login module is told and cannot do is refused before anyone is asked, in Java's words where it has some.
func TestGSSAPI_Refusals(t *testing.T) {
	conf := krb5File(t, "[libdefaults]\n default_realm = TEST\n")
	const keytab = krb5Module + "useKeyTab=true keyTab=\"/no/such.keytab\" principal=\"anna@TEST\";"
	for _, c := range []struct {
		jaas      string
		more      map[string]string
		key, want string
	}{
		{jaas: keytab, key: "sasl.jaas.config", want: "Kerberos: keytab: open /no/such.keytab: no such file"},
		{jaas: krb5Module + "useKeyTab=true keyTab=gssapi_test.go principal=anna;", key: "sasl.jaas.config", want: "Kerberos: keytab: gssapi_test.go is no keytab"},
		{jaas: krb5Module + "useKeyTab=true keyTab=x;", key: "sasl.jaas.config", want: "sasl.jaas.config: useKeyTab needs the option principal"},
		{jaas: krb5Module + "keyTab=x principal=anna;", key: "sasl.jaas.config", want: "Configuration Error - useKeyTab should be set to true to use the keytabx"},
		{jaas: krb5Module + "useKeyTab=true keyTab=x ticketCache=y principal=anna;", key: "sasl.jaas.config", want: "Configuration Error - useTicketCache should be set to true to use the ticket cachey"},
		{jaas: krb5Module + "doNotPrompt=true;", key: "sasl.jaas.config", want: "Configuration Error - either doNotPrompt should be  false or at least one of"},
		{jaas: krb5Module + "useKeyTab=true renewTGT=true principal=a keyTab=x;", key: "sasl.jaas.config", want: "Configuration Error - either useTicketCache should be  true or renewTGT should be false"},
		{jaas: krb5Module + "principal=anna;", key: "sasl.jaas.config", want: "Configuration Error - Could not login: the client is being asked for a password."},
		{jaas: krb5Module + "useTicketCache=true isInitiator=false;", key: "sasl.jaas.config", want: "sasl.jaas.config: isInitiator=false is for servers"},
		{jaas: "org.apache.kafka.common.security.plain.PlainLoginModule required username=a password=b;", key: "sasl.jaas.config", want: "sasl.jaas.config: GSSAPI needs the login module com.sun.security.auth.module.Krb5LoginModule"},
		{jaas: keytab, more: map[string]string{"sasl.kerberos.service.name": ""}, key: "sasl.kerberos.service.name", want: "No serviceName defined in either JAAS or Kafka config"},
		{jaas: strings.Replace(keytab, ";", " serviceName=other;", 1), key: "sasl.kerberos.service.name", want: "Conflicting serviceName values found in JAAS and Kafka configs value in JAAS file other, value in Kafka config kafka"},
		{jaas: keytab, more: map[string]string{"sasl.kerberos.ticket.renew.jitter": "some"}, key: "sasl.kerberos.ticket.renew.jitter", want: "Invalid value some for configuration sasl.kerberos.ticket.renew.jitter: Not a number of type DOUBLE"},
		{jaas: keytab, more: map[string]string{"sasl.kerberos.min.time.before.relogin": "soon"}, key: "sasl.kerberos.min.time.before.relogin", want: "Invalid value soon for configuration sasl.kerberos.min.time.before.relogin: Not a number of type LONG"},
		{jaas: keytab, more: map[string]string{"sasl.login.callback.handler.class": "com.example.H"}, key: "sasl.login.callback.handler.class", want: "sasl.login.callback.handler.class: Java classes cannot be loaded here"},
	} {
		properties := map[string]string{
			"bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_PLAINTEXT", "sasl.kerberos.service.name": "kafka", "sasl.jaas.config": c.jaas,
		}
		for k, v := range c.more {
			properties[k] = v
		}
		cl, err := Clients{Krb5Config: conf}.New(properties)
		if err == nil {
			cl.Close()
		}
		var e *ConfigError
		if !errors.As(err, &e) || e.Key != c.key || !strings.HasPrefix(e.Text, c.want) {
			t.Errorf("%s %v: %v, want %s", c.jaas, c.more, err, c.want)
		}
	}
}

// A client that has its files asks nobody before it is used, and where krb5.conf is comes from the property, then from
// the environment.
func TestGSSAPI_FindsConfig(t *testing.T) {
	conf := krb5File(t, "[libdefaults]\n default_realm = TEST\n")
	properties := map[string]string{
		"bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_PLAINTEXT", "sasl.kerberos.service.name": "kafka",
		"sasl.jaas.config": krb5Module + "useTicketCache=true;",
	}
	for name, c := range map[string]struct{ property, environment, fails string }{
		"property":                 {property: conf},
		"environment":              {environment: conf},
		"property first":           {property: conf + "x", environment: conf, fails: "Kerberos: krb5.conf: open " + conf + "x: no such file"},
		"environment, but nothing": {environment: conf + "y", fails: "Kerberos: krb5.conf: open " + conf + "y: no such file"},
	} {
		t.Setenv("KRB5_CONFIG", c.environment)
		cl, err := Clients{Krb5Config: c.property}.New(properties)
		if err == nil {
			cl.Close()
		}
		if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.HasPrefix(err.Error(), c.fails)) {
			t.Errorf("%s: %v, want %q", name, err, c.fails)
		}
	}
}
