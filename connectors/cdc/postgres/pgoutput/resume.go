package pgoutput

// Resume is the last event that was done before a stream began, inside a transaction that the server sends anew from
// its beginning. The zero value is nothing.
type Resume struct {
	XID   uint32 // of the transaction
	LSN   uint64 // of the event
	Index int32  // of the event among those of its LSN; -1: not known
}

// start decides, at the beginning of a transaction, whether events of it are to be left out.
func (d *Decoder) start(xid uint32) {
	d.skipping = d.Resume.LSN != 0 && d.Resume.XID == xid
}

// done reports whether an event was done before. Several events may have one LSN, of rows that one record holds;
// where it is not known how many of them were done, it was the first at least.
func (d *Decoder) done(kind Kind, lsn uint64, index int32) bool {
	if kind == Begin {
		return true
	}
	switch r := &d.Resume; {
	case lsn < r.LSN:
		return true
	case lsn > r.LSN:
		d.finish()
		return false
	case r.Index < 0:
		return index == 0
	default:
		return index <= r.Index
	}
}

// finish ends the leaving out.
func (d *Decoder) finish() { d.skipping, d.Resume = false, Resume{} }
