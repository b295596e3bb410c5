package kafka

import (
	"slices"
	"strings"
)

// refuseUnread refuses keys that change what a Java client does and that are not read here.
func refuseUnread(p *props) {
	for _, key := range []string{"security.providers", "interceptor.classes"} {
		if s := p.text(key, ""); s != "" {
			p.fail(refuse(key, "Java classes cannot be loaded here; remove the key"))
		}
	}
}

// refuseUnreadTLS does so for keys of encryption. Java's own defaults may be written out.
func refuseUnreadTLS(p *props) {
	for _, key := range []string{"ssl.provider", "ssl.engine.factory.class", "ssl.secure.random.implementation"} {
		if s := p.text(key, ""); s != "" {
			p.fail(refuse(key, "%s is Java's; the encryption of this program is its own, remove the key", s))
		}
	}
	only(p, "ssl.keymanager.algorithm", "SunX509", "PKIX", "NewSunX509")
	only(p, "ssl.trustmanager.algorithm", "PKIX", "SunX509", "X509", "X.509")
}

// only refuses values of key other than those that mean what is done here anyway.
func only(p *props, key string, valid ...string) {
	if s, ok := p.lookup(key); ok && !slices.Contains(valid, s) {
		p.fail(refuse(key, "%s is not known here; %s is", s, strings.Join(valid[:1], ", ")))
	}
}
