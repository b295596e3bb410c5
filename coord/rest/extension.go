package rest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"os"
	"strings"

	"github.com/millrace/millrace/config"
)

// basicAuthClass is the one extension that is known; it is Kafka's own.
const basicAuthClass = "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension"

// KnownExtension reports whether a class that rest.extension.classes names is built in.
func KnownExtension(class string) bool {
	return class == basicAuthClass || class == basicAuthClass[strings.LastIndexByte(basicAuthClass, '.')+1:]
}

// newExtensions makes what rest.extension.classes names: nil for none, and for one that lets everybody in.
func newExtensions(classes []string, jaas string, log *slog.Logger) (*basicAuth, error) {
	const key = "rest.extension.classes"
	var auth *basicAuth
	for _, class := range classes {
		if !KnownExtension(class) {
			return nil, config.InvalidValue(key, class, "extensions are Java classes, and of these "+basicAuthClass+" alone is built in: remove the others, or serve what they do in front of the worker")
		}
		a, err := newBasicAuth(jaas)
		if err != nil {
			return nil, err
		}
		if len(a.passwords) == 0 {
			log.Warn("credential properties file is empty: all requests will be permitted", "file", a.file)
			continue
		}
		auth = a
	}
	return auth, nil
}

// basicAuth lets in who names a user of a properties file, and its password.
// Source: BasicAuthSecurityRestExtension, JaasBasicAuthFilter, PropertyFileLoginModule.
type basicAuth struct {
	file      string
	passwords map[string][sha256.Size]byte
}

// newBasicAuth reads the file that the entry KafkaConnect of the JAAS file names.
func newBasicAuth(jaas string) (*basicAuth, error) {
	const key = "rest.extension.classes"
	if jaas == "" {
		return nil, config.NewException(key, basicAuthClass+" needs a JAAS file with the entry KafkaConnect: name it by -Djava.security.auth.login.config=FILE in KAFKA_OPTS")
	}
	text, err := os.ReadFile(jaas)
	if err != nil {
		return nil, config.NewException(key, "JAAS file: "+err.Error())
	}
	entry, err := jaasEntry(string(text), "KafkaConnect")
	if err != nil {
		return nil, config.NewException(key, "JAAS file "+jaas+": "+err.Error())
	}
	a := &basicAuth{file: entry.options["file"], passwords: map[string][sha256.Size]byte{}}
	switch {
	case entry.module != "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule":
		return nil, config.NewException(key, "JAAS file "+jaas+": the entry KafkaConnect must be of org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule, no other login module is built in")
	case strings.TrimSpace(a.file) == "":
		return nil, config.NewException(key, "Property Credentials file must be specified")
	}
	users, err := config.LoadProperties(a.file)
	if err != nil {
		return nil, config.NewException(key, "Error loading Property Credentials file: "+err.Error())
	}
	for _, u := range users.Entries() {
		a.passwords[u.Key] = sha256.Sum256([]byte(u.Value))
	}
	return a, nil
}

// allows says whether an Authorization header names a user and its password. It takes as long for an
// unknown user as for a wrong password.
func (a *basicAuth) allows(header string) (user string, ok bool) {
	user, password, ok := credentials(header)
	want, known := a.passwords[user]
	have := sha256.Sum256([]byte(password))
	return user, subtle.ConstantTimeCompare(have[:], want[:]) == 1 && ok && known
}

// credentials reads an Authorization header. Source: JaasBasicAuthFilter.BasicAuthCredentials.
func credentials(header string) (user, password string, ok bool) {
	scheme, coded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "BASIC") {
		return "", "", false
	}
	text, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		return "", "", false
	}
	user, password, ok = strings.Cut(string(text), ":")
	return user, password, ok && user != ""
}
