package codectest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
)

// Rewrite asks the original for the answers to the vectors of a file and writes them into it. oracle is
// the command that speaks the conformance protocol (e2e/oracle/run.sh) and prints itself with --about.
//
// Each line needs op, topic, one plugin and items; what else it has is replaced.
func Rewrite(ctx context.Context, t TB, path, oracle string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("codectest: %v", err)
	}
	about, err := exec.CommandContext(ctx, oracle, "--about").Output()
	if err != nil {
		t.Fatalf("codectest: %s --about: %v", oracle, err)
	}
	o := startOracle(ctx, t, oracle)
	defer o.stop()
	var out bytes.Buffer
	out.WriteString(`{"answers-of":` + strings.TrimSpace(string(about)) + "}\n")
	for line := range bytes.Lines(text) {
		var v question
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("codectest: %s: %v", path, err)
		}
		if v.Op == "" {
			continue // the first line
		}
		o.answer(&v)
		out.Write(encode(t, v))
	}
	if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
		t.Fatalf("codectest: %v", err)
	}
}

// question is a line of a file of vectors; what is not asked for stays as it is written.
type question struct {
	Op      Op                `json:"op"`
	Topic   string            `json:"topic"`
	Plugins []plugin          `json:"plugins"`
	Setup   json.RawMessage   `json:"setup,omitempty"`
	Items   []json.RawMessage `json:"items"`
	Answers []json.RawMessage `json:"answers,omitempty"`
}

type plugin struct {
	Class  string          `json:"class"`
	Config json.RawMessage `json:"config"`
	IsKey  bool            `json:"isKey"`
}

// oracle is a running process of the original.
type oracle struct {
	TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startOracle(ctx context.Context, t TB, command string) *oracle {
	t.Helper()
	o := &oracle{TB: t, cmd: exec.CommandContext(ctx, command)}
	var err error
	if o.in, err = o.cmd.StdinPipe(); err != nil {
		t.Fatalf("codectest: %v", err)
	}
	out, err := o.cmd.StdoutPipe()
	if err != nil {
		t.Fatalf("codectest: %v", err)
	}
	o.out = bufio.NewReader(out)
	if err := o.cmd.Start(); err != nil {
		t.Fatalf("codectest: %s: %v", command, err)
	}
	return o
}

// stop ends the process, which ends with its input.
func (o *oracle) stop() {
	_ = o.in.Close() // a process that is gone is seen by Wait
	if err := o.cmd.Wait(); err != nil {
		o.Errorf("codectest: %v", err)
	}
}

// answer fills setup or answers of v.
func (o *oracle) answer(v *question) {
	o.Helper()
	if len(v.Plugins) != 1 {
		o.Fatalf("codectest: %d plugins, not one", len(v.Plugins))
	}
	p, kind := v.Plugins[0], "converter"
	if strings.HasSuffix(string(v.Op), "Header") {
		kind = "headerConverter"
	}
	v.Setup, v.Answers = nil, nil
	reply := o.ask(map[string]any{"id": 0, "op": "configure", "handle": "h", "kind": kind, "class": p.Class, "config": p.Config, "isKey": p.IsKey})
	if reply.Error != nil {
		v.Setup = reply.Error
		return
	}
	for _, item := range v.Items {
		request := map[string]any{"id": 0, "op": v.Op, "handle": "h", "topic": v.Topic, "name": "h"}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(item, &members); err != nil {
			o.Fatalf("codectest: item %s: %v", item, err)
		}
		for name, m := range members {
			request[name] = m
		}
		if reply = o.ask(request); reply.Error != nil {
			v.Answers = append(v.Answers, json.RawMessage(`{"error":`+string(reply.Error)+`}`))
		} else {
			v.Answers = append(v.Answers, reply.OK)
		}
	}
	o.ask(map[string]any{"id": 0, "op": "close", "handle": "h"})
}

type reply struct {
	OK    json.RawMessage
	Error json.RawMessage
}

func (o *oracle) ask(request map[string]any) (r reply) {
	o.Helper()
	if _, err := o.in.Write(encode(o, request)); err != nil {
		o.Fatalf("codectest: oracle: %v", err)
	}
	line, err := o.out.ReadBytes('\n')
	if err != nil {
		o.Fatalf("codectest: oracle: %v", err)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		o.Fatalf("codectest: oracle answered %s: %v", line, err)
	}
	return r
}

// encode writes v as one line of JSON, < and > as they are.
func encode(t TB, v any) []byte {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatalf("codectest: %v", err)
	}
	return out.Bytes()
}
