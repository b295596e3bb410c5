package distributed

import (
	"context"
	"time"

	"github.com/millrace/millrace/coord"
)

// keyRetry is the wait after a session key that could not be written.
const keyRetry = time.Second

// keepKey sees to it that the group has a session key that is not too old: a duty of who leads.
//
// A key also grows old by the time for which this worker has known it: where the clock was put back, the key was made in what is the future
// now, and would serve until then. Source: DistributedHerder.checkForKeyRotation.
func (m *machine) keepKey() {
	now := m.now()
	if key := m.configs.SessionKey(); key != m.key {
		m.key, m.keySince = key, now
	}
	m.Cancel(&m.nextKey)
	if m.stopping || m.writeKey || !m.protocol.Signed() || !m.settled || !m.leads() {
		return
	}
	if m.o.Keys.Due(m.key, now) {
		m.putKey()
		return
	}
	if at, ok := m.o.Keys.Expires(m.key); ok {
		left := min(at.Sub(now), m.o.Keys.TTL-now.Sub(m.keySince))
		if left <= 0 {
			m.putKey()
			return
		}
		m.After(&m.nextKey, left, m.keepKey)
	}
}

// putKey writes a new session key, which is in force once it has been read back.
func (m *machine) putKey() {
	m.writeKey = true
	m.spawn(func(p *proc) {
		key, err := m.o.Keys.New(m.now())
		if err == nil {
			m.log.Debug("Distributing new session key")
			err = p.lead("writing a new session key to the config topic", func(ctx context.Context, on env) error {
				return on.configs.PutSessionKey(ctx, key)
			})
		}
		m.writeKey = false
		if err == nil {
			m.keepKey()
			return
		}
		m.log.Info("Failed to write new session key to config topic", "err", err, "next_in", keyRetry)
		m.After(&m.nextKey, keyRetry, m.keepKey)
	})
}

// sign returns how to sign requests to other workers now, nil where they are not signed.
func (m *machine) sign() coord.SignFunc {
	key, algorithm := m.configs.SessionKey(), m.o.Signature
	if !m.protocol.Signed() || key == nil {
		return nil
	}
	return func(body []byte) (coord.Signature, error) {
		mac, err := key.Sign(algorithm, body)
		return coord.Signature{Body: body, Algorithm: algorithm, MAC: mac, Present: true}, err
	}
}
