package keystore

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	storePassword = "s3cret-store"
	keyPassword   = "s3cret-key"
)

func file(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestIdentity(t *testing.T) {
	want, err := pemCertificates(file(t, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Source{
		"keytool":        {Type: PKCS12, Path: "testdata/new.p12", Password: storePassword, HasPassword: true},
		"keytool legacy": {Type: PKCS12, Path: "testdata/old.p12", Password: storePassword, HasPassword: true},
		"openssl":        {Type: PKCS12, Path: "testdata/openssl.p12", Password: storePassword, HasPassword: true},
		"jks":            {Type: JKS, Path: "testdata/key.jks", Password: storePassword, HasPassword: true, KeyPassword: keyPassword, HasKeyPassword: true},
		"pkcs12 as jks":  {Type: JKS, Path: "testdata/new.p12", Password: storePassword, HasPassword: true},
		"jks as pkcs12":  {Type: PKCS12, Path: "testdata/key.jks", Password: storePassword, HasPassword: true, KeyPassword: keyPassword, HasKeyPassword: true},
		"pem":            {Type: PEM, HasKey: true, Key: file(t, "key.pem"), HasCertificates: true, Certificates: file(t, "cert.pem")},
		"pem in a line":  {Type: PEM, HasKey: true, Key: strings.ReplaceAll(file(t, "key.pem"), "\n", " "), HasCertificates: true, Certificates: strings.ReplaceAll(file(t, "cert.pem"), "\n", " ")},
		"pem aes":        {Type: PEM, HasKey: true, Key: file(t, "key-aes.pem"), HasCertificates: true, Certificates: file(t, "cert.pem"), KeyPassword: keyPassword, HasKeyPassword: true},
		"pem des":        {Type: PEM, HasKey: true, Key: file(t, "key-des.pem"), HasCertificates: true, Certificates: file(t, "cert.pem"), KeyPassword: keyPassword, HasKeyPassword: true},
		"pem old":        {Type: PEM, HasKey: true, Key: file(t, "key-old.pem"), HasCertificates: true, Certificates: file(t, "cert.pem"), KeyPassword: keyPassword, HasKeyPassword: true},
	} {
		c, err := s.Identity()
		if err != nil || !c.Leaf.Equal(want[0]) || len(c.Certificate) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, set := range []*string{&s.Password, &s.KeyPassword} {
			if *set == "" {
				continue
			}
			wrong := s
			if *set += "x"; s == wrong {
				t.Fatal("nothing changed")
			}
			if _, err := s.Identity(); err == nil || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%s, wrong password: %v", name, err)
			}
			s = wrong
		}
	}
}

func TestTrusted(t *testing.T) {
	want, err := pemCertificates(file(t, "cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Source{
		"keytool":        {Type: PKCS12, Path: "testdata/trust.p12", Password: storePassword, HasPassword: true},
		"keytool legacy": {Type: PKCS12, Path: "testdata/trust-old.p12", Password: storePassword, HasPassword: true},
		"jks":            {Type: JKS, Path: "testdata/trust.jks", Password: storePassword, HasPassword: true},
		"jks unchecked":  {Type: JKS, Path: "testdata/trust.jks"},
		"pem":            {Type: PEM, Path: "testdata/cert.pem"},
		"pem text":       {Type: PEM, HasCertificates: true, Certificates: file(t, "cert.pem")},
	} {
		if certs, err := s.Trusted(); err != nil || len(certs) != 1 || !certs[0].Equal(want[0]) {
			t.Errorf("%s: %v", name, err)
		}
		if s.HasPassword {
			s.Password += "x"
			if _, err := s.Trusted(); err == nil {
				t.Errorf("%s: opened with a wrong password", name)
			}
		}
	}
}

// What does not belong together is refused in Java's words.
func TestSource_Refusals(t *testing.T) {
	for _, c := range []struct {
		source Source
		trust  bool
		want   string
	}{
		{Source{Type: JKS, HasKey: true}, false, "SSL private key can be specified only for PEM, but key store type is JKS."},
		{Source{Type: PEM, HasKey: true}, false, "SSL private key is specified, but certificate chain is not specified."},
		{Source{Type: PEM, HasKey: true, HasCertificates: true, Path: "x"}, false, "Both SSL key store location and separate private key are specified."},
		{Source{Type: PEM, HasKey: true, HasCertificates: true, HasPassword: true}, false, "SSL key store password cannot be specified with PEM format, only key password may be specified."},
		{Source{Type: PEM, HasCertificates: true}, false, "SSL certificate chain is specified, but private key is not specified"},
		{Source{Type: JKS, HasPassword: true}, false, "SSL key store is not specified, but key store password is specified."},
		{Source{Type: JKS, Path: "x"}, false, "SSL key store is specified, but key store password is not specified."},
		{Source{Type: JKS, Path: "none", HasPassword: true}, false, "Failed to load SSL keystore none of type JKS: "},
		{Source{Type: "BKS", Path: "testdata/new.p12", HasPassword: true}, false, `SSL keystore testdata/new.p12: the type "BKS" is not known here; PEM, PKCS12 and JKS are`},
		{Source{Type: PEM, Path: "testdata/README"}, false, "Failed to load PEM SSL keystore testdata/README: No matching CERTIFICATE entries in PEM file"},
		{Source{Type: PEM, Path: "testdata/cert.pem"}, false, "Failed to load PEM SSL keystore testdata/cert.pem: No matching PRIVATE KEY entries in PEM file"},
		{Source{Type: JKS, HasCertificates: true}, true, "SSL trust store certs can be specified only for PEM, but trust store type is JKS."},
		{Source{Type: PEM, HasCertificates: true, Path: "x"}, true, "Both SSL trust store location and separate trust certificates are specified."},
		{Source{Type: PEM, HasCertificates: true, HasPassword: true}, true, "SSL trust store password cannot be specified for PEM format."},
		{Source{Type: JKS, HasPassword: true}, true, "SSL trust store is not specified, but trust store password is specified."},
		{Source{Type: PKCS12, Path: "testdata/openssl.p12", HasPassword: true, Password: storePassword}, true, "Failed to load SSL keystore testdata/openssl.p12 of type PKCS12: it holds no trusted certificate"},
		{Source{Type: PKCS12, Path: "testdata/trust.p12"}, true, "Failed to load SSL keystore testdata/trust.p12 of type PKCS12: its certificates are encrypted, and no password is given"},
	} {
		var err error
		if c.trust {
			_, err = c.source.Trusted()
		} else {
			_, err = c.source.Identity()
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.source, err, c.want)
		}
	}
}

// FuzzOpen reads hostile files: it may only return.
func FuzzOpen(f *testing.F) {
	for _, name := range []string{"new.p12", "old.p12", "openssl.p12", "trust.p12", "trust-old.p12", "key.jks", "trust.jks"} {
		f.Add([]byte(file(f, name)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, s := range []Source{{Type: JKS}, {Type: JKS, HasPassword: true, Password: storePassword}} {
			if st, err := s.open(text); err == nil && len(st.keys) > 0 {
				_, _ = st.identity(s.keyPassword())
			}
		}
	})
}
