package group

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"hash"
	"strings"
	"time"
)

// SessionKey is the secret that the workers of a group sign internal requests with. The leader makes it
// and writes it to the config topic. Source: SessionKey.
type SessionKey struct {
	Key       []byte
	Algorithm string // of the key, as its maker called it
	Created   time.Time
}

// macAlgorithm is an HMAC that a stock JVM has, both as a Mac and as a KeyGenerator.
type macAlgorithm struct {
	name     string
	keyBytes int // that Java's KeyGenerator makes when no size is set
	hash     func() hash.Hash
}

// macAlgorithms are the algorithms that inter.worker.key.generation.algorithm and
// inter.worker.signature.algorithm can name. Source: SunJCE, KeyGeneratorCore, HmacMD5KeyGenerator.
func macAlgorithms() []macAlgorithm {
	return []macAlgorithm{
		{"HmacMD5", 64, md5.New},
		{"HmacSHA1", 64, sha1.New},
		{"HmacSHA224", 28, sha256.New224},
		{"HmacSHA256", 32, sha256.New},
		{"HmacSHA384", 48, sha512.New384},
		{"HmacSHA512", 64, sha512.New},
		{"HmacSHA512/224", 28, sha512.New512_224},
		{"HmacSHA512/256", 32, sha512.New512_256},
		{"HmacSHA3-224", 28, func() hash.Hash { return sha3.New224() }},
		{"HmacSHA3-256", 32, func() hash.Hash { return sha3.New256() }},
		{"HmacSHA3-384", 48, func() hash.Hash { return sha3.New384() }},
		{"HmacSHA3-512", 64, func() hash.Hash { return sha3.New512() }},
	}
}

// Algorithms returns the names of the MAC and key algorithms that this program has.
func Algorithms() []string {
	var names []string
	for _, a := range macAlgorithms() {
		names = append(names, a.name)
	}
	return names
}

// algorithm finds one by name, in any case, as Java's providers do.
func algorithm(name string) (macAlgorithm, bool) {
	for _, a := range macAlgorithms() {
		if strings.EqualFold(a.name, name) {
			return a, true
		}
	}
	return macAlgorithm{}, false
}

// KnownAlgorithm reports whether name is one of Algorithms, in any case.
func KnownAlgorithm(name string) bool {
	_, ok := algorithm(name)
	return ok
}

// KeyPolicy says which session keys a leader makes and when it replaces one.
type KeyPolicy struct {
	Algorithm string        // inter.worker.key.generation.algorithm
	Bits      int           // inter.worker.key.size; 0 = what the algorithm has by default
	TTL       time.Duration // inter.worker.key.ttl.ms; 0 = keys do not expire
}

// keyBitsMin is the least size that Java's generators take.
const keyBitsMin = 40

// bytes is the size of the policy's keys.
func (p KeyPolicy) bytes() (int, error) {
	a, ok := algorithm(p.Algorithm)
	switch {
	case !ok:
		return 0, javaErrorf("Unable to create key generator with algorithm %s and key size %d: %s KeyGenerator not available", p.Algorithm, p.Bits, p.Algorithm)
	case p.Bits == 0:
		return a.keyBytes, nil
	case p.Bits < keyBitsMin && !strings.EqualFold(a.name, "HmacMD5") && !strings.EqualFold(a.name, "HmacSHA1"):
		return 0, javaErrorf("Unable to create key generator with algorithm %s and key size %d: Key length must be at least 40 bits", p.Algorithm, p.Bits)
	case p.Bits < 0:
		return 0, javaErrorf("Unable to create key generator with algorithm %s and key size %d: the size is negative", p.Algorithm, p.Bits)
	}
	return (p.Bits + 7) / 8, nil
}

// Validate says why the policy can make no keys.
func (p KeyPolicy) Validate() error {
	_, err := p.bytes()
	return err
}

// New makes a key.
func (p KeyPolicy) New(now time.Time) (*SessionKey, error) {
	n, err := p.bytes()
	if err != nil {
		return nil, err
	}
	k := &SessionKey{Key: make([]byte, n), Algorithm: p.Algorithm, Created: now}
	rand.Read(k.Key) // never fails
	return k, nil
}

// Expires returns when k is due to be replaced; ok is false for a key that does not expire.
func (p KeyPolicy) Expires(k *SessionKey) (at time.Time, ok bool) {
	if p.TTL <= 0 {
		return time.Time{}, false
	}
	return k.Created.Add(p.TTL), true
}

// Due reports whether a leader shall write a new key: it knows none, the known one is too old, or is
// not what the policy makes. Source: DistributedHerder.checkForKeyRotation.
func (p KeyPolicy) Due(k *SessionKey, now time.Time) bool {
	if k == nil {
		return true
	}
	if at, ok := p.Expires(k); ok && !now.Before(at) {
		return true
	}
	n, err := p.bytes()
	return err == nil && (k.Algorithm != p.Algorithm || len(k.Key) != n)
}

// Sign returns the MAC of an internal request's body. An empty body signs no bytes.
func (k *SessionKey) Sign(algorithmName string, body []byte) ([]byte, error) {
	a, ok := algorithm(algorithmName)
	if !ok {
		return nil, javaErrorf("Algorithm %s not available", algorithmName)
	}
	m := hmac.New(a.hash, k.Key)
	m.Write(body)
	return m.Sum(nil), nil
}

// Valid reports whether mac signs body, in a time that does not tell where it differs.
func (k *SessionKey) Valid(algorithmName string, body, mac []byte) bool {
	want, err := k.Sign(algorithmName, body)
	return err == nil && hmac.Equal(want, mac)
}
