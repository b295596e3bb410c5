package restscript

import (
	"crypto/sha256"
	"fmt"
	"mime"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Expected is an answer without what depends on where and when it was given.
type Expected struct {
	Case     string
	Status   int
	Type     string // media type without parameters, "-" when there is none
	Location string
	Body     string // JSON with sorted members; other text as it came
}

// unstable are the JSON members whose text depends on where or when a worker runs, with what stands in for them.
var unstable = map[string]string{
	"kafka_cluster_id": "<cluster>",
	"last_modified":    "<time>",
	"trace":            "<trace>",
}

// jarPlace is where the original's texts say that a plugin was found.
var jarPlace = regexp.MustCompile(`location='file:[^']*'`)

// Normalise makes a comparable answer of a.
func (t Target) Normalise(c Case, a Answer) Expected {
	e := Expected{Case: c.Name, Status: a.Status, Type: "-", Location: t.unfill(a.Header.Get("Location"))}
	if text := a.Header.Get("Content-Type"); text != "" {
		if media, _, err := mime.ParseMediaType(text); err == nil {
			text = media
		}
		e.Type = text
	}
	body := jarPlace.ReplaceAllString(t.unfill(string(a.Body)), "location='<jar>'")
	if v, ok := parseJSON([]byte(body)); ok {
		body = printJSON(stable(v))
	}
	e.Body = strings.TrimRight(body, "\n")
	return e
}

// digest stands for a documentation text: its first words, to tell which it is, and a hash, since it must be equal.
func digest(text string) string {
	words := strings.Fields(text)
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%s… (%d bytes, %x)", strings.Join(words[:min(4, len(words))], " "), len(text), sum[:6])
}

func stable(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for name, member := range x {
			if stand, ok := unstable[name]; ok && member != nil {
				x[name] = stand
				continue
			}
			if text, ok := member.(string); ok && name == "documentation" {
				x[name] = digest(text)
				continue
			}
			x[name] = stable(member)
		}
	case []any:
		for i := range x {
			x[i] = stable(x[i])
		}
	}
	return v
}

// Golden is the recorded answers to one script, in its order.
type Golden []Expected

// String is the text of a golden file.
func (g Golden) String() string {
	var b strings.Builder
	for _, e := range g {
		fmt.Fprintf(&b, "== %s\n%d %s\n", e.Case, e.Status, e.Type)
		if e.Location != "" {
			fmt.Fprintf(&b, "Location: %s\n", e.Location)
		}
		for line := range strings.Lines(e.Body) {
			fmt.Fprintf(&b, "| %s", line)
		}
		if e.Body != "" {
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Without returns the answers of g, to script, that under rules differ from those to the same cases in base,
// or have none there.
func (g Golden) Without(script string, base Golden, rules Rules) Golden {
	return slices.DeleteFunc(slices.Clone(g), func(e Expected) bool {
		i := base.of(e.Case)
		return i >= 0 && len(Compare(script, base[i], e, rules)) == 0
	})
}

// of is the position of the answer to a case, or -1.
func (g Golden) of(name string) int {
	return slices.IndexFunc(g, func(e Expected) bool { return e.Case == name })
}

// With returns g with the answers of others in the places of those to the same cases; what g has not stands
// at the end.
func (g Golden) With(others Golden) Golden {
	out := slices.Clone(g)
	for _, e := range others {
		if i := out.of(e.Case); i >= 0 {
			out[i] = e
		} else {
			out = append(out, e)
		}
	}
	return out
}

// WriteFile writes g to path.
func (g Golden) WriteFile(path string) error { return os.WriteFile(path, []byte(g.String()), 0o644) }

// ReadGolden reads the golden file at path.
func ReadGolden(path string) (Golden, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	g, err := ParseGolden(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// ParseGolden is the inverse of String.
func ParseGolden(text string) (Golden, error) {
	var g Golden
	var body []string
	end := func() {
		if len(g) > 0 {
			g[len(g)-1].Body = strings.Join(body, "\n")
		}
		body = nil
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "== "):
			end()
			e := Expected{Case: line[3:]}
			i++
			if i == len(lines) {
				return nil, fmt.Errorf("line %d: case %q has no status", i, e.Case)
			}
			code, media, _ := strings.Cut(lines[i], " ")
			status, err := strconv.Atoi(code)
			if err != nil {
				return nil, fmt.Errorf("line %d: status %q is not a number", i+1, code)
			}
			e.Status, e.Type = status, media
			g = append(g, e)
		case strings.HasPrefix(line, "Location: ") && len(g) > 0:
			g[len(g)-1].Location = line[len("Location: "):]
		case strings.HasPrefix(line, "| ") && len(g) > 0:
			body = append(body, line[2:])
		case line != "":
			return nil, fmt.Errorf("line %d: %q is no part of a golden file", i+1, line)
		}
	}
	end()
	return g, nil
}
