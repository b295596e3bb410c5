// Check compares this working tree with another commit: processor time and allocations a record of some cases in process, of programs
// of both that are asked in turn, A-B-B-A. It fails where a case allocates more, or is slower by more than a twentieth and more than its
// samples differ among themselves ("make bench-check").
//
// Both programs measure with the cases of this tree where they can be built against the other commit, else each with its own.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"

	"github.com/millrace/millrace/bench"
)

// errWorse says that the table names cases that became worse.
var errWorse = errors.New("worse than the base")

func main() {
	base := flag.String("base", "", "commit to compare with: where this branch left main; on main HEAD, where files differ from it, else the commit before")
	only := flag.String("only", "", "regular expression of the cases, instead of the chosen ones")
	rounds := flag.Int("rounds", 3, "how often A-B-B-A: two samples a side each time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *base, *only, *rounds)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-check:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, base, only string, rounds int) (err error) {
	names, err := cases(only)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "bench-check")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	commit, programs, err := build(ctx, folder, base)
	if err != nil {
		return err
	}
	fmt.Printf("base %s\n", commit)
	before, err := bench.StartPlayer(ctx, "base", programs[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, before.Close()) }()
	now, err := bench.StartPlayer(ctx, "now", programs[1])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, now.Close()) }()
	sides := [2]*bench.Player{before, now}
	var all []bench.Verdict
	worse := false
	for _, name := range names {
		v, err := judge(sides, name, rounds)
		if errors.Is(err, bench.ErrNoCase) {
			fmt.Printf("%s: not on both sides\n", name)
			continue
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s\n", name)
		all = append(all, v)
		worse = worse || v.Worse()
	}
	if err := bench.WriteVerdicts(os.Stdout, all); err != nil {
		return err
	}
	if worse {
		return errWorse
	}
	return nil
}

// judge takes as many samples again where the first say that a case is worse, and lets all of them decide.
func judge(sides [2]*bench.Player, name string, rounds int) (v bench.Verdict, err error) {
	var all [2]bench.Samples
	for range 2 {
		more, err := bench.Duel(sides[0], sides[1], name, rounds)
		if err != nil {
			return v, err
		}
		for k := range all {
			all[k] = append(all[k], more[k]...)
		}
		if v = bench.Judge(all[0], all[1]); !v.Worse() {
			break
		}
	}
	return v, nil
}

// cases are the chosen ones, or all that an expression matches.
func cases(only string) ([]string, error) {
	if only == "" {
		return chosen(), nil
	}
	re, err := regexp.Compile(only)
	if err != nil {
		return nil, err
	}
	all, err := bench.CaseNames()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range all {
		if re.MatchString(name) {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil, fmt.Errorf("no case matches %q", only)
	}
	return names, nil
}

// chosen are the cases of the paths that most records take: consuming, the converters, the fused chain, and what joins them.
func chosen() []string {
	return []string{
		"pipeline/topic-bytes-null/record", "pipeline/topic-bytes-null/wire", "pipeline/topic-json-null/wire", "pipeline/topic-bytes-topic/record",
		"json/decode/schemaless", "json/encode/schemaless", "json/chain-none/schemaless", "json/chain-five/schemaless", "transform/five/schemaless",
		"json/decode/envelope", "json/encode/envelope", "json/chain-five/envelope", "transform/five/envelope",
		"json/decode/nested/schemaless",
		"avro/decode", "avro/encode", "avro/tojson", "protobuf/decode", "protobuf/encode",
	}
}
