// Command difftest puts the same requests to the original Java classes and to this project, and compares the answers.
//
//	go run ./fuzz/differential/cmd/difftest -oracle e2e/oracle/run.sh -subject 'bin/millrace conformance' -kind json -n 100000 -time 2m
//
// It exits with 1 when it finds a difference that is not a known one; the minimal case is kept under -corpus.
// With -replay it asks only the subject and compares with the stored answers. With -record it writes the seed corpus.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/millrace/millrace/codec/codectest"
	"github.com/millrace/millrace/fuzz/differential/corpus"
	"github.com/millrace/millrace/fuzz/differential/generate"
	"github.com/millrace/millrace/fuzz/differential/hunt"
	"github.com/millrace/millrace/fuzz/differential/peer"
)

var errDiffers = errors.New("the subject differs from the original")

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "difftest:", err)
		os.Exit(1)
	}
}

func run() error {
	oracle := flag.String("oracle", "e2e/oracle/run.sh", "`command` that answers with the original classes")
	subject := flag.String("subject", "", "`command` that answers with this project's engine")
	kinds := flag.String("kind", "all", "comma-separated `kinds`: json, string, bytes, number, header, literal, transform, chain, predicate, debezium, script, each also with a direction (json/read), or all")
	n := flag.Int("n", 10_000, "`cases` for each kind and direction")
	seed := flag.Uint64("seed", 1, "`seed` of the generators: the same seed gives the same cases")
	limit := flag.Duration("time", 0, "`time` for all kinds together; 0 sets no limit")
	dir := flag.String("corpus", "fuzz/differential/corpus", "`folder` for minimal cases; empty keeps none")
	findings := flag.Int("findings", 20, "distinct `findings` after which to end")
	patience := flag.Duration("patience", time.Minute, "longest `wait` for the answers to one trial")
	inject := flag.String("inject", "", "`old=>new`: replace text in the subject's answers, to prove that a wrong answer is found")
	messages := flag.Int("messages", 0, "`pairs` of differing error messages to print for each kind and direction")
	replay := flag.String("replay", "", "replay the stored cases of a `folder or file` on the subject; needs no original")
	record := flag.String("record", "", "write the seed corpus into a `folder`")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	schemas := codectest.NewSchemas()
	defer schemas.Close()
	start := func(name, command string) (*peer.Peer, error) {
		p, err := peer.Start(name, command)
		if err == nil {
			p.Replace(codectest.SchemasURL, schemas.URL)
		}
		return p, err
	}
	if *record != "" {
		return recordSeed(*record, *oracle, start)
	}
	if *subject == "" {
		return errors.New("-subject names no command")
	}
	startSubject := func() (*peer.Peer, error) {
		p, err := start("subject", *subject)
		if err == nil && *inject != "" {
			old, new, ok := strings.Cut(*inject, "=>")
			if !ok {
				return nil, fmt.Errorf("-inject %q: want old=>new", *inject)
			}
			p.Rewrite(func(line []byte) []byte { return []byte(strings.ReplaceAll(string(line), old, new)) })
		}
		return p, err
	}
	if *replay != "" {
		return replayCorpus(*replay, startSubject)
	}
	flows, err := generate.Flows(strings.Split(*kinds, ",")...)
	if err != nil {
		return err
	}
	versions, err := about(*oracle)
	if err != nil {
		return err
	}
	fmt.Printf("original: %s\n", versions)
	h := hunt.New(hunt.Options{
		NumericText: oldJDK(versions),
		Dial: func() (*peer.Pair, error) {
			o, err := start("oracle", *oracle)
			if err != nil {
				return nil, err
			}
			s, err := startSubject()
			if err != nil {
				o.Kill()
				return nil, err
			}
			return &peer.Pair{Oracle: o, Subject: s, Patience: *patience}, nil
		},
		Flows: flows, Cases: *n, Time: *limit, Seed: *seed, Corpus: *dir, FindingMax: *findings, Log: os.Stdout,
	})
	err = h.Run()
	h.Messages(os.Stdout, *messages)
	h.Summary(os.Stdout)
	if err != nil {
		return err
	}
	if len(h.Findings) > 0 {
		return fmt.Errorf("%w in %d ways", errDiffers, len(h.Findings))
	}
	return nil
}

func replayCorpus(dir string, start func() (*peer.Peer, error)) error {
	entries, err := corpus.Load(dir)
	if err != nil {
		return err
	}
	p, err := start()
	if err != nil {
		return err
	}
	misses, err := corpus.Replay(entries, p)
	if err != nil {
		p.Kill()
		return err
	}
	items := 0
	for _, e := range entries {
		items += max(len(e.Items), 1)
	}
	for _, m := range misses {
		fmt.Println(m)
	}
	fmt.Printf("%d trials, %d cases, %d differences\n", len(entries), items, len(misses))
	if err := p.Close(); err != nil {
		return err
	}
	if len(misses) > 0 {
		return errDiffers
	}
	return nil
}

func recordSeed(dir, oracle string, start func(name, command string) (*peer.Peer, error)) error {
	about, err := about(oracle)
	if err != nil {
		return err
	}
	p, err := start("oracle", oracle)
	if err != nil {
		return err
	}
	var entries []corpus.Entry
	for _, t := range generate.Seeds() {
		entries = append(entries, corpus.Entry{Trial: t})
	}
	if err := corpus.Answer(entries, p); err != nil {
		p.Kill()
		return err
	}
	if err := p.Close(); err != nil {
		return err
	}
	byKind := map[string][]corpus.Entry{}
	for _, e := range entries {
		byKind[e.Kind] = append(byKind[e.Kind], e)
	}
	for kind, es := range byKind {
		if err := corpus.WriteSeed(dir, kind, about, es); err != nil {
			return err
		}
	}
	fmt.Printf("%d trials recorded\n", len(entries))
	return nil
}
