package debezium

import (
	"strings"
	"testing"

	"github.com/millrace/millrace/smt/plan"
)

// TestEffects: what a transform says that it touches, as a reader of the plan sees it.
func TestEffects(t *testing.T) {
	groovy := "language=jsr223.groovy condition="
	for _, c := range []struct{ class, props, want string }{
		{"Filter", groovy + "value.op=='u'&&value.after?.id>key['id']", "reads key.id, value.op, value.after.id, topic; may drop the record"},
		{"Filter", groovy + "value!=null&&null==key.id", "reads key.id, topic; may drop the record"},
		{"Filter", groovy + "value.get('a').length()>topic.length()", "reads value.a, topic; may drop the record"},
		{"Filter", groovy + "value[topic].b==1", "reads value, topic; may drop the record"},
		{"Filter", groovy + "keySchema.name=='k'||headers.h.value", "reads topic, headers; may drop the record"},
		{"ContentBasedRouter", "language=jsr223.groovy topic.expression='a'+value.b", "reads value.b, topic; writes topic"},
		{"ExtractNewRecordState", "", "reads value; writes value; may drop the record"},
		{"ExtractNewRecordState", "add.headers=op route.by.field=a drop.fields.header.name=h drop.fields.from.key=true",
			"reads key, value, topic, headers; writes key, value, topic, headers; may drop the record"},
		{"ByLogicalTableRouter", "topic.regex=a topic.replacement=b",
			"reads topic; writes key.__dbz__physicalTableIdentifier, topic; changes the schema of key; changes the schema of value"},
		{"outbox.EventRouter", "", "reads key, value, topic; writes key, value, topic, partition, timestamp, headers; may drop the record"},
	} {
		tr := made(t, c.class, propsOf(c.props))
		if got := strings.Join(plan.Compile([]plan.Step{{Transform: tr}}).Does(0), "; "); got != c.want {
			t.Errorf("%s %s\n  %s\nwant %s", c.class, c.props, got, c.want)
		}
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	}
}
