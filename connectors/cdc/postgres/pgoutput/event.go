package pgoutput

// Kind says what an event is: the letter of its message.
type Kind byte

// The kinds of events.
const (
	Begin    Kind = 'B'
	Commit   Kind = 'C'
	Insert   Kind = 'I'
	Update   Kind = 'U'
	Delete   Kind = 'D'
	Truncate Kind = 'T'
	Message  Kind = 'M'
)

// Event is one thing that happened, in the order of the stream.
type Event struct {
	LSN   uint64 // of its record; of a commit: the end of the transaction
	Tx    int32  // number in Transactions
	Index int32  // how many events of one LSN and transaction came before it
	Kind  Kind
}

// NoTransaction is the Tx of a message outside of transactions.
const NoTransaction int32 = -1

// Transaction is what rows of a transaction share.
type Transaction struct {
	XID        uint32
	FinalLSN   uint64 // of its commit record
	CommitTime int64  // microseconds since 1970
	Origin     string // "" for the server itself
	OriginLSN  uint64
	Before     uint64 // end LSN of the transaction that was committed before, 0 for none
	Resumed    bool   // what of it was done before the stream began is left out
}

// LogicalMessage is what pg_logical_emit_message wrote.
type LogicalMessage struct {
	Event         int32
	Transactional bool
	LSN           uint64
	Prefix        string
	Content       Cell
}

// epochMicros is 2000-01-01 in microseconds since 1970: PostgreSQL counts from there.
const epochMicros = 946_684_800_000_000
