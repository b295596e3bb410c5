package keystore

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

// Entries of PEM text as Java finds them: what stands between them is passed over, and any white space
// may stand for the line ends, so that a property can hold one in a single line.
// Source: DefaultSslEngineFactory.PemParser.
var (
	certificateEntry = pemPattern("CERTIFICATE")
	keyEntryPattern  = pemPattern(`PRIVATE\s+KEY`)
	notBase64        = regexp.MustCompile(`\s`)
)

func pemPattern(name string) *regexp.Regexp {
	const around = `-+%s\s*.*%s[^-]*-+\s+`
	return regexp.MustCompile(fmt.Sprintf(around, "BEGIN", name) + `(?:\s*[^\r\n]*:[^\r\n]*[\r\n]+)*` + `([a-zA-Z0-9/+=\s]*)` + fmt.Sprintf(around, "END", name))
}

func pemEntries(pattern *regexp.Regexp, name, text string) ([][]byte, error) {
	found := pattern.FindAllStringSubmatch(text+"\n", -1)
	if len(found) == 0 {
		return nil, javaError("No matching %s entries in PEM file", name)
	}
	out := make([][]byte, len(found))
	for i, m := range found {
		raw, err := base64.StdEncoding.DecodeString(notBase64.ReplaceAllString(m[1], ""))
		if err != nil {
			return nil, fmt.Errorf("entry %d of %s: %w", i+1, strings.ToLower(name), err)
		}
		out[i] = raw
	}
	return out, nil
}

func pemCertificates(text string) ([]*x509.Certificate, error) {
	entries, err := pemEntries(certificateEntry, "CERTIFICATE", text)
	if err != nil {
		return nil, err
	}
	out := make([]*x509.Certificate, len(entries))
	for i, raw := range entries {
		if out[i], err = x509.ParseCertificate(raw); err != nil {
			return nil, fmt.Errorf("certificate %d: %w", i+1, err)
		}
	}
	return out, nil
}

// pemIdentity reads one private key in PKCS8 form, encrypted when there is a password, and its chain.
func pemIdentity(certificates, key string, password *string) (*tls.Certificate, error) {
	chain, err := pemCertificates(certificates)
	if err != nil {
		return nil, err
	}
	keys, err := pemEntries(keyEntryPattern, "PRIVATE KEY", key)
	if err != nil {
		return nil, err
	}
	if len(keys) != 1 {
		return nil, javaError("Expected one private key, but found %d", len(keys))
	}
	private, err := pemKey(keys[0], password)
	if err != nil {
		return nil, err
	}
	return joined(private, chain)
}

func pemKey(raw []byte, password *string) (crypto.PrivateKey, error) {
	if password != nil {
		return openPKCS8(raw, *password)
	}
	key, err := x509.ParsePKCS8PrivateKey(raw)
	if err != nil {
		// The library's text may hold bytes of the key.
		return nil, javaError("Private key could not be loaded: it is not in PKCS8 form, or it is encrypted and no password is given")
	}
	return key, nil
}
