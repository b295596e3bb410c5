package kerberos

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jcmturner/gokrb5/v8/types"
)

// fileBytesMax bounds what is read of a cache or keytab: both are named by configs.
const fileBytesMax = 1 << 20

// readFile reads a file that must not be large.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, fileBytesMax+1))
	if err == nil && len(text) > fileBytesMax {
		err = fmt.Errorf("%s has more than %d bytes", path, fileBytesMax)
	}
	return text, err
}

// fromCache reads the ticket of a cache file.
func fromCache(path string) (*grant, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return parseCache(path, text)
}

// parseCache finds the ticket-granting ticket in a file of version 3 or 4:
//
//	5, version            1 byte each
//	header                version 4: 2 bytes of length, and as many
//	principal             whom the cache is for
//	credentials           until the end: client, server, key, times, flags, addresses, authorizations, tickets
//
// Numbers are big endian, texts have 4 bytes of length in front. The library's own reader takes the counts in the file
// at their word, and memory by them.
// Source: MIT Kerberos, formats/ccache_file_format.
func parseCache(path string, text []byte) (*grant, error) {
	r := &cacheReader{rest: text}
	if start := r.take(2); r.bad || start[0] != 5 || start[1] != 3 && start[1] != 4 {
		return nil, fmt.Errorf("%s is no ticket cache of version 3 or 4", path)
	} else if start[1] == 4 {
		r.take(int(r.uint16()))
	} else {
		r.old = true
	}
	name, realm := r.principal()
	var found *grant
	for !r.bad && len(r.rest) > 0 {
		server, g := r.credential()
		if found == nil && server.Equal(granting(realm)) {
			g.name, g.realm, found = name, realm, g
		}
	}
	switch {
	case r.bad:
		return nil, fmt.Errorf("%s is no ticket cache: it ends in the middle", path)
	case found == nil:
		return nil, fmt.Errorf("%s has no ticket of realm %s", path, realm)
	}
	return found, nil
}

// cacheReader takes values off a cache file. After one that is not all there, everything is empty.
type cacheReader struct {
	rest []byte
	old  bool // version 3
	bad  bool
}

func (r *cacheReader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.rest) {
		r.bad, r.rest = true, nil
		return make([]byte, 4)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *cacheReader) uint16() uint16 { return binary.BigEndian.Uint16(r.take(2)) }
func (r *cacheReader) uint32() uint32 { return binary.BigEndian.Uint32(r.take(4)) }
func (r *cacheReader) data() []byte   { return r.take(int(r.uint32())) }

func (r *cacheReader) time() time.Time {
	if s := r.uint32(); s != 0 {
		return time.Unix(int64(s), 0)
	}
	return time.Time{}
}

func (r *cacheReader) principal() (types.PrincipalName, string) {
	p := types.PrincipalName{NameType: int32(r.uint32())}
	parts := r.uint32()
	realm := string(r.data())
	for i := uint32(0); i < parts && !r.bad; i++ {
		p.NameString = append(p.NameString, string(r.data()))
	}
	return p, realm
}

// tagged passes over a list of values with types.
func (r *cacheReader) tagged() {
	for n := r.uint32(); n > 0 && !r.bad; n-- {
		r.uint16()
		r.data()
	}
}

func (r *cacheReader) credential() (server types.PrincipalName, g *grant) {
	g = &grant{}
	r.principal()
	server, _ = r.principal()
	g.key.KeyType = int32(r.uint16())
	if r.old {
		r.uint16() // the type once more
	}
	g.key.KeyValue = r.data()
	asked := r.time()
	g.start, g.end, g.renews = r.time(), r.time(), r.time()
	if g.start.IsZero() {
		g.start = asked
	}
	r.take(5) // whether the key is a session's, and flags
	r.tagged()
	r.tagged()
	g.ticket = r.data()
	r.data()
	return server, g
}
