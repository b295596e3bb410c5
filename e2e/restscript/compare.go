package restscript

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Difference is one part of an answer that is not as the original's and that no rule allows.
type Difference struct {
	Part string // as in Rule
	Want string // the original's
	Have string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: the original has %s, ours has %s", d.Part, short(d.Want), short(d.Have))
}

// short keeps a line readable: bodies can be long.
func short(s string) string {
	const most = 400
	if s == "" {
		return "nothing"
	}
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// Compare returns what differs between the original's answer and ours.
func Compare(script string, want, have Expected, rules Rules) []Difference {
	c := comparison{name: script + "/" + want.Case, rules: rules}
	c.scalar("status", strconv.Itoa(want.Status), strconv.Itoa(have.Status))
	c.scalar("type", want.Type, have.Type)
	c.scalar("location", want.Location, have.Location)
	w, okWant := parseJSON([]byte(want.Body))
	h, okHave := parseJSON([]byte(have.Body))
	if r := c.rules.of(c.name, "body"); okWant && okHave && (r == nil || r.Allow != "any") {
		c.value("", w, h)
	} else {
		c.scalar("body", want.Body, have.Body)
	}
	return c.found
}

type comparison struct {
	name  string
	rules Rules
	found []Difference
}

// allowed reports whether a rule speaks for part with the given allowance, and marks it as needed.
func (c *comparison) allowed(part, allow string) bool {
	r := c.rules.of(c.name, ruled(part))
	if r == nil || r.Allow != allow {
		return false
	}
	r.needed = true
	return true
}

// ruled is how rules name a part: the body as a whole is no empty pointer.
func ruled(pointer string) string {
	if pointer == "" {
		return "body"
	}
	return pointer
}

func (c *comparison) scalar(part, want, have string) {
	if want == have {
		return
	}
	if r := c.rules.of(c.name, ruled(part)); r != nil {
		other, ok := r.other()
		if r.Allow == "any" || ok && other == have {
			r.needed = true
			return
		}
	}
	c.found = append(c.found, Difference{Part: ruled(part), Want: want, Have: have})
}

func (c *comparison) value(pointer string, want, have any) {
	if r := c.rules.of(c.name, ruled(pointer)); r != nil && r.Allow == "any" {
		if printJSON(want) != printJSON(have) {
			r.needed = true
		}
		return
	}
	switch w := want.(type) {
	case map[string]any:
		if h, ok := have.(map[string]any); ok {
			c.object(pointer, w, h)
			return
		}
	case []any:
		if h, ok := have.([]any); ok {
			c.list(pointer, w, h)
			return
		}
	}
	if kind(want) == kind(have) && printJSON(want) != printJSON(have) && c.allowed(pointer, "kind") {
		return
	}
	c.scalar(pointer, printJSON(want), printJSON(have))
}

func (c *comparison) object(pointer string, want, have map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		below := pointer + "/" + escape.Replace(name)
		if h, ok := have[name]; ok {
			c.value(below, want[name], h)
		} else {
			c.scalar(below, printJSON(want[name]), "")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[name]; !ok && !c.allowed(pointer, "more") {
			c.scalar(pointer+"/"+escape.Replace(name), "", printJSON(have[name]))
		}
	}
}

func (c *comparison) list(pointer string, want, have []any) {
	if r := c.rules.of(c.name, ruled(pointer)); r != nil {
		switch r.Allow {
		case "unordered":
			sorted := func(list []any) []any {
				return slices.SortedStableFunc(slices.Values(list), func(a, b any) int { return strings.Compare(printJSON(a), printJSON(b)) })
			}
			if printJSON(want) != printJSON(have) {
				r.needed = true
			}
			want, have = sorted(want), sorted(have)
		case "more":
			if len(have) > len(want) {
				r.needed = true
			}
			have = among(want, have)
		}
	}
	if len(want) != len(have) {
		c.scalar(pointer, fmt.Sprintf("%d elements: %s", len(want), printJSON(want)), fmt.Sprintf("%d elements: %s", len(have), printJSON(have)))
		return
	}
	for i := range want {
		c.value(pointer+"/"+strconv.Itoa(i), want[i], have[i])
	}
}

// among returns those elements of have that are in want too, in have's order; duplicates of have stay.
func among(want, have []any) []any {
	known := map[string]bool{}
	for _, w := range want {
		known[printJSON(w)] = true
	}
	return slices.DeleteFunc(slices.Clone(have), func(h any) bool { return !known[printJSON(h)] })
}

func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case map[string]any:
		return "object"
	case []any:
		return "list"
	}
	return "number"
}
