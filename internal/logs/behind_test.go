package logs

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
)

// slow is written to when somebody reads.
type slow struct {
	*io.PipeWriter
	text chan string
}

func newSlow() slow {
	r, w := io.Pipe()
	s := slow{w, make(chan string)}
	go func() {
		<-s.text
		var b bytes.Buffer
		_, _ = io.Copy(&b, r)
		s.text <- b.String()
	}()
	return s
}

// read returns all that is written until the pipe is closed.
func (s slow) read(until func()) string {
	s.text <- ""
	until()
	_ = s.Close()
	return <-s.text
}

func TestBehind_DoesNotWaitAndKeepsTheOrder(t *testing.T) {
	out := newSlow()
	log, stop := Behind(slog.New(slog.NewTextHandler(out, nil)))
	of := log.With("of", "it").WithGroup("g")
	for i := range behindMax + 7 {
		log.Debug("nobody wants it")
		of.Info("line", "n", i)
	}
	lines := strings.Split(out.read(stop), "\n")
	for i := range behindMax {
		if want := fmt.Sprintf("msg=line of=it g.n=%d", i); !strings.HasSuffix(lines[i], want) {
			t.Fatalf("line %d is %q", i, lines[i])
		}
	}
	// The goroutine may have had some in hand when the others came.
	if len(lines) < behindMax+2 || !strings.Contains(lines[len(lines)-2], "lines were left out") && len(lines) != behindMax+8 {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-2])
	}
}

func TestBehind_WritesAtOnceAfterStop(t *testing.T) {
	var b bytes.Buffer
	log, stop := Behind(slog.New(slog.NewTextHandler(&b, nil)))
	log.Info("before")
	stop()
	log.Info("after")
	if got := b.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "msg=after") {
		t.Error(got)
	}
}
