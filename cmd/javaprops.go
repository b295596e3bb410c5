package cmd

import "strings"

// javaProperties are Java system properties. Installations of Kafka put them into the environment as
// KAFKA_OPTS="-Dname=value …", which is where those that have a meaning here are taken from.
type javaProperties map[string]string

// The properties that have a meaning here.
const (
	loginConfigProperty = "java.security.auth.login.config"
	krb5ConfigProperty  = "java.security.krb5.conf"
	oauthURLsProperty   = "org.apache.kafka.sasl.oauthbearer.allowed.urls"
)

// parseJavaOptions reads the options of a Java command line: words that may be quoted. What is no -D is left out.
func parseJavaOptions(text string) javaProperties {
	p := javaProperties{}
	for _, w := range splitWords(text) {
		if d, ok := strings.CutPrefix(w, "-D"); ok {
			name, value, _ := strings.Cut(d, "=")
			p[name] = value
		}
	}
	return p
}

// list is a property that holds texts divided by commas.
func (p javaProperties) list(name string) []string {
	var out []string
	for _, s := range strings.Split(p[name], ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// splitWords splits at white space outside of quotes of either kind, which are taken away.
func splitWords(text string) []string {
	var out []string
	var b strings.Builder
	var quote rune
	open := false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case quote == 0 && (r == ' ' || r == '\t' || r == '\n' || r == '\r'):
			if open {
				out = append(out, b.String())
			}
			b.Reset()
			open = false
		default:
			b.WriteRune(r)
			open = true
		}
	}
	if open {
		out = append(out, b.String())
	}
	return out
}
