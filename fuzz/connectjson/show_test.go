package connectjson

import (
	"fmt"
	"strings"

	"github.com/millrace/millrace/fuzz/differential/judge"
	"github.com/millrace/millrace/fuzz/differential/trial"
)

// show is a difference with the item that it is about.
func show(t *trial.Trial, d judge.Difference) string {
	if d.Item < 0 {
		return d.String()
	}
	it := t.Items[d.Item]
	if t.Op == trial.ToConnect || t.Op == trial.ToConnectHeader {
		return fmt.Sprintf("%s\n  config %v\n  input %.600q", d, t.Plugins[0].Config, it.Bytes)
	}
	return fmt.Sprintf("%s\n  config %v\n  input %+v", d, t.Plugins[0].Config, it.Data)
}

// kept reports whether a difference is kept on purpose: the named ones of judge, and values of logical
// types under a schema of that name and another type, which no column can hold.
func kept(t *trial.Trial, d judge.Difference) bool {
	return judge.NameOf(t, d) != "" || strings.HasPrefix(d.Got, "DataException: schema ") && strings.HasSuffix(d.Got, "cannot be stored in it")
}
