package cdc

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/millrace/millrace/batch"
)

// Masking is one of the keys column.mask.with.N.chars, column.truncate.to.N.chars and
// column.mask.hash[.v2].ALGORITHM.with.salt.SALT: which columns, and what becomes of their texts. Safe for concurrent use.
type Masking struct {
	columns Patterns
	rank    int    // the first kind that matches a column counts: truncate, mask, hash, hash v2
	stars   []byte // in place of every text, of null too
	length  int    // to cut texts to, in UTF-16 units
	hash    func() hash.Hash
	salt    string
}

// Kinds of maskings, in the order in which they are asked. Source: ColumnMappers.create.
const (
	rankTruncate = iota
	rankMask
	rankHash
	rankHash2
)

var hashes = map[string]func() hash.Hash{
	"MD5": md5.New, "SHA1": sha1.New, "SHA224": sha256.New224, "SHA256": sha256.New, "SHA384": sha512.New384, "SHA512": sha512.New,
}

// Maskings are all keys of a config, in the order in which they are asked.
type Maskings []*Masking

// ParseMaskings finds the keys among properties. Errors: a key that is written wrongly, or names an unknown algorithm.
func ParseMaskings(props map[string]string) (Maskings, error) {
	var keys []string
	for key := range props {
		if strings.HasPrefix(key, "column.mask.") || strings.HasPrefix(key, "column.truncate.") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var out Maskings
	for _, key := range keys {
		m, err := parseMasking(key)
		if err == nil {
			m.columns, err = ParsePatterns(key, props[key])
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b *Masking) int { return a.rank - b.rank })
	return out, nil
}

func parseMasking(key string) (*Masking, error) {
	if n, ok := cutNumber(key, "column.truncate.to."); ok {
		return &Masking{rank: rankTruncate, length: n}, nil
	}
	if n, ok := cutNumber(key, "column.mask.with."); ok {
		return &Masking{rank: rankMask, stars: []byte(strings.Repeat("*", n))}, nil
	}
	rest, ok := strings.CutPrefix(key, "column.mask.hash.")
	if !ok {
		return nil, fmt.Errorf("%s: write column.mask.with.N.chars, column.truncate.to.N.chars or column.mask.hash.v2.ALGORITHM.with.salt.SALT", key)
	}
	m := &Masking{rank: rankHash}
	if after, v2 := strings.CutPrefix(rest, "v2."); v2 {
		m.rank, rest = rankHash2, after
	}
	algorithm, salt, ok := strings.Cut(rest, ".with.salt.")
	m.hash, m.salt = hashes[strings.ToUpper(strings.ReplaceAll(algorithm, "-", ""))], salt
	if !ok || m.hash == nil {
		return nil, fmt.Errorf("%s: %q is no hash algorithm: MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 are known", key, algorithm)
	}
	return m, nil
}

func cutNumber(key, prefix string) (int, bool) {
	rest, ok := strings.CutPrefix(key, prefix)
	digits, ok2 := strings.CutSuffix(rest, ".chars")
	n, err := strconv.Atoi(digits)
	return n, ok && ok2 && err == nil && n >= 0
}

// Of returns the masking of a column by its full name, nil where there is none.
func (all Maskings) Of(column string) (*Masking, error) {
	for _, m := range all {
		if ok, err := m.columns.Match(column); ok || err != nil {
			return m, err
		}
	}
	return nil, nil
}

// Param is the schema parameter that a masking adds to its columns.
func (m *Masking) Param() batch.Param {
	if m.rank == rankTruncate {
		return batch.Param{Key: "truncateLength", Value: strconv.Itoa(m.length)}
	}
	return batch.Param{Key: "masked", Value: "true"}
}

// Bytes reports whether the masking changes binary columns too.
func (m *Masking) Bytes() bool { return m.rank == rankTruncate }

// Null returns what becomes of null; ok is false where it stays.
func (m *Masking) Null() (text []byte, ok bool) { return m.stars, m.rank == rankMask }

// Append appends what becomes of a text. width is the length that the column was declared with, 0 for none.
// Source: MaskStrings, TruncateColumn.
func (m *Masking) Append(dst, text []byte, width int) []byte {
	switch m.rank {
	case rankTruncate:
		return append(dst, cutUTF16(text, m.length)...)
	case rankMask:
		return append(dst, m.stars...)
	}
	h := m.hash()
	h.Write([]byte(m.salt))
	if m.rank == rankHash {
		h.Write(serialized(text))
	} else {
		h.Write(text)
	}
	from := len(dst)
	dst = hex.AppendEncode(dst, h.Sum(nil))
	if width > 0 && len(dst)-from > width {
		dst = dst[:from+width]
	}
	return dst
}

// AppendBytes appends binary content, cut.
func (m *Masking) AppendBytes(dst, content []byte) []byte {
	return append(dst, content[:min(len(content), m.length)]...)
}

// cutUTF16 cuts a text to n UTF-16 units; half a pair becomes a question mark, as Java encodes it.
func cutUTF16(text []byte, n int) []byte {
	if len(text) <= n {
		return text
	}
	units := utf16.Encode([]rune(string(text)))
	if len(units) <= n {
		return text
	}
	out := []byte(string(utf16.Decode(units[:n])))
	return []byte(strings.ReplaceAll(string(out), "\uFFFD", "?"))
}

// serialized is a String as java.io.ObjectOutputStream writes it: magic, version, kind, length, modified UTF-8.
func serialized(text []byte) []byte {
	body := make([]byte, 0, len(text))
	for _, u := range utf16.Encode([]rune(string(text))) {
		switch {
		case u != 0 && u < 0x80:
			body = append(body, byte(u))
		case u < 0x800:
			body = append(body, 0xc0|byte(u>>6), 0x80|byte(u&0x3f))
		default:
			body = append(body, 0xe0|byte(u>>12), 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
		}
	}
	out := []byte{0xac, 0xed, 0, 5}
	if len(body) <= 0xffff {
		out = binary.BigEndian.AppendUint16(append(out, 0x74), uint16(len(body)))
	} else {
		out = binary.BigEndian.AppendUint64(append(out, 0x7c), uint64(len(body)))
	}
	return append(out, body...)
}
