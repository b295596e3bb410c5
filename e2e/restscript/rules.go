package restscript

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Rule allows one part of an answer to differ from the original's.
type Rule struct {
	Case   string // "script/case", with the wildcards of path.Match
	Part   string // "status", "type", "location", "body", or a JSON pointer whose elements may be *
	Allow  string // see allows
	Why    string
	Line   int
	needed bool
}

// allows are what a rule may allow, and what it means for its part.
var allows = []string{
	"any",       // is not compared, and may be missing
	"kind",      // must be there and of the same JSON type
	"more",      // an object or list may have further members, among the original's
	"unordered", // a list may have another order
	"or",        // "or VALUE": may be VALUE too
}

// Rules is a list of rules: for each part, the first that matches decides.
type Rules []*Rule

// ReadRules reads a file of rules: "case | parts | allow | why" a line, # begins a comment.
func ReadRules(file string) (Rules, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	rules, err := ParseRules(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rules, nil
}

// ParseRules reads the text of a file of rules.
func ParseRules(text string) (Rules, error) {
	var rules Rules
	lines := bufio.NewScanner(strings.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 4 {
			return nil, fmt.Errorf("line %d: %d fields, want \"case | parts | allow | why\"", n, len(f))
		}
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		for part := range strings.FieldsSeq(f[1]) {
			r := &Rule{Case: f[0], Part: part, Allow: f[2], Why: f[3], Line: n}
			if err := r.check(); err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			rules = append(rules, r)
		}
	}
	return rules, lines.Err()
}

func (r *Rule) check() error {
	word, _, _ := strings.Cut(r.Allow, " ")
	switch {
	case !slices.Contains(allows, word):
		return fmt.Errorf("%q is not one of %s", r.Allow, strings.Join(allows, ", "))
	case r.Why == "":
		return fmt.Errorf("a rule needs its reason")
	case !slices.Contains([]string{"status", "type", "location", "body"}, r.Part) && r.Part[0] != '/':
		return fmt.Errorf("part %q is neither status, type, location, body nor a JSON pointer", r.Part)
	}
	if _, err := path.Match(r.Case, ""); err != nil {
		return fmt.Errorf("case %q: %w", r.Case, err)
	}
	return nil
}

// Without returns the rules whose cases are none of those that scripts have: they speak of nothing.
func (rules Rules) Without(scripts []Script) Rules {
	return slices.DeleteFunc(slices.Clone(rules), func(r *Rule) bool {
		return slices.ContainsFunc(scripts, func(s Script) bool {
			return slices.ContainsFunc(s.Cases, func(c Case) bool {
				ok, err := path.Match(r.Case, s.Name+"/"+c.Name)
				return err == nil && ok
			})
		})
	})
}

// of returns the rule for a part of a case, nil if everything must be equal.
func (rules Rules) of(name, part string) *Rule {
	for _, r := range rules {
		if ok, err := path.Match(r.Case, name); err == nil && ok && matchPart(r.Part, part) {
			return r
		}
	}
	return nil
}

// Needed returns the rules that allowed something since they were read. The others can go.
func (rules Rules) Needed() (needed, others Rules) {
	for _, r := range rules {
		if r.needed {
			needed = append(needed, r)
		} else {
			others = append(others, r)
		}
	}
	return needed, others
}

func matchPart(pattern, part string) bool {
	p, q := strings.Split(pattern, "/"), strings.Split(part, "/")
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if p[i] != q[i] && p[i] != "*" {
			return false
		}
	}
	return true
}

// text returns what rule r allows beside the original's, for "or VALUE".
func (r *Rule) other() (string, bool) {
	if v, ok := strings.CutPrefix(r.Allow, "or "); ok {
		if s, err := strconv.Unquote(v); err == nil {
			return s, true
		}
		return v, true
	}
	return "", false
}
