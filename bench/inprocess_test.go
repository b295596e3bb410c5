//go:build bench

package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/millrace/millrace/bench/records"
	"github.com/millrace/millrace/codec/codectest"
)

// inProcess measures the cases in process: ours, built with the program's profile, and the original's in turn.
func inProcess(t *testing.T, r *Report) {
	names, err := CaseNames()
	if err != nil {
		t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !wanted(name) })
	if len(names) == 0 {
		return
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "runner")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-pgo=../cmd/millrace/default.pgo", "-o", program, "./runner").CombinedOutput(); err != nil {
		t.Fatalf("bench/runner: %v\n%s", err, out)
	}
	ours := startPlayer(t, string(Millrace), program)
	var java *Player
	for _, name := range names {
		progress("%s", name)
		if !javaHas(name) {
			var s Samples
			for range 2 * *rounds {
				one, err := ours.Sample(name)
				if err != nil {
					t.Fatal(err)
				}
				s = append(s, one)
			}
			r.Results = append(r.Results, s.Measurement(Millrace))
			continue
		}
		if java == nil {
			if err := records.WriteFiles(dir, records.Sets()); err != nil {
				t.Fatal(err)
			}
			java = startPlayer(t, string(Java), filepath.Join("java", "run.sh"), dir)
		}
		of, err := Duel(ours, java, name, *rounds)
		if err != nil {
			t.Fatal(err)
		}
		r.JDK = of[1][0].JDK
		r.Results = append(r.Results, of[0].Measurement(Millrace), of[1].Measurement(Java))
	}
}

// startPlayer starts one that ends with t.
func startPlayer(t *testing.T, name, program string, args ...string) *Player {
	t.Helper()
	p, err := StartPlayer(t.Context(), name, program, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // the context of t has ended it
	return p
}

// javaHas reports whether bench/java measures a case.
func javaHas(name string) bool {
	step, rest, _ := strings.Cut(name, "/")
	return slices.Contains([]string{"json", "transform", "avro", "protobuf"}, step) && !strings.HasPrefix(rest, floorStep)
}

// peersInProcess runs the readers of Avro in Go by other people, into whatever they make of a record: bench/peers prints a JSON line for each.
func peersInProcess(t *testing.T, r *Report) {
	if !wanted("avro/decode") {
		return
	}
	schemas := codectest.NewSchemas()
	defer schemas.Close()
	file, err := os.Create(filepath.Join(t.TempDir(), "records.avro"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(WriteAvro(file, schemas), file.Close()); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", ".", file.Name())
	cmd.Dir, cmd.Stderr = "peers", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("bench/peers: %v", err)
	}
	for line := range bytes.Lines(out) {
		var m Measurement
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("bench/peers: %q: %v", line, err)
		}
		progress("%s: %s", m.Side, m.Case)
		r.Results = append(r.Results, m)
	}
}
