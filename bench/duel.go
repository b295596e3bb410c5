package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/millrace/millrace/bench/meter"
)

// Turns calls one for each side in turn, rounds times there and back: A-B-B-A for two. What the machine does meanwhile, and how it
// warms up, then meets all sides alike.
func Turns(sides, rounds int, one func(side int) error) error {
	for range rounds {
		for k := range sides {
			if err := one(k); err != nil {
				return err
			}
		}
		for k := range sides {
			if err := one(sides - 1 - k); err != nil {
				return err
			}
		}
	}
	return nil
}

// Player is a program that measures cases in process on request: bench/runner of some commit, or bench/java.
type Player struct {
	Name string // for errors

	cmd     *exec.Cmd
	names   io.WriteCloser
	samples *bufio.Reader
}

// StartPlayer starts one. It ends with ctx, or with Close.
func StartPlayer(ctx context.Context, name, program string, args ...string) (*Player, error) {
	p := &Player{Name: name, cmd: exec.CommandContext(ctx, program, args...)}
	p.cmd.Stderr = os.Stderr
	var err error
	if p.names, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.samples = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// Sample asks for one more sample of a case. Errors: ErrNoCase where the program has no case of that name.
func (p *Player) Sample(name string) (Sample, error) {
	if _, err := fmt.Fprintln(p.names, name); err != nil {
		return Sample{}, fmt.Errorf("%s: %w", p.Name, err)
	}
	line, err := p.samples.ReadBytes('\n')
	if err != nil {
		return Sample{}, fmt.Errorf("%s: %s: it has ended: %w", p.Name, name, err)
	}
	var s Sample
	if err := json.Unmarshal(line, &s); err != nil {
		return Sample{}, fmt.Errorf("%s: %q: %w", p.Name, line, err)
	}
	switch {
	case strings.HasPrefix(s.Error, ErrNoCase.Error()):
		return Sample{}, fmt.Errorf("%s: %w: %q", p.Name, ErrNoCase, name)
	case s.Error != "":
		return Sample{}, fmt.Errorf("%s: %s: %s", p.Name, name, s.Error)
	}
	return s, nil
}

// Close lets the program end and waits for it.
func (p *Player) Close() error { return errors.Join(p.names.Close(), p.cmd.Wait()) }

// Samples are those of one case on one side.
type Samples []Sample

// CPU returns the processor nanoseconds a record of each.
func (s Samples) CPU() []float64 {
	v := make([]float64, len(s))
	for i := range s {
		v[i] = s[i].NsPerRecord
	}
	return v
}

// Duel takes samples of a case from two players, A-B-B-A.
func Duel(a, b *Player, name string, rounds int) (of [2]Samples, err error) {
	sides := [2]*Player{a, b}
	err = Turns(len(sides), rounds, func(k int) error {
		s, err := sides[k].Sample(name)
		of[k] = append(of[k], s)
		return err
	})
	return of, err
}

// Measurement is what samples come to: medians, and the lowest and highest.
func (s Samples) Measurement(side Side) Measurement {
	m := Measurement{Case: s[0].Case, Side: side, BytesPerRecord: s[0].BytesPerRecord, Allocations: float64(s[0].Allocations) / float64(s[0].Records)}
	m.setCPU(s.CPU())
	var walls []float64
	for _, one := range s {
		walls = append(walls, one.WallNs)
	}
	m.RecordsPerSec = 1e9 / meter.Median(walls)
	return m
}
