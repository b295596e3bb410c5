package produce

import (
	"sync/atomic"
	"time"
)

// shipment is one Send until the last of its rows has a result.
type shipment struct {
	p    *Records
	sink AckSink
	late *patience // when rows may be given up; nil is never
	now  time.Time
	left atomic.Int64 // rows without a result, and one until all were handed over
}

func (p *Records) newShipment(rows int, sink AckSink) *shipment {
	d := &shipment{p: p, sink: sink}
	d.left.Store(int64(rows) + 1)
	if p.within > 0 {
		d.late = newPatience(p.within)
	}
	return d
}

// results counts results.
func (d *shipment) results(n int) {
	if d.left.Add(-int64(n)) == 0 {
		d.p.ended()
	}
}
