package wire

import (
	"bytes"
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// nonceBytes are random, made once per Interposer, and never leave the process.
const nonceBytes = 16

// standInBytes is the size of a stand-in's value: nonce, batch, and filling, so that two do not fit into ClientBatchBytes.
const standInBytes = 256

// ClientBatchBytes is what the client is to take for the most that a wire batch of a topic with stand-ins may have.
const ClientBatchBytes = 512

// recordHead is what stands before the value in the only record of a batch: its length (2 bytes), attributes, deltas of
// timestamp and offset, no key, the length of the value (2 bytes).
const recordHead = 8

// standIn is what the client has for a batch.
func standIn(id uint64, nonce *[nonceBytes]byte) []byte {
	v := make([]byte, standInBytes)
	copy(v, nonce[:])
	binary.BigEndian.PutUint64(v[nonceBytes:], id)
	return v
}

// kind says what the records of a partition in a request are.
type kind int8

const (
	foreign kind = iota // records of the client's own, or none
	ours                // a stand-in
	odd                 // not as a stand-in was made
)

// readStandIn says what a wire batch of the client is, and which batch it stands for.
func readStandIn(b []byte, nonce *[nonceBytes]byte) (id uint64, k kind) {
	if !bytes.Contains(b, nonce[:]) {
		return 0, foreign
	}
	const at = wirebatch.HeadEnd + recordHead
	if len(b) != at+standInBytes+1 || b[wirebatch.MagicAt] != 2 || [nonceBytes]byte(b[at:]) != *nonce ||
		binary.BigEndian.Uint32(b[wirebatch.RowsAt:]) != 1 || b[wirebatch.AttrsAt+1]&wirebatch.CodecBits != 0 {
		return 0, odd
	}
	return binary.BigEndian.Uint64(b[at+nonceBytes:]), ours
}

// Compressor returns what the client compresses its own records with: c, but not stand-ins, whose handles it must not
// hide. c may be nil.
func (ip *Interposer) Compressor(c kgo.Compressor) kgo.Compressor { return sparing{ip, c} }

type sparing struct {
	ip *Interposer
	of kgo.Compressor
}

// Compress implements kgo.Compressor.
func (s sparing) Compress(dst *bytes.Buffer, src []byte, flags ...kgo.CompressFlag) ([]byte, kgo.CompressionCodecType) {
	if s.of == nil || bytes.Contains(src, s.ip.nonce[:]) {
		return src, kgo.CodecNone
	}
	return s.of.Compress(dst, src, flags...)
}
