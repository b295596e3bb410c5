package wire

import "errors"

// sequences is how many sequence numbers there are; they begin again at 0.
// Source: DefaultRecordBatch.incrementSequence.
const sequences = 1 << 31

var errOutOfOrder = errors.New("the client library numbers wire batches in an order that was not theirs")

// numbering gives batches of one partition their first sequence numbers.
//
// The client counts stand-ins, the broker rows. The client numbers batches of a producer id and epoch from 0 on, in
// their order, each by what was acknowledged and what waits before it; when it gives up batches, which are all that wait, it
// gives their numbers to those that follow; where it has begun anew with a partition, it is from 0 on. So a batch's number of
// rows is that of the rows before it, without what was given up and what came before the client began.
//
// Invariant: points has the batches that are not acknowledged, those that were given up since the last acknowledgement
// among them, by ascending ordinal.
type numbering struct {
	next   point   // of the next batch
	points []point // where batches begin

	begun  bool
	id     int64
	epoch  int16
	origin point // of sequence 0
}

// point is where a batch begins: batches and rows of the partition before it.
type point struct{ batch, rows int64 }

// begin returns the ordinal of the next batch. The one before it has ended.
func (n *numbering) begin() int64 {
	n.points = append(n.points, n.next)
	n.next.batch++
	return n.next.batch - 1
}

// end says how many rows the batch has that was begun last.
func (n *numbering) end(rows int) { n.next.rows += int64(rows) }

// acknowledged forgets what nobody asks for after a batch was acknowledged.
func (n *numbering) acknowledged(batch int64) {
	i := 0
	for i < len(n.points) && n.points[i].batch <= batch {
		i++
	}
	n.points = n.points[:copy(n.points, n.points[i:])]
}

// sequence is the first sequence number of a batch to which the client gave number.
//
// Errors: the client has numbered it in a way that no order of batches explains.
func (n *numbering) sequence(batch, id int64, epoch int16, number int32) (int32, error) {
	at, ok := n.point(batch)
	if !ok {
		return 0, errOutOfOrder
	}
	if n.begun && n.id == id && n.epoch == epoch {
		given := (batch - n.origin.batch - int64(number)) & (sequences - 1)
		if given == 0 {
			return n.at(at), nil
		}
		if first, ok := n.point(batch - given); ok && number > 0 { // so many before it were given up
			n.origin.batch += given
			n.origin.rows += at.rows - first.rows
			return n.at(at), nil
		}
	}
	// The client began at 0, with this one or one before it that is not acknowledged.
	first, ok := n.point(batch - int64(number))
	if !ok {
		return 0, errOutOfOrder
	}
	n.begun, n.id, n.epoch, n.origin = true, id, epoch, first
	return n.at(at), nil
}

// at is the sequence number of where a batch begins.
func (n *numbering) at(p point) int32 { return int32((p.rows - n.origin.rows) & (sequences - 1)) }

// point finds where a batch begins.
func (n *numbering) point(batch int64) (point, bool) {
	if len(n.points) == 0 {
		return point{}, false
	}
	i := batch - n.points[0].batch
	if i < 0 || i >= int64(len(n.points)) {
		return point{}, false
	}
	return n.points[i], true
}
