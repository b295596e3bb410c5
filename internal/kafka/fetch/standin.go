package fetch

import (
	"encoding/binary"

	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// standInAttrBits are what a stand-in has of the original's attributes.
const standInAttrBits = wirebatch.LogAppendBit | wirebatch.TransactionBit

// nonceBytes are random, made once per Interposer, and never leave the process: no record that someone wrote to a
// topic is taken for a stand-in.
const nonceBytes = 16

// handleBytes is the size of a stand-in's value: nonce, response, run.
const handleBytes = nonceBytes + 8 + 4

// handle names a run of a response.
type handle struct {
	response uint64
	run      uint32
}

func (h handle) appendTo(dst []byte, nonce *[nonceBytes]byte) []byte {
	dst = append(dst, nonce[:]...)
	dst = binary.BigEndian.AppendUint64(dst, h.response)
	return binary.BigEndian.AppendUint32(dst, h.run)
}

// readHandle is appendTo's inverse; ok is false for any other value.
func readHandle(value []byte, nonce *[nonceBytes]byte) (h handle, ok bool) {
	if len(value) != handleBytes || [nonceBytes]byte(value) != *nonce {
		return handle{}, false
	}
	return handle{binary.BigEndian.Uint64(value[nonceBytes:]), binary.BigEndian.Uint32(value[nonceBytes+8:])}, true
}

// appendStandIn appends the record batch of one record that the client gets instead of a run that begins with the
// batch first and ends at offset last: the same header, so that the client decides about it as about the original,
// and the run's last offset, so that it goes on behind the run.
//
// The record's timestamp is the greatest of the run, not its last row's.
func appendStandIn(dst, first []byte, last, maxTime int64, h handle, nonce *[nonceBytes]byte) []byte {
	at := len(dst)
	dst = append(dst, first[:wirebatch.HeadEnd]...)
	b := dst[at:]
	delta := int32(last - int64(binary.BigEndian.Uint64(b)))
	binary.BigEndian.PutUint16(b[wirebatch.AttrsAt:], binary.BigEndian.Uint16(b[wirebatch.AttrsAt:])&standInAttrBits)
	binary.BigEndian.PutUint32(b[wirebatch.DeltaAt:], uint32(delta))
	binary.BigEndian.PutUint64(b[wirebatch.BaseAt:], uint64(maxTime))
	binary.BigEndian.PutUint64(b[wirebatch.MaxAt:], uint64(maxTime))
	binary.BigEndian.PutUint32(b[wirebatch.RowsAt:], 1)

	var rec [64]byte
	r := append(rec[:0], 0, 0)               // attributes, timestamp delta
	r = binary.AppendVarint(r, int64(delta)) // offset delta
	r = binary.AppendVarint(r, -1)           // no key
	r = binary.AppendVarint(r, handleBytes)  // value
	r = h.appendTo(r, nonce)                 //
	r = append(r, 0)                         // no headers
	dst = binary.AppendVarint(dst, int64(len(r)))
	dst = append(dst, r...)

	wirebatch.Seal(dst[at:])
	return dst
}
