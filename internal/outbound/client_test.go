package outbound

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// patience is more than any machine needs.
const patience = time.Minute

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRefuse(t *testing.T) {
	for address, ok := range map[string]bool{
		"169.254.169.254:80": false, "169.254.0.1:80": false, "[fe80::1%eth0]:80": false, "[::ffff:169.254.169.254]:443": false,
		"[fd00:ec2::254]:80": false, "[fd20:ce::254]:80": false, "100.100.100.200:80": false, "168.63.129.16:80": false, "192.0.0.192:80": false,
		"[64:ff9b::a9fe:a9fe]:80": false, "[2002:a9fe:a9fe::1]:80": false, "[::a9fe:a9fe]:80": false, "[64:ff9b::6464:64c8]:80": false,
		"127.0.0.1:80": true, "10.0.0.1:443": true, "[2001:db8::1]:443": true, "[::1]:80": true, "[fd00:ec2::253]:80": true, "[64:ff9b::a00:1]:80": true,
		"100.100.100.201:80": true, "nonsense": false,
	} {
		if err := Refuse(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// get asks and returns the answer's status and body.
func get(t *testing.T, c *http.Client, url string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// nameServer answers every question for an IPv4 address with the one that it holds, which may change: a lifetime
// of zero lets nobody keep it.
type nameServer struct {
	conn    net.PacketConn
	address atomic.Pointer[netip.Addr]
	asked   atomic.Int32
}

func newNameServer(t *testing.T) *nameServer {
	t.Helper()
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{conn: conn}
	done := make(chan struct{})
	go func() {
		defer close(done)
		question := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(question)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(s.answer(question[:n]), from) // who asked asks again
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return s
}

// answer is the answer to a question of one name. Source: RFC 1035, 4.
func (s *nameServer) answer(question []byte) []byte {
	end := 12
	for question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5
	kind := binary.BigEndian.Uint16(question[end-4:])
	out := append([]byte{}, question[:end]...)
	out[2], out[3] = 0x81, 0x80
	copy(out[6:12], make([]byte, 6)) // no answers, and nothing besides
	if kind == 1 {
		s.asked.Add(1)
		a := s.address.Load().As4()
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, a[:]...)
	}
	return out
}

func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", s.conn.LocalAddr().String())
	}}
}

// A name that stood for a good address when it was looked at, and stands for another one when it is connected to.
func TestClient_NamesThatChange(t *testing.T) {
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "keys") }))
	defer host.Close()
	names := newNameServer(t)
	_, port, err := net.SplitHostPort(host.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(Options{Connect: patience, Guarded: true}, names.resolver())
	url := "http://keys.rebind.test.:" + port + "/"
	good, bad := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("169.254.169.254")
	names.address.Store(&good)
	if status, text, err := get(t, c, url); err != nil || status != 200 || text != "keys" {
		t.Fatalf("%d %s %v", status, text, err)
	}
	names.address.Store(&bad)
	if _, _, err := get(t, c, url); err == nil || !strings.Contains(err.Error(), "169.254.169.254 is an address of the link") {
		t.Errorf("%v", err)
	}
	if n := names.asked.Load(); n != 2 {
		t.Errorf("%d look-ups", n)
	}
}

func TestClient_AddressesInURLs(t *testing.T) {
	c := NewClient(Options{Connect: patience, Guarded: true})
	for _, url := range []string{
		"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://[::ffff:a9fe:a9fe]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[fe80::1%25lo]/", "http://100.100.100.200/",
	} {
		if _, _, err := get(t, c, url); err == nil || !strings.Contains(err.Error(), "is an address of the link or of a cloud's metadata") {
			t.Errorf("%s: %v", url, err)
		}
	}
	// A proxy would connect to it.
	t.Setenv("http_proxy", "http://127.0.0.1:9")
	if _, err := (guarded{http.DefaultTransport}).RoundTrip(httptest.NewRequest(http.MethodGet, "http://169.254.169.254/", http.NoBody)); err == nil || !strings.Contains(err.Error(), "address of the link") { //nolint:bodyclose // there is no answer
		t.Errorf("by a proxy: %v", err)
	}
}

func TestClient_Redirects(t *testing.T) {
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "SECRET") }))
	defer secret.Close()
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/keys", http.StatusFound)
		case "/away":
			http.Redirect(w, r, secret.URL, http.StatusTemporaryRedirect)
		case "/link":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusMovedPermanently)
		case "/scheme":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "keys")
		}
	}))
	defer host.Close()
	for _, guard := range []bool{false, true} {
		c := NewClient(Options{Connect: patience, Guarded: guard})
		stays := NewClient(Options{Connect: patience, Guarded: guard, Stay: true})
		for path, want := range map[string]string{"/keys": "keys", "/same": "keys", "/away": "redirected", "/link": "redirected", "/scheme": "redirected", "/loop": "redirected"} {
			_, text, err := get(t, c, host.URL+path)
			if want == "keys" && (err != nil || text != want) || want != "keys" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %q, %v", path, text, err)
			}
			status, text, err := get(t, stays, host.URL+path)
			if err != nil || strings.Contains(text, "SECRET") || path != "/keys" && status/100 != 3 {
				t.Errorf("%s, staying: %d %q, %v", path, status, text, err)
			}
		}
	}
}

func TestClient_CertificatesAreChecked(t *testing.T) {
	host := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "keys") }))
	host.Config.ErrorLog = log.New(io.Discard, "", 0) // of clients that do not trust it
	host.StartTLS()
	defer host.Close()
	roots := x509.NewCertPool()
	roots.AddCert(host.Certificate())
	if _, text, err := get(t, NewClient(Options{Connect: patience, Roots: roots}), host.URL); err != nil || text != "keys" {
		t.Errorf("%q, %v", text, err)
	}
	if _, _, err := get(t, NewClient(Options{Connect: patience}), host.URL); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a stranger: %v", err)
	}
	wrong := strings.Replace(host.URL, "127.0.0.1", "localhost", 1) // the certificate has no such name
	if _, _, err := get(t, NewClient(Options{Connect: patience, Roots: roots}), wrong); err == nil || !strings.Contains(err.Error(), "not localhost") {
		t.Errorf("another name: %v", err)
	}
}
