package crash

// Point is a place in the program, by its name.
type Point string

// Step is a point and what is done, and not done, when the program dies there.
type Step struct {
	Point Point
	Here  string
}

// Source tasks.
const (
	SourceSend    Point = "source-send"
	SourceSent    Point = "source-sent"
	SourceAcked   Point = "source-acked"
	SourceTracked Point = "source-tracked"
	OffsetsWrite  Point = "offsets-write"
	OffsetsStored Point = "offsets-stored"
	SourceCommit  Point = "source-commit"
	TopicCreate   Point = "topic-create"
	TopicCreated  Point = "topic-created"
)

// Source tasks that deliver exactly once, and the alteration of their offsets.
const (
	TransactionFence     Point = "transaction-fence"
	TransactionFenced    Point = "transaction-fenced"
	TransactionInit      Point = "transaction-init"
	TransactionReady     Point = "transaction-ready"
	TransactionBegun     Point = "transaction-begun"
	TransactionSettled   Point = "transaction-settled"
	TransactionOffsets   Point = "transaction-offsets"
	TransactionCommitted Point = "transaction-committed"
	TransactionTold      Point = "transaction-told"
	TransactionAbort     Point = "transaction-abort"
	TransactionAborted   Point = "transaction-aborted"
	AlterBegun           Point = "alter-begun"
	AlterWritten         Point = "alter-written"
	AlterCommitted       Point = "alter-committed"
)

// Sink tasks and dead letters.
const (
	SinkPut       Point = "sink-put"
	SinkTaken     Point = "sink-taken"
	SinkFlush     Point = "sink-flush"
	SinkFlushed   Point = "sink-flushed"
	SinkCommit    Point = "sink-commit"
	SinkCommitted Point = "sink-committed"
	LetterTopic   Point = "letter-topic"
	LetterSend    Point = "letter-send"
	LetterAcked   Point = "letter-acked"
)

// Replays of dead letters.
const (
	ReplayLedger    Point = "replay-ledger"
	ReplayBegun     Point = "replay-begun"
	ReplayProduced  Point = "replay-produced"
	ReplayCommitted Point = "replay-committed"
	ReplayPut       Point = "replay-put"
	ReplayTaken     Point = "replay-taken"
	ReplayFlushed   Point = "replay-flushed"
)

// Offsets of a standalone worker.
const (
	FileWrite   Point = "offset-file-write"
	FileSync    Point = "offset-file-sync"
	FileRename  Point = "offset-file-rename"
	FileRenamed Point = "offset-file-renamed"
)

// Internal topics of a cluster.
const (
	InternalTopic    Point = "internal-topic"
	OwnOffsets       Point = "own-offsets"
	ConfigWrite      Point = "config-write"
	ConfigWritten    Point = "config-written"
	RemoveWrite      Point = "remove-write"
	RemoveWritten    Point = "remove-written"
	TasksWrite       Point = "tasks-write"
	TasksWritten     Point = "tasks-written"
	TasksCommitted   Point = "tasks-committed"
	TargetWrite      Point = "target-write"
	TargetWritten    Point = "target-written"
	TaskCountWrite   Point = "task-count-write"
	TaskCountWritten Point = "task-count-written"
	KeyWrite         Point = "session-key-write"
	KeyWritten       Point = "session-key-written"
	RestartWrite     Point = "restart-write"
	RestartWritten   Point = "restart-written"
	LeaderClaimed    Point = "leader-claimed"
	LeaderProduced   Point = "leader-produced"
	LeaderCommitted  Point = "leader-committed"
	StatusWrite      Point = "status-write"
	StatusWritten    Point = "status-written"
)

// The Schema Registry of millrace dev --data.
const (
	JournalWrite   Point = "journal-write"
	JournalWritten Point = "journal-written"
	JournalSynced  Point = "journal-synced"
)

// Points are all points.
var Points = []Step{
	{SourceSend, "polled rows are encoded, the producer does not have them"},
	{SourceSent, "the producer has rows, their acknowledgements come"},
	{SourceAcked, "brokers have acknowledged rows, nothing of ours knows it"},
	{SourceTracked, "the tracker knows acknowledged rows, their offsets are not written"},
	{OffsetsWrite, "offsets of acknowledged rows are about to be written"},
	{OffsetsStored, "offsets are written, the task does not know it"},
	{SourceCommit, "offsets are written, the connector is about to be told"},
	{TopicCreate, "the topic of rows is missing, and about to be created"},
	{TopicCreated, "the topic of rows is created, nothing was sent"},

	{TransactionFence, "the leader is about to fence older tasks"},
	{TransactionFenced, "older tasks are fenced, no task count record says so"},
	{TransactionInit, "older tasks are fenced, the task has no producer id"},
	{TransactionReady, "the task has its producer id, and does not know whether it is old"},
	{TransactionBegun, "a transaction is begun, nothing is in it"},
	{TransactionSettled, "all rows of a transaction are acknowledged, its offsets are not in it"},
	{TransactionOffsets, "rows and offsets are in the transaction, its commit is not asked for"},
	{TransactionCommitted, "the commit is answered, other topics with these offsets are not told"},
	{TransactionTold, "other topics are told, the connector is not"},
	{TransactionAbort, "the connector wants an abort, which is not asked for"},
	{TransactionAborted, "the abort is answered, the offsets behind it are not committed"},
	{AlterBegun, "a transaction for altered offsets is begun"},
	{AlterWritten, "altered offsets are in the transaction, its commit is not asked for"},
	{AlterCommitted, "the commit of altered offsets is answered, the request is not"},

	{SinkPut, "rows are about to be put"},
	{SinkTaken, "the connector has taken rows"},
	{SinkFlush, "a commit is due, the connector was not asked to flush"},
	{SinkFlushed, "the connector says what is durable, nothing is committed"},
	{SinkCommit, "offsets are about to be committed"},
	{SinkCommitted, "the commit of offsets is answered"},
	{LetterTopic, "the dead letter topic is created, no letter is in it"},
	{LetterSend, "a dead letter is about to be sent"},
	{LetterAcked, "brokers have a dead letter, its offset is not committed"},

	{ReplayLedger, "the topic that remembers replayed letters is created"},
	{ReplayBegun, "a transaction for replayed letters is begun"},
	{ReplayProduced, "records and what remembers them are in the transaction, its commit is not asked for"},
	{ReplayCommitted, "the transaction of replayed letters is committed"},
	{ReplayPut, "letters are about to be put into the sink"},
	{ReplayTaken, "the sink has taken letters, and was not asked to flush"},
	{ReplayFlushed, "the sink says that letters are durable, nothing remembers it"},

	{FileWrite, "the new offset file is there, and empty"},
	{FileSync, "the new offset file is written, and not synced"},
	{FileRename, "the new offset file is synced, the old one is in its place"},
	{FileRenamed, "the new offset file is in its place, the folder is not synced"},

	{InternalTopic, "an internal topic is created"},
	{OwnOffsets, "a connector's own topic has its offsets, the worker's does not"},
	{ConfigWrite, "a connector's config is about to be written"},
	{ConfigWritten, "a connector's config is written, the request is not answered"},
	{RemoveWrite, "a connector is about to be removed"},
	{RemoveWritten, "a connector is removed, the request is not answered"},
	{TasksWrite, "task configs are about to be written"},
	{TasksWritten, "task configs are written, their commit is not"},
	{TasksCommitted, "the commit of task configs is written, nobody has been told"},
	{TargetWrite, "a connector's target state is about to be written"},
	{TargetWritten, "a connector's target state is written, the request is not answered"},
	{TaskCountWrite, "a task count record is about to be written"},
	{TaskCountWritten, "a task count record is written, no task has started"},
	{KeyWrite, "a session key is about to be written"},
	{KeyWritten, "a session key is written"},
	{RestartWrite, "a request to restart is about to be written"},
	{RestartWritten, "a request to restart is written, it is not answered"},
	{LeaderClaimed, "the leader has its producer id, and has written nothing"},
	{LeaderProduced, "records of the leader are in its transaction, the commit is not asked for"},
	{LeaderCommitted, "the commit of the leader's records is answered"},
	{StatusWrite, "statuses are about to be written"},
	{StatusWritten, "statuses are written"},

	{JournalWrite, "a schema is about to be written"},
	{JournalWritten, "a schema is written, and not synced"},
	{JournalSynced, "a schema is on disk, the request is not answered"},
}
