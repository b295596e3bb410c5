package explain

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/millrace/millrace/batch/tagged"
)

// Run runs a case. The result is empty where it passes, else what differs, for a reader. open makes the
// Runner of the case's connector; its error is a result of the case.
//
// Errors: ctx ended.
func (c *Case) Run(ctx context.Context, open func(context.Context) (*Runner, error)) (diff string, err error) {
	traces, failure, err := c.traces(ctx, open)
	if err != nil {
		return "", err
	}
	if c.Error != "" {
		return c.compareError(traces, failure), nil
	}
	if failure != nil {
		return "the config fails: " + failure.Error() + "\n", nil
	}
	var b strings.Builder
	rest := c.Expected
	for i, t := range traces {
		if t.Failure == nil && t.Final() == nil {
			continue // dropped
		}
		if len(rest) == 0 {
			fmt.Fprintf(&b, "record %d (%s) comes out, and nothing more is expected\n+ %s\n", i+1, t.Record.place(), appendOut(nil, t))
			continue
		}
		if d := compare(rest[0], t); d != "" {
			fmt.Fprintf(&b, "record %d (%s)\n%s", i+1, t.Record.place(), d)
		}
		rest = rest[1:]
	}
	for _, e := range rest {
		fmt.Fprintf(&b, "a record is expected, and no more comes out\n- %s\n", appendNode(nil, e))
	}
	return b.String(), nil
}

// traces runs the records. failure is why the config or the input does not work at all.
func (c *Case) traces(ctx context.Context, open func(context.Context) (*Runner, error)) (out []*Trace, failure, err error) {
	r, err := open(ctx)
	if err != nil {
		return nil, err, nil
	}
	for _, rec := range c.Input {
		t, err := r.Run(ctx, rec)
		if err != nil {
			failure = err
			break
		}
		out = append(out, t)
	}
	if err := r.Close(); failure == nil {
		failure = err
	}
	return out, failure, ctx.Err()
}

func (c *Case) compareError(traces []*Trace, failure error) string {
	var got []string
	if failure != nil {
		got = append(got, failure.Error())
	}
	for _, t := range traces {
		if t.Failure != nil {
			got = append(got, t.Failure.String())
		}
	}
	for _, g := range got {
		if strings.Contains(g, c.Error) {
			return ""
		}
	}
	out := "an error is expected\n- " + c.Error + "\n"
	if len(got) == 0 {
		return out + "and nothing fails\n"
	}
	for _, g := range got {
		out += "+ " + g + "\n"
	}
	return out
}

// Rewrite writes what comes out of a case that is a folder as its expectation, plain JSON. ok is false for
// cases of other forms, and for those that expect an error.
func (c *Case) Rewrite(ctx context.Context, open func(context.Context) (*Runner, error)) (ok bool, err error) {
	if c.rewrite == "" || c.Error != "" {
		return false, nil
	}
	traces, failure, err := c.traces(ctx, open)
	if err != nil {
		return false, err
	}
	if failure != nil {
		return false, failure
	}
	var b bytes.Buffer
	for _, t := range traces {
		if t.Failure != nil || t.Final() != nil {
			b.Write(append(appendOut(nil, t), '\n'))
		}
	}
	return true, os.WriteFile(c.rewrite, b.Bytes(), 0o644)
}

// appendOut appends a record that came out, or its failure, as an expectation has it.
func appendOut(dst []byte, t *Trace) []byte {
	if t.Failure != nil {
		return append(tagged.AppendString(append(dst, `{"error":`...), t.Failure.String()), '}')
	}
	s := t.Final()
	dst = tagged.AppendString(append(dst, `{"topic":`...), s.Topic)
	dst = appendPlain(append(dst, `,"key":`...), s.Key)
	dst = appendPlain(append(dst, `,"value":`...), s.Value)
	if len(s.Headers) > 0 {
		dst = appendNode(append(dst, `,"headers":`...), s.headersNode())
	}
	return append(dst, '}')
}
