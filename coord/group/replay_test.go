package group_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/millrace/millrace/coord"
	"github.com/millrace/millrace/coord/group"
)

// TestVerify_OldKeysAndReplays sends again what was sent: a signature is good for its body alone, as in Java for every
// connector and as often as one likes while its key is the newest, and for nothing once the leader has made another.
func TestVerify_OldKeysAndReplays(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	policy := group.KeyPolicy{Algorithm: "HmacSHA256", TTL: time.Hour}
	first, err := policy.New(start)
	if err != nil {
		t.Fatal(err)
	}
	sign := func(k *group.SessionKey, algorithm, body string) coord.Signature {
		t.Helper()
		mac, err := k.Sign(algorithm, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return coord.Signature{Body: []byte(body), Algorithm: algorithm, MAC: mac, Present: true}
	}
	allowed := []string{"HmacSHA256", "HmacSHA512"}
	const tasks = `[{"task.class":"T"}]`
	recorded := sign(first, "HmacSHA256", tasks)
	if policy.Due(first, start.Add(time.Hour-1)) || !policy.Due(first, start.Add(time.Hour)) {
		t.Error("a key lives for an hour")
	}
	second, err := policy.New(start.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	other := recorded
	other.Body = []byte(`[{"task.class":"T","file":"/etc/passwd"}]`)
	short, long, empty, renamed, foreign := recorded, recorded, recorded, recorded, recorded
	short.MAC, long.MAC, empty.MAC = recorded.MAC[:16], slices.Concat(recorded.MAC, []byte{0}), nil
	renamed.Algorithm = "HmacSHA512"
	foreign.MAC = sign(&group.SessionKey{Key: make([]byte, 32), Algorithm: "HmacSHA256"}, "HmacSHA256", tasks).MAC
	for name, c := range map[string]struct {
		s      coord.Signature
		key    *group.SessionKey
		status int
	}{
		"in its time":            {recorded, first, 0},
		"again":                  {recorded, first, 0},
		"by another algorithm":   {sign(first, "HmacSHA512", tasks), first, 0},
		"after the next key":     {recorded, second, http.StatusForbidden},
		"with the next key":      {sign(second, "HmacSHA256", tasks), second, 0},
		"before that is known":   {sign(second, "HmacSHA256", tasks), first, http.StatusForbidden},
		"with another body":      {other, first, http.StatusForbidden},
		"half a MAC":             {short, first, http.StatusForbidden},
		"more than a MAC":        {long, first, http.StatusForbidden},
		"no MAC":                 {empty, first, http.StatusForbidden},
		"of another algorithm":   {renamed, first, http.StatusForbidden},
		"with a key of zeros":    {foreign, first, http.StatusForbidden},
		"of no allowed strength": {sign(first, "HmacMD5", tasks), first, http.StatusBadRequest},
	} {
		err := group.Verify(c.s, c.key, allowed)
		var r *coord.RequestError
		if c.status == 0 && err != nil || c.status != 0 && (!errors.As(err, &r) || r.Status != c.status) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
