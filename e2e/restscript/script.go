package restscript

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Script is a list of cases that are sent in order.
type Script struct {
	Name  string // the file name without its folder and extension
	Cases []Case
}

// Case is one request and what must hold before it is sent.
type Case struct {
	Name    string
	Line    int // where it begins in the script
	Steps   []Step
	Method  string
	Target  string // as it goes on the wire: path and query
	Headers []string
	Body    string
}

// Step prepares a case. Exactly one of its two forms is set.
type Step struct {
	Lines *Lines
	Wait  *Wait
}

// Lines writes the numbered lines "line 1" … "line N" to a file in the data folder.
type Lines struct {
	File string
	N    int
}

// Wait polls with GET until the answer is as wanted.
type Wait struct {
	Target  string
	Status  int    // wanted status, when Pointer is empty
	Pointer string // RFC 6901
	Value   string // text of the value at Pointer, * for any
}

// String is the step as a script has it.
func (w Wait) String() string {
	if w.Pointer == "" {
		return fmt.Sprintf("wait %s %d", w.Target, w.Status)
	}
	return fmt.Sprintf("wait %s %s %s", w.Target, w.Pointer, w.Value)
}

var (
	headerLine  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*: `)
	requestLine = regexp.MustCompile(`^([A-Z]+) (/\S*)$`)
)

// ReadFile reads the script in file.
func ReadFile(file string) (Script, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Script{}, err
	}
	base := filepath.Base(file)
	s, err := Parse(strings.TrimSuffix(base, filepath.Ext(base)), string(text))
	if err != nil {
		return Script{}, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// Parse reads a script. Errors name the line.
func Parse(name, text string) (Script, error) {
	s := Script{Name: name}
	seen := map[string]int{}
	p := parser{}
	lines := bufio.NewScanner(strings.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if title, ok := strings.CutPrefix(line, "== "); ok {
			if err := p.end(&s); err != nil {
				return s, err
			}
			title = strings.TrimSpace(title)
			if first, ok := seen[title]; ok {
				return s, fmt.Errorf("line %d: case %q stands at line %d already: give it another name", n, title, first)
			}
			seen[title] = n
			p = parser{open: true, c: Case{Name: title, Line: n}}
			continue
		}
		if err := p.line(line); err != nil {
			return s, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return s, err
	}
	return s, p.end(&s)
}

type parser struct {
	c    Case
	open bool // a case has begun
	body bool // its headers are over
	text []string
}

func (p *parser) line(line string) error {
	switch {
	case !p.open:
		if t := strings.TrimSpace(line); t != "" && t[0] != '#' {
			return fmt.Errorf("%q before the first case: begin it with \"== name\"", t)
		}
		return nil
	case p.c.Method == "":
		return p.step(strings.TrimSpace(line))
	case !p.body && headerLine.MatchString(line):
		p.c.Headers = append(p.c.Headers, line)
		return nil
	case !p.body:
		p.body = true
		if line == "" {
			return nil
		}
	}
	if !strings.HasPrefix(line, "#") {
		p.text = append(p.text, line)
	}
	return nil
}

func (p *parser) step(line string) error {
	if line == "" || line[0] == '#' {
		return nil
	}
	if m := requestLine.FindStringSubmatch(line); m != nil {
		p.c.Method, p.c.Target = m[1], m[2]
		return nil
	}
	f := strings.Fields(line)
	switch {
	case f[0] == "lines" && len(f) == 3:
		n, err := strconv.Atoi(f[2])
		if err != nil {
			return fmt.Errorf("lines: %q is not a number", f[2])
		}
		p.c.Steps = append(p.c.Steps, Step{Lines: &Lines{File: f[1], N: n}})
	case f[0] == "wait" && len(f) == 3:
		code, err := strconv.Atoi(f[2])
		if err != nil {
			return fmt.Errorf("wait: %q is not a status: write \"wait PATH STATUS\" or \"wait PATH POINTER VALUE\"", f[2])
		}
		p.c.Steps = append(p.c.Steps, Step{Wait: &Wait{Target: f[1], Status: code}})
	case f[0] == "wait" && len(f) > 3:
		p.c.Steps = append(p.c.Steps, Step{Wait: &Wait{Target: f[1], Pointer: f[2], Value: strings.Join(f[3:], " ")}})
	default:
		return fmt.Errorf("%q is neither a step (lines, wait) nor a request (METHOD /path)", line)
	}
	return nil
}

func (p *parser) end(s *Script) error {
	if !p.open {
		return nil
	}
	if p.c.Method == "" {
		return fmt.Errorf("line %d: case %q has no request", p.c.Line, p.c.Name)
	}
	p.c.Body = strings.TrimRight(strings.Join(p.text, "\n"), "\n ")
	s.Cases = append(s.Cases, p.c)
	return nil
}
