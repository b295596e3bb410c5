package harness

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Realm is the Kerberos realm of a KDC.
const Realm = "MILLRACE.TEST"

// KDC is a Kerberos key distribution centre of MIT's on a loopback port, with a database of its own.
type KDC struct {
	*Process
	Config string // its krb5.conf

	t   testing.TB
	dir string
	env []string
}

// kdcPrograms is where Debian puts them; they are on root's path alone.
const kdcPrograms = "/usr/sbin:/usr/bin:/sbin:/bin"

// StartKDC starts a KDC without principals; the cleanup of t stops it. It is left out where its programs are not
// installed (Need).
func (s *Suite) StartKDC(t testing.TB, checks string) *KDC {
	t.Helper()
	k := &KDC{t: t, dir: t.TempDir()}
	k.Config = filepath.Join(k.dir, "krb5.conf")
	_, err := k.program("krb5kdc")
	Need(t, err, checks)
	var address string
	address, k.env = k.configure(s, "kdc.conf", k.Config)
	k.Run("kdb5_util", "create", "-s", "-P", "master", "-r", Realm)
	k.Process = k.serve(address, k.env, "kdc")
	return k
}

// Shifted starts a second KDC over the same database, whose clock is off by an offset of faketime(1), such as +20m.
// It returns its krb5.conf.
func (k *KDC) Shifted(s *Suite, offset string) string {
	k.t.Helper()
	// The program faketime would leave the KDC behind when it is killed.
	libraries, err := filepath.Glob("/usr/lib/*/faketime/libfaketime.so.1")
	if err == nil && len(libraries) == 0 {
		err = missingKerberos("libfaketime.so.1")
	}
	Need(k.t, err, "clocks that differ")
	path := filepath.Join(k.dir, "shifted.conf")
	address, env := k.configure(s, "kdc-shifted.conf", path)
	k.serve(address, append(env, "LD_PRELOAD="+libraries[0], "FAKETIME="+offset), "kdc-shifted")
	return path
}

// configure writes the files of a KDC and of its clients, and returns its address and what names the files to programs.
func (k *KDC) configure(s *Suite, server, client string) (address string, env []string) {
	k.t.Helper()
	port, err := s.ports.free()
	if err != nil {
		k.t.Fatal(err)
	}
	address = "127.0.0.1:" + strconv.Itoa(port)
	k.write(filepath.Join(k.dir, server), fmt.Sprintf(`[kdcdefaults]
 kdc_listen = %[1]s
 kdc_tcp_listen = %[1]s
[realms]
 %[2]s = {
  database_name = %[3]s/principal
  key_stash_file = %[3]s/stash
  acl_file = %[3]s/acl
  max_life = 1h
  max_renewable_life = 1d
 }
`, address, Realm, k.dir))
	k.write(client, fmt.Sprintf(`[libdefaults]
 default_realm = %[2]s
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 %[2]s = {
  kdc = %[1]s
 }
`, address, Realm))
	return address, []string{"KRB5_CONFIG=" + client, "KRB5_KDC_PROFILE=" + filepath.Join(k.dir, server)}
}

// serve runs krb5kdc and waits until it listens.
func (k *KDC) serve(address string, env []string, name string) *Process {
	k.t.Helper()
	kdc, err := k.program("krb5kdc")
	if err != nil {
		k.t.Fatal(err)
	}
	p, err := Start(Command{Name: name, Path: kdc, Args: []string{"-n"}, Env: env, LogDir: k.dir})
	if err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(p.Kill)
	Eventually(k.t, 20*time.Second, name+" listens", func(ctx context.Context) (bool, error) {
		if !p.Running() {
			k.t.Fatalf("%s ended with %s:\n%s", name, p.End(), p.Tail(20))
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			err = conn.Close()
		}
		return err == nil, err
	})
	return p
}

// AddPrincipal creates a principal with random keys, and returns a new keytab of them. options are those of addprinc.
func (k *KDC) AddPrincipal(name, options string) (keytab string) {
	k.t.Helper()
	k.Run("kadmin.local", "-q", "addprinc -randkey "+options+" "+name)
	return k.Keytab(name)
}

// Keytab writes new keys of a principal, which end the old ones, to a new keytab.
func (k *KDC) Keytab(name string) string {
	k.t.Helper()
	path := filepath.Join(k.dir, Unique(k.t, "keytab"))
	k.Run("kadmin.local", "-q", "ktadd -k "+path+" "+name)
	return path
}

// Run runs a program of Kerberos against the KDC, and fails t when it fails.
func (k *KDC) Run(program string, args ...string) {
	k.t.Helper()
	if out, err := k.Try(program, args...); err != nil {
		k.t.Fatalf("%s %v: %v\n%s", program, args, err, out)
	}
}

// Try is Run for what may fail.
func (k *KDC) Try(program string, args ...string) (string, error) {
	path, err := k.program(program)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), k.env...)
	out, err := cmd.CombinedOutput()
	// kadmin.local says so and succeeds all the same.
	if err == nil && strings.Contains(string(out), "while ") {
		err = fmt.Errorf("%s", out)
	}
	return string(out), err
}

func (k *KDC) program(name string) (string, error) {
	for _, dir := range filepath.SplitList(kdcPrograms + string(filepath.ListSeparator) + os.Getenv("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", missingKerberos(name)
}

func missingKerberos(name string) error {
	return &MissingError{What: name, Why: "the KDC of the tests is MIT's", Install: "apt-get install krb5-kdc krb5-admin-server krb5-user faketime"}
}

func (k *KDC) write(path, text string) {
	k.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		k.t.Fatal(err)
	}
}
