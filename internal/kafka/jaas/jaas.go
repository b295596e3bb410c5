package jaas

import (
	"fmt"
	"slices"
	"strings"
)

// The login modules that are known.
const (
	PlainModule       = "org.apache.kafka.common.security.plain.PlainLoginModule"
	ScramModule       = "org.apache.kafka.common.security.scram.ScramLoginModule"
	OAuthBearerModule = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
	Krb5Module        = "com.sun.security.auth.module.Krb5LoginModule"
)

// Modules returns the known login modules.
func Modules() []string { return []string{PlainModule, ScramModule, OAuthBearerModule, Krb5Module} }

// Entry is a login module and its options.
type Entry struct {
	Module  string
	Flag    string // required, requisite, sufficient or optional, in lower case
	Options map[string]string
}

// Error says what is wrong, in Java's words.
type Error struct{ Text string }

// Error is the text.
func (e *Error) Error() string { return e.Text }

// JavaClass is the class that Java throws.
func (e *Error) JavaClass() string { return "java.lang.IllegalArgumentException" }

func errorf(format string, args ...any) *Error { return &Error{fmt.Sprintf(format, args...)} }

// Parse returns the one entry that text holds.
//
// Errors: *Error. Java names the flag, key or module at fault in its text; here only those that cannot
// be a secret in the wrong place.
// Source: JaasContext.load, JaasConfig.
func Parse(text string) (Entry, error) {
	s := &scanner{text: []rune(text)}
	var entries []Entry
	for t := s.next(); t.kind != end; t = s.next() {
		e, err := parseEntry(t, s)
		if err != nil {
			return Entry{}, err
		}
		entries = append(entries, e)
	}
	return single(entries)
}

// single returns the one entry there must be, of a known module.
func single(entries []Entry) (Entry, error) {
	switch len(entries) {
	case 0:
		return Entry{}, errorf("Login module not specified in JAAS config")
	case 1:
	default:
		return Entry{}, errorf("JAAS config property contains %d login modules, should be 1 module", len(entries))
	}
	e := entries[0]
	if !slices.Contains(Modules(), e.Module) {
		return Entry{}, errorf("%s is not allowed. Known login modules are %s", moduleName(e.Module), strings.Join(Modules(), ", "))
	}
	return e, nil
}

// ParseFile returns the one entry that a JAAS configuration file has under a name, such as KafkaClient:
//
//	KafkaClient {
//	  org.apache.kafka.common.security.plain.PlainLoginModule required
//	  username="anna" password="secret";
//	};
//
// Errors: *Error. Source: sun.security.provider.ConfigFile, JaasContext.defaultContext.
func ParseFile(text, name string) (Entry, error) {
	s := &scanner{text: []rune(text)}
	for t := s.next(); t.kind != end; t = s.next() {
		here := t.hasText() && t.text == name
		if !s.next().is('{') {
			return Entry{}, errorf("JAAS configuration: a { must follow the name of a context")
		}
		var entries []Entry
		for t = s.next(); !t.is('}'); t = s.next() {
			if t.kind == end {
				return Entry{}, errorf("JAAS configuration: the last context is not closed by }")
			}
			e, err := parseEntry(t, s)
			if err != nil {
				return Entry{}, err
			}
			entries = append(entries, e)
		}
		if !s.next().is(';') {
			return Entry{}, errorf("JAAS configuration: a ; must follow the } of a context")
		}
		if here {
			return single(entries)
		}
	}
	return Entry{}, errorf("Could not find a '%s' entry in the JAAS configuration.", name)
}

func parseEntry(module token, s *scanner) (Entry, error) {
	t := s.next()
	if t.kind == end {
		return Entry{}, errorf("Login module control flag not specified in JAAS config")
	}
	e := Entry{Module: module.text, Flag: strings.ToLower(t.text), Options: map[string]string{}}
	switch e.Flag {
	case "required", "requisite", "sufficient", "optional":
	case "":
		return Entry{}, errorf("Login module control flag is not available in the JAAS config")
	default:
		return Entry{}, errorf("Invalid login module control flag in JAAS config: required, requisite, sufficient or optional must follow the login module")
	}
	for t = s.next(); t.kind != end; t = s.next() {
		if t.is(';') {
			return e, nil
		}
		key := t
		if !s.next().is('=') {
			return Entry{}, noValue(key)
		}
		value := s.next()
		if !value.hasText() || !key.hasText() {
			return Entry{}, noValue(key)
		}
		e.Options[key.text] = value.text
	}
	return Entry{}, errorf("JAAS config entry not terminated by semi-colon")
}

func noValue(key token) *Error {
	if knownOption(key.text) {
		return errorf("Value not specified for key '%s' in JAAS config", key.text)
	}
	return errorf("Value not specified for a key in JAAS config: options are written name=\"value\", and a quote inside of one is written \\\"")
}

// knownOption says whether a text is the name of an option, and so no secret.
func knownOption(s string) bool {
	switch s {
	case "username", "password", "tokenauth", "clientId", "clientSecret", "scope",
		"useKeyTab", "storeKey", "keyTab", "principal", "useTicketCache", "ticketCache", "serviceName",
		"renewTGT", "doNotPrompt", "refreshKrb5Config", "isInitiator", "debug":
		return true
	}
	return false
}

// moduleName is a module as an error may show it: the name of a class that ends as login modules do.
func moduleName(s string) string {
	if !strings.Contains(s, ".") || !strings.HasSuffix(s, "LoginModule") {
		return "The login module of the JAAS config"
	}
	for _, r := range s {
		if r != '.' && r != '_' && r != '$' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return "The login module of the JAAS config"
		}
	}
	return s
}
