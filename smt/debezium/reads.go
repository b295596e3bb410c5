package debezium

import (
	"github.com/millrace/millrace/batch"
	"github.com/millrace/millrace/smt"
)

// reads notes the parts of a record that e looks at.
func (e *expression) reads(to *smt.Effect) {
	if root, path, ok := e.place(); ok {
		note(to, root, path, false)
		return
	}
	if e.op == "==" || e.op == "!=" {
		for i, a := range e.args {
			if root, path, ok := a.place(); ok && e.args[1-i].isNull() {
				note(to, root, path, true)
				return
			}
		}
	}
	for _, a := range e.args {
		a.reads(to)
	}
}

func (e *expression) isNull() bool { return e.op == "(" && e.lit.IsNull() }

// place returns what e names, where that is a part of the record: a variable, and the names that lead on from it.
func (e *expression) place() (root string, path smt.Path, ok bool) {
	if e.op == "name" {
		return e.name, nil, true
	}
	name := ""
	switch e.op {
	case ".", "?.":
		name = e.name
	case "[":
		name, ok = e.args[1].text()
	case "call", "?call":
		if e.name == "get" {
			name, ok = e.args[1].text()
		}
	}
	if e.op != "." && e.op != "?." && !ok {
		return "", nil, false
	}
	root, path, ok = e.args[0].place()
	return root, append(path, name), ok
}

// text returns what a literal text says.
func (e *expression) text() (string, bool) {
	return e.lit.Str(), e.op == "(" && e.lit.Tag() == batch.TagString
}

// note adds a part of the record to an effect; nullOnly says that it only matters whether it is null.
func note(to *smt.Effect, root string, path smt.Path, nullOnly bool) {
	side := &to.Value
	switch root {
	case "topic":
		to.Topic |= smt.Reads
		return
	case "header", "headers":
		to.Headers |= smt.Reads
		return
	case "key", "keySchema":
		side = &to.Key
	}
	side.Form = smt.Looked
	if (root == "key" || root == "value") && !(nullOnly && len(path) == 0) {
		side.Reads = append(side.Reads, path)
	}
}
