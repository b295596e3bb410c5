package kafka

import (
	"os"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/sasl"

	"github.com/millrace/millrace/internal/kafka/jaas"
	"github.com/millrace/millrace/internal/kafka/kerberos"
)

const (
	krbServiceKey = "sasl.kerberos.service.name"
	krbWindowKey  = "sasl.kerberos.ticket.renew.window.factor"
	krbJitterKey  = "sasl.kerberos.ticket.renew.jitter"
	krbReloginKey = "sasl.kerberos.min.time.before.relogin"

	krbConfigFile = "/etc/krb5.conf"
)

// gssapi reads the keys of Kerberos. It returns nil after an error.
//
// sasl.kerberos.kinit.cmd has no effect: tickets are renewed without a command.
// Source: KerberosLogin, Krb5LoginModule.
func (c Clients) gssapi(p *props, entry jaas.Entry) sasl.Mechanism {
	if entry.Module != jaas.Krb5Module {
		p.fail(refuse(jaasKey, "GSSAPI needs the login module %s", jaas.Krb5Module))
		return nil
	}
	if s := p.text("sasl.login.callback.handler.class", ""); s != "" {
		p.fail(refuse("sasl.login.callback.handler.class", "Java classes cannot be loaded here; remove the key"))
	}
	o := kerberos.Options{
		ConfigFile:  c.krb5Config(),
		Service:     krbService(p, entry),
		RenewWindow: p.float(krbWindowKey, 0.8), RenewJitter: p.float(krbJitterKey, 0.05),
		ReloginMin: p.millis(krbReloginKey, 64, 60_000, -1<<63),
		Log:        c.log(),
	}
	krbIdentity(p, entry, &o)
	if p.err != nil {
		return nil
	}
	m, err := kerberos.New(o)
	if err != nil {
		p.fail(&ConfigError{Key: jaasKey, Text: err.Error()})
		return nil
	}
	return m
}

// krb5Config is where krb5.conf is looked for.
func (c Clients) krb5Config() string {
	if c.Krb5Config != "" {
		return c.Krb5Config
	}
	if path := os.Getenv("KRB5_CONFIG"); path != "" {
		return path
	}
	return krbConfigFile
}

// krbService returns the name of the brokers' service. Source: KerberosLogin.getServiceName.
func krbService(p *props, entry jaas.Entry) string {
	there, here := entry.Options["serviceName"], p.text(krbServiceKey, "")
	switch {
	case there != "" && here != "" && there != here:
		p.fail(&ConfigError{Key: krbServiceKey, Text: "Conflicting serviceName values found in JAAS and Kafka configs value in JAAS file " + there + ", value in Kafka config " + here})
	case there == "" && here == "":
		p.fail(&ConfigError{Key: krbServiceKey, Text: "No serviceName defined in either JAAS or Kafka config"})
	case here == "":
		return there
	}
	return here
}

// krbIdentity reads whom the login module is to log in, and by what. Source: Krb5LoginModule.validateConfiguration.
func krbIdentity(p *props, entry jaas.Entry, o *kerberos.Options) {
	given := func(name string) bool { return strings.EqualFold(entry.Options[name], "true") }
	conflict := func(is bool, text string) {
		if is {
			p.fail(&ConfigError{Key: jaasKey, Text: "Configuration Error - " + text})
		}
	}
	cache, keys := entry.Options["ticketCache"], entry.Options["keyTab"]
	conflict(given("doNotPrompt") && !given("useTicketCache") && !given("useKeyTab"), "either doNotPrompt should be  false or at least one of useTicketCache, useKeyTab, tryFirstPass and useFirstPass should be true")
	conflict(cache != "" && !given("useTicketCache"), "useTicketCache should be set to true to use the ticket cache"+cache)
	conflict(keys != "" && !given("useKeyTab"), "useKeyTab should be set to true to use the keytab"+keys)
	conflict(given("renewTGT") && !given("useTicketCache"), "either useTicketCache should be  true or renewTGT should be false")
	conflict(!given("useTicketCache") && !given("useKeyTab"), "Could not login: the client is being asked for a password. Set useKeyTab=true with keyTab and principal, or useTicketCache=true")
	if strings.EqualFold(entry.Options["isInitiator"], "false") {
		p.fail(refuse(jaasKey, "isInitiator=false is for servers; remove the option"))
	}
	o.Principal = entry.Options["principal"]
	if given("useTicketCache") {
		o.TicketCache = fileName(cache, os.Getenv("KRB5CCNAME"), "/tmp/krb5cc_"+strconv.Itoa(os.Getuid()))
	}
	if given("useKeyTab") {
		if o.Principal == "" {
			p.fail(refuse(jaasKey, "useKeyTab needs the option principal, which says whose key of the keytab counts"))
		}
		o.KeyTab = fileName(keys, os.Getenv("KRB5_KTNAME"), "/etc/krb5.keytab")
	}
}

// fileName returns the first that is given, without the type in front that MIT's library knows.
func fileName(names ...string) string {
	for _, n := range names {
		if n != "" {
			return strings.TrimPrefix(n, "FILE:")
		}
	}
	return ""
}

// float reads a number of type DOUBLE.
func (p *props) float(key string, def float64) float64 {
	s, ok := p.lookup(key)
	if !ok {
		return def
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		p.fail(invalid(key, s, "Not a number of type DOUBLE"))
	}
	return f
}
