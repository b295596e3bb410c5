package hunt

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/millrace/millrace/fuzz/differential/corpus"
	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/peer"
	"github.com/millrace/millrace/fuzz/differential/protocol"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// reader answers toConnect of the number converters: the length decides, and LongConverter's values are real.
func reader(line []byte, wrong func(i int64) int64) []byte {
	n, err := protocol.Parse(line)
	if err != nil { // cut off, because the client gave this peer up while it wrote
		return []byte(`{"id":null,"error":{"type":"DataException","message":"unreadable"}}`)
	}
	out := fmt.Appendf(nil, `{"id":%s,`, n.Get("id").Text)
	answer := func(dst []byte, b64 *protocol.Node) []byte {
		b, _ := base64.StdEncoding.DecodeString(b64.Text)
		switch {
		case b64.Kind == protocol.NullNode:
			return append(dst, `{"schema":{"type":"int64","optional":true},"value":null}`...)
		case len(b) != 8:
			return append(dst, `{"error":{"type":"DataException","message":"length"}}`...)
		}
		i := wrong(int64(binary.BigEndian.Uint64(b)))
		return fmt.Appendf(dst, `{"schema":{"type":"int64","optional":true},"value":{"i64":"%d"}}`, i)
	}
	switch n.Get("op").Text {
	case "toConnect":
		body := answer(nil, n.Get("bytes"))
		if bytes.HasPrefix(body, []byte(`{"error"`)) {
			return append(out, body[1:]...)
		}
		return append(append(append(out, `"ok":`...), body...), '}')
	case "toConnectBatch":
		out = append(out, `"ok":{"items":[`...)
		for i := range n.Get("items").Items {
			if i > 0 {
				out = append(out, ',')
			}
			out = answer(out, &n.Get("items").Items[i])
		}
		return append(out, "]}}"...)
	}
	return append(out, `"ok":{}}`...)
}

// serve answers over pipes; dies says before which line the process ends.
func serve(name string, wrong func(int64) int64, dies func(line []byte) bool) *peer.Peer {
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	go func() {
		lines := bufio.NewScanner(fromClient)
		lines.Buffer(nil, 1<<24)
		for lines.Scan() {
			if dies(lines.Bytes()) {
				break
			}
			if _, err := toClient.Write(append(reader(lines.Bytes(), wrong), '\n')); err != nil {
				break
			}
		}
		toClient.Close()
		fromClient.Close()
	}()
	return peer.Over(name, fromServer, toServer)
}

func right(i int64) int64 { return i }
func never([]byte) bool   { return false }

func run(t *testing.T, wrong func(int64) int64, dies func([]byte) bool) (*Hunt, string) {
	t.Helper()
	flows, err := generate.Flows("number/read")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	h := New(Options{
		Dial: func() (*peer.Pair, error) {
			return &peer.Pair{Oracle: serve("oracle", right, never), Subject: serve("subject", wrong, dies), Patience: time.Minute}, nil
		},
		Flows: flows, Cases: 3000, Seed: 1, Corpus: t.TempDir(), Log: &log,
	})
	if err := h.Run(); err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	return h, log.String()
}

func TestHunt_EqualPeersHaveNoFindings(t *testing.T) {
	h, log := run(t, right, never)
	if len(h.Findings) != 0 || h.Tallies[0].Cases != 3000 || h.Tallies[0].Differences != 0 {
		t.Fatalf("findings %d, cases %d, differences %d\n%s", len(h.Findings), h.Tallies[0].Cases, h.Tallies[0].Differences, log)
	}
}

func TestHunt_WrongAnswerIsFoundAndShrunk(t *testing.T) {
	h, log := run(t, func(i int64) int64 {
		if i&0xff == 0x7f { // wrong for one number in many
			return i + 1
		}
		return i
	}, never)
	if len(h.Findings) == 0 {
		t.Fatalf("nothing found\n%s", log)
	}
	f := h.Findings[0]
	if f.Difference.Part != "value" || len(f.Trial.Items) != 1 || f.Trial.Batch || len(f.Trial.Plugins[0].Config) != 0 {
		t.Fatalf("not minimal: %s", trial.AppendStored(nil, f.Trial, f.Want))
	}
	entries, err := corpus.Load(h.Corpus)
	if err != nil || len(entries) != len(h.Findings) {
		t.Fatalf("%d corpus files for %d findings: %v", len(entries), len(h.Findings), err)
	}
	if misses, err := corpus.Replay(entries, serve("subject", right, never)); err != nil || len(misses) != 0 {
		t.Fatalf("a right subject misses %v: %v", misses, err)
	}
	if misses, err := corpus.Replay(entries, serve("subject", func(i int64) int64 { return i + 1 }, never)); err != nil || len(misses) != len(entries) {
		t.Fatalf("a wrong subject misses %d of %d: %v", len(misses), len(entries), err)
	}
}

func TestHunt_ProcessThatEndsIsFound(t *testing.T) {
	fatal := base64.StdEncoding.EncodeToString([]byte{0xff, 0xff})
	h, log := run(t, right, func(line []byte) bool { return bytes.Contains(line, []byte(fatal)) })
	if len(h.Findings) == 0 || h.Tallies[0].Differences == 0 {
		t.Fatalf("nothing found\n%s", log)
	}
	// Which converters have been asked when a process ends depends on how far the trials run ahead, so there can be
	// a finding for each of them.
	for _, f := range h.Findings {
		if f.Lost != "subject" || len(f.Trial.Items) != 1 || !bytes.Equal(f.Trial.Items[0].Bytes, []byte{0xff, 0xff}) {
			t.Fatalf("not the input that ends the process: %s\n%s", trial.AppendStored(nil, f.Trial, f.Want), log)
		}
	}
	if h.Tallies[0].Cases == 0 {
		t.Fatal("the hunt did not go on")
	}
}
