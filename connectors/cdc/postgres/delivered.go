package postgres

import (
	"strconv"
	"strings"
)

// delivered are the transactions that the stream had last.
type delivered struct {
	xids [512]uint32
	next int
}

func (d *delivered) add(xid uint32) {
	if last := d.xids[(d.next+len(d.xids)-1)%len(d.xids)]; last == xid {
		return
	}
	d.xids[d.next] = xid
	d.next = (d.next + 1) % len(d.xids)
}

// by reports whether a state of the database, as txid_current_snapshot writes it, sees all of them. It is
// xmin:xmax:xip,xip,…: from xmax on none is seen, and before it all but those in the list.
func (d *delivered) by(snapshot string) bool {
	part := strings.Split(snapshot, ":")
	if len(part) != 3 {
		return false
	}
	low := func(s string) uint32 { // without the epoch
		v, _ := strconv.ParseUint(s, 10, 64) // the server's
		return uint32(v)
	}
	xmax := low(part[1])
	open := map[uint32]bool{}
	for text := range strings.SplitSeq(part[2], ",") {
		if text != "" {
			open[low(text)] = true
		}
	}
	for _, xid := range d.xids {
		if xid != 0 && (int32(xid-xmax) >= 0 || open[xid]) {
			return false
		}
	}
	return true
}
