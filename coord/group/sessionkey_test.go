package group_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// TestSessionKey_SignsAsJava checks MACs and key sizes of every algorithm against a JVM's.
func TestSessionKey_SignsAsJava(t *testing.T) {
	f, err := os.Open("testdata/hmac.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	known := map[string]bool{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		p := strings.Fields(lines.Text())
		if p[0] == "#" {
			continue
		}
		known[p[0]] = true
		unhex := func(s string) []byte {
			if s == "-" {
				return nil
			}
			b, err := hex.DecodeString(s)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		for bits, want := range map[int]string{0: p[1], 100: p[2], 39: p[3]} {
			k, err := group.KeyPolicy{Algorithm: p[0], Bits: bits}.New(time.Unix(1, 0))
			if text, refused := strings.CutPrefix(want, "error:"); refused {
				if err == nil || !strings.HasSuffix(err.Error(), strings.ReplaceAll(text, "_", " ")) {
					t.Errorf("%s of %d bits: error %v", p[0], bits, err)
				}
			} else if n, _ := strconv.Atoi(want); err != nil || len(k.Key) != n {
				t.Errorf("%s of %d bits: %v, %v; want %d bytes", p[0], bits, k, err, n)
			}
		}
		key, body, mac := &group.SessionKey{Key: unhex(p[4]), Algorithm: p[0]}, unhex(p[5]), unhex(p[6])
		if got, err := key.Sign(p[0], body); err != nil || !bytes.Equal(got, mac) {
			t.Errorf("%s: %x, %v; want %x", p[0], got, err, mac)
		}
		if !key.Valid(p[0], body, mac) || key.Valid(p[0], append(body, 1), mac) || key.Valid(p[0], body, mac[1:]) || key.Valid("HmacNone", body, mac) {
			t.Errorf("%s: wrong verdict", p[0])
		}
	}
	for _, name := range group.Algorithms() {
		if !known[strings.ToUpper(name)] {
			t.Errorf("no vector for %s", name)
		}
	}
}

func TestKeyPolicy_Due(t *testing.T) {
	p := group.KeyPolicy{Algorithm: "HmacSHA256", TTL: time.Hour}
	born := time.UnixMilli(1_000_000)
	k, err := p.New(born)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		policy group.KeyPolicy
		key    *group.SessionKey
		after  time.Duration
		want   bool
	}{
		"no key":          {p, nil, 0, true},
		"fresh":           {p, k, time.Hour - 1, false},
		"too old":         {p, k, time.Hour, true},
		"never too old":   {group.KeyPolicy{Algorithm: "HmacSHA256"}, k, 1e6 * time.Hour, false},
		"other algorithm": {group.KeyPolicy{Algorithm: "HmacSHA512/256", TTL: time.Hour}, k, 0, true},
		"other size":      {group.KeyPolicy{Algorithm: "HmacSHA256", Bits: 128, TTL: time.Hour}, k, 0, true},
	} {
		if got := c.policy.Due(c.key, born.Add(c.after)); got != c.want {
			t.Errorf("%s: due %t", name, got)
		}
	}
	if err := (group.KeyPolicy{Algorithm: "AES"}).Validate(); err == nil {
		t.Error("AES keys are not made")
	}
}

func TestVerify_AnswersAsJava(t *testing.T) {
	key := &group.SessionKey{Key: []byte("0123456789abcdef0123456789abcdef"), Algorithm: "HmacSHA256"}
	body := []byte(`[{"a":"b"}]`)
	mac, err := key.Sign("HmacSHA256", body)
	if err != nil {
		t.Fatal(err)
	}
	good := coord.Signature{Body: body, Algorithm: "HmacSHA256", MAC: mac, Present: true}
	bad := good
	bad.MAC = bytes.Repeat([]byte{1}, len(mac))
	allowed := []string{"HmacSHA256", "HmacSHA512"}
	for name, c := range map[string]struct {
		s      coord.Signature
		key    *group.SessionKey
		status int
		text   string
	}{
		"good":        {good, key, 0, ""},
		"missing":     {coord.Signature{Body: body}, key, http.StatusBadRequest, "Internal request missing required signature"},
		"unknown":     {coord.Signature{Algorithm: "Foo", Present: true}, key, http.StatusBadRequest, "Algorithm Foo not available"},
		"not allowed": {coord.Signature{Algorithm: "HmacSHA1", Present: true}, key, http.StatusBadRequest, "This worker does not support the 'HmacSHA1' key signing algorithm used by other workers. This worker is currently configured to use: [HmacSHA256, HmacSHA512]. Check that all workers' configuration files permit the same set of signature algorithms, and correct any misconfigured worker and restart it."},
		"no key yet":  {good, nil, http.StatusServiceUnavailable, "This worker is still starting up and has not been able to read a session key from the config topic yet"},
		"forged":      {bad, key, http.StatusForbidden, "Internal request contained invalid signature."},
	} {
		err := group.Verify(c.s, c.key, allowed)
		var r *coord.RequestError
		if c.status == 0 {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if !errors.As(err, &r) || r.Status != c.status || r.Text != c.text {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := key.Sign("Foo", body); err == nil {
		t.Error("signed with an unknown algorithm")
	}
}
