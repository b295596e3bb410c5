package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/internal/kafka/wirebatch"
)

// The topics of a standInBroker: what is fetched of the first never ends, the second forgets what it takes.
const (
	standInFrom = "from"
	standInTo   = "to"
)

// ServeStandIn is a broker without a disk until in ends: its cost is not counted where it is a process of its own. Every fetch of its
// one topic has the same record batches of that many records; with lz4 they are compressed. The first line it writes is its address.
func ServeStandIn(in io.Reader, out io.Writer, rows int, lz4 bool) error {
	one, err := wireBatch(rows, lz4)
	if err != nil {
		return err
	}
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SleepOutOfOrder(), kfake.SeedTopics(1, standInFrom, standInTo),
		kfake.SyntheticFetch(kfake.SyntheticBatch{Batch: one}), kfake.BlackholeProduce())
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Fprintln(out, c.ListenAddrs()[0])
	_, err = io.Copy(io.Discard, in)
	return err
}

// wireBatch is a record batch of the first n records of the plain data set.
func wireBatch(n int, lz4 bool) ([]byte, error) {
	var text bytes.Buffer
	if err := records.Write(&text, false); err != nil {
		return nil, err
	}
	var recs []byte
	lines := bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n"))
	for i, line := range lines[:n] {
		r := kmsg.Record{OffsetDelta: int32(i), Value: line}
		r.Length = int32(len(r.AppendTo(nil)) - 1)
		recs = r.AppendTo(recs)
	}
	b := kmsg.RecordBatch{PartitionLeaderEpoch: -1, Magic: 2, LastOffsetDelta: int32(n - 1), FirstTimestamp: 1_700_000_000_000,
		MaxTimestamp: 1_700_000_000_000, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1, NumRecords: int32(n), Records: recs}
	if lz4 {
		c, err := kgo.DefaultCompressor(kgo.Lz4Compression())
		if err != nil {
			return nil, err
		}
		packed, kind := c.Compress(new(bytes.Buffer), recs)
		b.Records, b.Attributes = packed, int16(kind)
	}
	raw := b.AppendTo(nil)
	wirebatch.Seal(raw)
	return raw, nil
}

// standInBroker is such a broker in a process of its own.
type standInBroker struct {
	address string
	cmd     *exec.Cmd
	in      io.Closer
}

// startStandIn starts one. This process must be bench/runner, whose flags say that it is to serve.
func startStandIn(rows int, lz4 bool) (*standInBroker, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	b := &standInBroker{cmd: exec.CommandContext(context.Background(), program, "-serve", fmt.Sprint(rows), fmt.Sprintf("-lz4=%v", lz4))}
	b.cmd.Stderr = os.Stderr
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the stand-in of a broker has ended: %w", err), b.close())
	}
	b.address = strings.TrimSpace(line)
	return b, nil
}

func (b *standInBroker) close() error { return errors.Join(b.in.Close(), b.cmd.Wait()) }
