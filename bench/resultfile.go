package bench

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// A result file has lines of JSON: a Report without its results, then the results, and so on for further runs. Each case stands in
// it once a side, from the run that measured it last: one that measured some cases alone takes the place of those.

// resultLine is one of them.
type resultLine struct {
	Run *Report `json:"run,omitempty"`
	*Measurement
}

// ReadResults reads the runs of a result file.
func ReadResults(r io.Reader) ([]*Report, error) {
	var runs []*Report
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var l resultLine
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		switch {
		case l.Run != nil:
			runs = append(runs, l.Run)
		case l.Measurement == nil || l.Case == "" || len(runs) == 0:
			return nil, fmt.Errorf("line %d: neither a run nor a result of one", n)
		default:
			last := runs[len(runs)-1]
			last.Results = append(last.Results, *l.Measurement)
		}
	}
	return runs, lines.Err()
}

// WriteResults writes runs as a result file.
func WriteResults(w io.Writer, runs []*Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, r := range runs {
		if err := e.Encode(resultLine{Run: r}); err != nil {
			return err
		}
		for i := range r.Results {
			if err := e.Encode(resultLine{Measurement: &r.Results[i]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// AddRun returns runs with a newer one: its cases are left out of the older ones, and these where nothing is left of them. It is
// added to the last where that is a part of the same run.
func AddRun(runs []*Report, newer *Report) []*Report {
	if len(newer.Results) == 0 {
		return runs
	}
	again := map[string]bool{}
	for _, m := range newer.Results {
		again[m.Case] = true
	}
	var out []*Report
	for _, r := range runs {
		left := *r
		left.Results = slices.DeleteFunc(slices.Clone(r.Results), func(m Measurement) bool { return again[m.Case] })
		if len(left.Results) > 0 {
			out = append(out, &left)
		}
	}
	if last := len(out) - 1; last >= 0 && out[last].Started == newer.Started && out[last].Commit == newer.Commit && out[last].Records == newer.Records {
		whole := *newer
		whole.JDK, whole.WorkerJDK = cmp.Or(newer.JDK, out[last].JDK), cmp.Or(newer.WorkerJDK, out[last].WorkerJDK)
		whole.Results = slices.Concat(out[last].Results, newer.Results)
		out[last] = &whole
		return out
	}
	return append(out, newer)
}

// AddToFile adds a run to a result file, which need not be there yet.
func AddToFile(path string, newer *Report) (err error) {
	runs, err := ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	next := path + ".new"
	f, err := os.Create(next)
	if err != nil {
		return err
	}
	if err := errors.Join(WriteResults(f, AddRun(runs, newer)), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", next, err)
	}
	return os.Rename(next, path)
}

// ReadFile reads the runs of a result file.
func ReadFile(path string) ([]*Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	runs, err := ReadResults(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return runs, nil
}
