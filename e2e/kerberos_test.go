//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/e2e/harness"
)

// kerberos is a broker whose second listener takes Kerberos alone, and the KDC of both sides.
type kerberos struct {
	kdc       *harness.KDC
	broker    *harness.Broker
	bootstrap string // of the listener
}

func startKerberos(t *testing.T) kerberos {
	t.Helper()
	const checks = "that clients authenticate by Kerberos"
	k := kerberos{kdc: suite.StartKDC(t, checks)}
	port, err := suite.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	k.bootstrap = fmt.Sprintf("localhost:%d", port)
	keytab := k.kdc.AddPrincipal("kafka/localhost", "")
	k.broker = suite.StartBroker(t, harness.Properties{
		"listeners":                      fmt.Sprintf("PLAINTEXT://$client,GSS://127.0.0.1:%d,CONTROLLER://$controller", port),
		"advertised.listeners":           "PLAINTEXT://$client,GSS://" + k.bootstrap,
		"listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,GSS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
		"inter.broker.listener.name":     "PLAINTEXT",
		"sasl.enabled.mechanisms":        "GSSAPI",
		"sasl.kerberos.service.name":     "kafka",
		"connections.max.reauth.ms":      "5000",
		"listener.name.gss.gssapi.sasl.jaas.config": fmt.Sprintf("%s required useKeyTab=true storeKey=true keyTab=%q principal=\"kafka/localhost@%s\";",
			krb5Module, keytab, harness.Realm),
	}, checks, "-Djava.security.krb5.conf="+k.kdc.Config)
	return k
}

const krb5Module = "com.sun.security.auth.module.Krb5LoginModule"

// login are the keys of a client that logs in by the options of the login module.
func (k kerberos) login(options string) harness.Properties {
	return harness.Properties{
		"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "GSSAPI", "sasl.kerberos.service.name": "kafka",
		"sasl.jaas.config": krb5Module + " required " + options + ";",
	}
}

func byKeytab(path, principal string) string {
	return fmt.Sprintf("useKeyTab=true storeKey=true keyTab=%q principal=%q", path, principal)
}

// TestKerberos copies lines by a worker that authenticates by Kerberos while its tickets, which live for seconds, and
// its connections, which the broker has authenticated anew within seconds, come to their end.
func TestKerberos(t *testing.T) {
	t.Parallel() // tickets end by the clock
	k := startKerberos(t)
	keytab := k.kdc.AddPrincipal("worker", `-maxlife "6 seconds"`)
	s := newSite(t, k.broker, plain)
	s.boot = k.bootstrap
	client := k.login(byKeytab(keytab, "worker@"+harness.Realm)).With(harness.Properties{"sasl.kerberos.min.time.before.relogin": "0"})
	s.more = harness.Properties{}
	for _, prefix := range []string{"", "producer.", "consumer.", "admin."} {
		for key, v := range client {
			s.more[prefix+key] = v
		}
	}
	s.env = []string{"KRB5_CONFIG=" + k.kdc.Config}
	w := s.worker(t, harness.Millrace, "")
	w.StartReady(t)
	s.add(t, 1000)
	s.waitDone(t, w)
	logins := k.logins(t, "worker")
	harness.Eventually(t, runMax, "all clients log in again", func(context.Context) (bool, error) {
		again := k.logins(t, "worker") - logins
		return again >= logins, fmt.Errorf("%d logins, %d before", again, logins)
	})
	s.add(t, 1000)
	s.waitDone(t, w)
	w.Stop(t)
	s.check(t, 0)
}

// logins counts the tickets that the KDC has given to a principal for its key.
func (k kerberos) logins(t *testing.T, principal string) int {
	t.Helper()
	text, err := os.ReadFile(k.kdc.Log)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "AS_REQ") && strings.Contains(line, "ISSUE") && strings.Contains(line, principal+"@"+harness.Realm) {
			n++
		}
	}
	return n
}

// TestKerberos_Refused starts workers that cannot log in; each says what is wrong, with whom, and what to do.
func TestKerberos_Refused(t *testing.T) {
	t.Parallel()
	k := startKerberos(t)
	old := k.kdc.AddPrincipal("worker", "+requires_preauth")
	keytab := k.kdc.Keytab("worker")
	principal := "worker@" + harness.Realm
	shifted := k.kdc.Shifted(suite, "+20m")
	cache := filepath.Join(t.TempDir(), "cache")
	k.kdc.Run("kinit", "-k", "-t", keytab, "-l", "1s", "-c", cache, principal)
	harness.Eventually(t, runMax, "the ticket expires", func(context.Context) (bool, error) {
		_, err := k.kdc.Try("klist", "-s", "-c", cache)
		return err != nil, nil
	})
	nobody := filepath.Join(t.TempDir(), "krb5.conf")
	if err := os.WriteFile(nobody, []byte("[libdefaults]\ndefault_realm = "+harness.Realm+"\nudp_preference_limit = 1\n[realms]\n"+harness.Realm+" = {\nkdc = 127.0.0.1:1\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, options, config string
		more                  harness.Properties
		says                  []string
	}{
		{name: "an old key", options: byKeytab(old, principal), says: []string{"the key of " + principal + " in " + old + " is not the one that the KDC has: have the keytab written anew"}},
		{name: "a key of another", options: byKeytab(keytab, "kafka/localhost"), says: []string{keytab + " has no key of kafka/localhost@" + harness.Realm}},
		{name: "nobody's name", options: byKeytab(keytab, "nobody"), says: []string{"the KDC does not know the principal nobody@" + harness.Realm}},
		{name: "an old ticket", options: fmt.Sprintf("useTicketCache=true ticketCache=%q", cache), says: []string{"the ticket of " + principal + " in " + cache + " has expired at", "fetch one with kinit"}},
		{name: "another clock", options: byKeytab(keytab, principal), config: shifted, says: []string{"the clocks of this machine and of the KDC differ too much", "KRB_AP_ERR_SKEW"}},
		{name: "another service", options: byKeytab(keytab, principal), more: harness.Properties{"sasl.kerberos.service.name": "queue"}, says: []string{"the KDC does not know the service queue/localhost: sasl.kerberos.service.name"}},
		{name: "no KDC", options: byKeytab(keytab, principal), config: nobody, says: []string{"no KDC of realm " + harness.Realm + " answers: " + nobody + " names them"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := c.config
			if config == "" {
				config = k.kdc.Config
			}
			w := suite.NewWorker(t, harness.Millrace, harness.WorkerConfig{Env: []string{"KRB5_CONFIG=" + config}, Properties: k.login(c.options).With(harness.Properties{
				"bootstrap.servers": k.bootstrap, "offset.storage.file.filename": "offsets", "default.api.timeout.ms": "2000", "request.timeout.ms": "2000",
				"key.converter": "org.apache.kafka.connect.storage.StringConverter", "value.converter": "org.apache.kafka.connect.storage.StringConverter",
			}).With(c.more)})
			w.Start(t)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			if code, err := w.Wait(ctx); err != nil || code != 2 {
				t.Fatalf("exit code %d, %v", code, err)
			}
			for _, say := range c.says {
				if log := w.Tail(30); !strings.Contains(log, say) {
					t.Errorf("no %q in\n%s", say, log)
				}
			}
		})
	}
}
