package pgoutput

import (
	"bytes"
	"encoding/binary"
	"errors"
)

var errShort = errors.New("the message ends too early")

func (d *Decoder) byte() (byte, error) {
	if d.pos >= d.end {
		return 0, errShort
	}
	d.pos++
	return d.buf[d.pos-1], nil
}

func (d *Decoder) uint16() (uint16, error) {
	if d.end-d.pos < 2 {
		return 0, errShort
	}
	d.pos += 2
	return binary.BigEndian.Uint16(d.buf[d.pos-2:]), nil
}

func (d *Decoder) uint32() (uint32, error) {
	if d.end-d.pos < 4 {
		return 0, errShort
	}
	d.pos += 4
	return binary.BigEndian.Uint32(d.buf[d.pos-4:]), nil
}

func (d *Decoder) uint64() (uint64, error) {
	if d.end-d.pos < 8 {
		return 0, errShort
	}
	d.pos += 8
	return binary.BigEndian.Uint64(d.buf[d.pos-8:]), nil
}

// text reads a string that ends with a zero byte.
func (d *Decoder) text() (string, error) {
	n := bytes.IndexByte(d.buf[d.pos:d.end], 0)
	if n < 0 {
		return "", errShort
	}
	s := string(d.buf[d.pos : d.pos+n])
	d.pos += n + 1
	return s, nil
}
