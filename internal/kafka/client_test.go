package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/goleak"

	"github.com/millrace/millrace/internal/kafka/keystore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const storePassword = "s3cret-store"

func broker(t *testing.T, opts ...kfake.Opt) string {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(1)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

func serverTLS(t *testing.T) *tls.Config {
	t.Helper()
	c, err := keystore.Source{Type: keystore.PKCS12, Path: "keystore/testdata/new.p12", Password: storePassword, HasPassword: true}.Identity()
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{*c}}
}

// reach asks the brokers for their list, through a client of the given properties.
func reach(t *testing.T, c Clients, properties map[string]string) error {
	t.Helper()
	cl, err := c.New(properties)
	if err != nil {
		return err
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err = kadm.NewClient(cl).BrokerMetadata(ctx)
	return err
}

func TestNew_ReachesBrokers(t *testing.T) {
	plainAddress := broker(t)
	users := []kfake.Opt{kfake.EnableSASL(), kfake.Superuser("PLAIN", "anna", "plain;pass\"word"), kfake.Superuser("SCRAM-SHA-256", "anna", "pw"), kfake.Superuser("SCRAM-SHA-512", "anna", "pw")}
	saslAddress := broker(t, users...)
	tlsAddress := broker(t, kfake.TLS(serverTLS(t)))
	bothAddress := broker(t, append(users, kfake.TLS(serverTLS(t)))...)
	const plainModule = "org.apache.kafka.common.security.plain.PlainLoginModule required username=anna password=\"plain;pass\\\"word\";"
	const scramModule = "org.apache.kafka.common.security.scram.ScramLoginModule required\n  username='anna'\n  password=pw;"
	// The certificate is for localhost, the brokers name themselves 127.0.0.1.
	trust := func(more map[string]string) map[string]string {
		p := map[string]string{
			"ssl.truststore.location": "keystore/testdata/trust.jks", "ssl.truststore.password": storePassword,
			"ssl.endpoint.identification.algorithm": "",
		}
		for k, v := range more {
			p[k] = v
		}
		return p
	}
	for name, c := range map[string]struct {
		address    string
		properties map[string]string
		fails      string
	}{
		"plaintext":      {plainAddress, nil, ""},
		"with protocol":  {"PLAINTEXT://" + plainAddress, nil, ""},
		"all timings":    {plainAddress, map[string]string{"metadata.max.age.ms": "100", "retry.backoff.ms": "10", "retry.backoff.max.ms": "20", "reconnect.backoff.ms": "0", "request.timeout.ms": "1000", "connections.max.idle.ms": "-1", "send.buffer.bytes": "65536", "receive.buffer.bytes": "65536", "enable.metrics.push": "false", "default.api.timeout.ms": "5000", "client.id": "x", "retries": "3"}, ""},
		"canonical":      {"localhost:" + plainAddress[strings.LastIndex(plainAddress, ":")+1:], map[string]string{"client.dns.lookup": "resolve_canonical_bootstrap_servers_only"}, ""},
		"plain":          {saslAddress, map[string]string{"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.jaas.config": plainModule}, ""},
		"scram 256":      {saslAddress, map[string]string{"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-256", "sasl.jaas.config": scramModule}, ""},
		"scram 512":      {saslAddress, map[string]string{"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512", "sasl.jaas.config": scramModule}, ""},
		"wrong password": {saslAddress, map[string]string{"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "SCRAM-SHA-512", "sasl.jaas.config": strings.Replace(scramModule, "pw", "CANARY", 1), "default.api.timeout.ms": "200"}, "EOF"},
		"ssl":            {tlsAddress, trust(map[string]string{"security.protocol": "SSL"}), ""},
		"ssl by name":    {tlsAddress, trust(map[string]string{"security.protocol": "SSL", "ssl.endpoint.identification.algorithm": "https", "default.api.timeout.ms": "200"}), "certificate"},
		"ssl untrusted":  {tlsAddress, map[string]string{"security.protocol": "SSL", "default.api.timeout.ms": "200"}, "certificate"},
		"sasl and ssl":   {bothAddress, trust(map[string]string{"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-256", "sasl.jaas.config": scramModule}), ""},
		"tls 1.2 suites": {tlsAddress, trust(map[string]string{"security.protocol": "SSL", "ssl.cipher.suites": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}), ""},
	} {
		properties := map[string]string{"bootstrap.servers": c.address}
		for k, v := range c.properties {
			properties[k] = v
		}
		err := reach(t, Clients{Version: "1.0"}, properties)
		switch {
		case c.fails == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(err.Error(), "CANARY")):
			t.Errorf("%s: %v, want an error of %s", name, err, c.fails)
		}
	}
}

// Each key at fault is named; Java's texts stand where Java has one. No error shows the canary.
func TestNew_Refusals(t *testing.T) {
	const jaasStart = "org.apache.kafka.common.security.plain.PlainLoginModule required "
	sasl := func(mechanism, jaas string) map[string]string {
		return map[string]string{"security.protocol": "SASL_SSL", "sasl.mechanism": mechanism, "sasl.jaas.config": jaas}
	}
	oauth := func(k, v string) map[string]string {
		p := sasl("OAUTHBEARER", `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="i" clientSecret="CANARY";`)
		p["sasl.oauthbearer.token.endpoint.url"] = "https://id.example/token"
		p[k] = v
		return p
	}
	for _, c := range []struct {
		properties map[string]string
		key, want  string
	}{
		{map[string]string{"bootstrap.servers": "no-colon"}, "bootstrap.servers", "Invalid url in bootstrap.servers: no-colon"},
		{map[string]string{"bootstrap.servers": "h:99999999999"}, "bootstrap.servers", "Invalid port in bootstrap.servers: h:99999999999"},
		{map[string]string{"bootstrap.servers": "h:65536"}, "bootstrap.servers", "Invalid port in bootstrap.servers: h:65536"},
		{map[string]string{"bootstrap.servers": "nohost.invalid:9092"}, "bootstrap.servers", "No resolvable bootstrap urls given in bootstrap.servers"},
		{map[string]string{"bootstrap.servers": ""}, "bootstrap.servers", "No resolvable bootstrap urls given in bootstrap.servers"},
		{map[string]string{"client.dns.lookup": "x"}, "client.dns.lookup", "Invalid value x for configuration client.dns.lookup: String must be one of: use_all_dns_ips, resolve_canonical_bootstrap_servers_only"},
		{map[string]string{"request.timeout.ms": "soon"}, "request.timeout.ms", "Invalid value soon for configuration request.timeout.ms: Not a number of type INT"},
		{map[string]string{"metadata.max.age.ms": "1.5"}, "metadata.max.age.ms", "Invalid value 1.5 for configuration metadata.max.age.ms: Not a number of type LONG"},
		{map[string]string{"retry.backoff.ms": "-1"}, "retry.backoff.ms", "Invalid value -1 for configuration retry.backoff.ms: Value must be at least 0"},
		{map[string]string{"enable.metrics.push": "maybe"}, "enable.metrics.push", "Invalid value maybe for configuration enable.metrics.push: Expected value to be either true or false"},
		{map[string]string{"security.protocol": "TLS"}, "security.protocol", "Invalid value TLS for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT"},
		{map[string]string{"security.providers": "x"}, "security.providers", "security.providers: Java classes cannot be loaded here"},
		{map[string]string{"security.protocol": "SASL_SSL"}, "sasl.jaas.config", "Could not find a 'KafkaClient' entry in the JAAS configuration."},
		{map[string]string{"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"}, "sasl.jaas.config", "Could not find a 'KafkaClient' entry in the JAAS configuration."},
		{sasl("MD5", ""), "sasl.mechanism", "sasl.mechanism: MD5 is not known"},
		{sasl("PLAIN", jaasStart+"username=x;"), "sasl.jaas.config", "sasl.jaas.config: the options username and password must both be there"},
		{sasl("PLAIN", jaasStart+`password="a"CANARY"";`), "sasl.jaas.config", "Value not specified for a key in JAAS config"},
		{sasl("PLAIN", "com.sun.security.auth.module.JndiLoginModule required x=CANARY;"), "sasl.jaas.config", "com.sun.security.auth.module.JndiLoginModule is not allowed"},
		{sasl("PLAIN", "com.sun.security.auth.module.Krb5LoginModule required;"), "sasl.jaas.config", "sasl.jaas.config: com.sun.security.auth.module.Krb5LoginModule gives no user name and password"},
		{sasl("OAUTHBEARER", jaasStart+";"), "sasl.jaas.config", "sasl.jaas.config: OAUTHBEARER needs the login module"},
		{oauth("", ""), "sasl.oauthbearer.token.endpoint.url", "sasl.oauthbearer.token.endpoint.url: https://id.example/token is not allowed."},
		{oauth("sasl.oauthbearer.token.endpoint.url", "file:///etc/passwd"), "sasl.oauthbearer.token.endpoint.url", "sasl.oauthbearer.token.endpoint.url: an http or https URL must stand here"},
		{oauth("sasl.login.callback.handler.class", "com.example.H"), "sasl.login.callback.handler.class", "sasl.login.callback.handler.class: com.example.H is not known"},
		{oauth("sasl.oauthbearer.assertion.file", "x"), "sasl.oauthbearer.assertion.file", "sasl.oauthbearer.assertion.file: assertions are not there yet"},
		{map[string]string{"security.protocol": "SSL", "ssl.provider": "BC"}, "ssl.provider", "ssl.provider: BC is Java's"},
		{map[string]string{"security.protocol": "SSL", "ssl.trustmanager.algorithm": "X"}, "ssl.trustmanager.algorithm", "ssl.trustmanager.algorithm: X is not known here"},
		{map[string]string{"security.protocol": "SSL", "ssl.enabled.protocols": "TLSv1"}, "ssl.enabled.protocols", "Invalid value TLSv1 for configuration ssl.enabled.protocols"},
		{map[string]string{"security.protocol": "SSL", "ssl.cipher.suites": "TLS_RSA_WITH_RC4_128_SHA"}, "ssl.cipher.suites", "Invalid value TLS_RSA_WITH_RC4_128_SHA for configuration ssl.cipher.suites"},
		{map[string]string{"security.protocol": "SSL", "ssl.cipher.suites": "TLS_AES_128_GCM_SHA256"}, "ssl.cipher.suites", "ssl.cipher.suites: the suites of TLSv1.3 cannot be chosen among here"},
		{map[string]string{"security.protocol": "SSL", "ssl.keystore.password": "CANARY"}, "ssl.keystore.location", "SSL key store is not specified, but key store password is specified."},
		{map[string]string{"security.protocol": "SSL", "ssl.truststore.location": "keystore/testdata/trust.jks", "ssl.truststore.password": "CANARY"}, "ssl.truststore.location", "Failed to load SSL keystore keystore/testdata/trust.jks of type JKS: the password is wrong"},
		{map[string]string{"security.protocol": "SSL", "ssl.endpoint.identification.algorithm": "ldaps"}, "ssl.endpoint.identification.algorithm", "Invalid value ldaps for configuration ssl.endpoint.identification.algorithm"},
	} {
		properties := map[string]string{"bootstrap.servers": "127.0.0.1:1"}
		for k, v := range c.properties {
			properties[k] = v
		}
		cl, err := NewClient(properties)
		if err == nil {
			cl.Close()
		}
		var e *ConfigError
		if !errors.As(err, &e) || e.Key != c.key || !strings.HasPrefix(e.Text, c.want) || strings.Contains(e.Text, "CANARY") {
			t.Errorf("%v: %v, want %s", c.properties, err, c.want)
		}
	}
	if _, err := NewClient(nil); err == nil || err.Error() != `Missing required configuration "bootstrap.servers" which has no default value.` {
		t.Errorf("no addresses: %v", err)
	}
}

// Without sasl.jaas.config the context KafkaClient of the JAAS file counts.
func TestNew_LoginConfig(t *testing.T) {
	address := broker(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "anna", "pw"))
	path := filepath.Join(t.TempDir(), "jaas.conf")
	const file = "KafkaClient {\n org.apache.kafka.common.security.plain.PlainLoginModule required username=anna password=pw;\n};\n"
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	properties := map[string]string{"bootstrap.servers": address, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"}
	if err := reach(t, Clients{LoginConfig: path}, properties); err != nil {
		t.Error(err)
	}
	if err := reach(t, Clients{LoginConfig: path + "x"}, properties); err == nil || !strings.Contains(err.Error(), "java.security.auth.login.config: open "+path+"x") {
		t.Errorf("missing file: %v", err)
	}
}

// Keys of protocols that are not in force are passed over, as in Java.
func TestNew_PassesOver(t *testing.T) {
	cl, err := NewClient(map[string]string{
		"bootstrap.servers": "nohost.invalid:1, ,127.0.0.1:1", "ssl.provider": "BC", "sasl.mechanism": "GSSAPI", "sasl.jaas.config": "x",
		"ssl.keystore.location": "none", "group.id": "g", "any.key": "x", "metadata.recovery.strategy": "none",
	})
	if err != nil {
		t.Fatal(err)
	}
	cl.Close()
}
