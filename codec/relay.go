package codec

import "github.com/millrace/millrace/batch"

// RelayMaker is a Converter that can tell which records it would write as the bytes that another one, mostly of its own class, reads.
type RelayMaker interface {
	// NewRelay returns a relay whose memory is its own, one per goroutine, for records that from reads and the converter writes; nil where no
	// record is known to stay as it is.
	NewRelay(from Converter) Relay
}

// Relay finds the records that decoding and encoding would leave as they are: the same bytes would be written that were read, or a part of
// them in one piece. Decoding and encoding is its twin.
type Relay interface {
	// Same sets out[i] to where the text of row i lies in the buffers of in.Values, for the selected rows that are present and that it finds.
	// It appends the other rows that are present to rest: they are to be decoded and encoded. Rows of null bytes are in neither: whoever
	// makes a relay writes them as null bytes.
	//
	// Shape: out has one view per row of in.Values.
	Same(in *Input, out []batch.View, rest batch.Selection) batch.Selection
}
