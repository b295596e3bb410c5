package mirror

import (
	"testing"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Rights to write are not copied, and of all rights that to read; what is forbidden stays forbidden.
func TestCopiedACL(t *testing.T) {
	const (
		topic, group      = kmsg.ACLResourceTypeTopic, kmsg.ACLResourceTypeGroup
		literal, prefixed = kmsg.ACLResourcePatternTypeLiteral, kmsg.ACLResourcePatternTypePrefixed
		allow, deny       = kmsg.ACLPermissionTypeAllow, kmsg.ACLPermissionTypeDeny
		all, read, write  = kmsg.ACLOperationAll, kmsg.ACLOperationRead, kmsg.ACLOperationWrite
		none              = kmsg.ACLOperationUnknown // not copied
	)
	for _, c := range []struct {
		of         kmsg.ACLResourceType
		pattern    kmsg.ACLResourcePatternType
		permission kmsg.ACLPermissionType
		op, want   kmsg.ACLOperation
	}{
		{topic, literal, allow, read, read},
		{topic, literal, allow, all, read},
		{topic, literal, allow, write, none},
		{topic, literal, deny, write, write},
		{topic, literal, deny, all, all},
		{topic, prefixed, allow, read, none},
		{group, literal, allow, read, none},
	} {
		a := kmsg.NewCreateACLsRequestCreation()
		a.ResourceType, a.ResourcePatternType, a.PermissionType, a.Operation = c.of, c.pattern, c.permission, c.op
		a.ResourceName, a.Principal, a.Host = "orders", "User:ann", "*"
		got, ok := copiedACL(a, func(topic string) string { return "A." + topic })
		switch {
		case ok != (c.want != none):
			t.Errorf("%+v: copied is %t", c, ok)
		case ok && (got.Operation != c.want || got.ResourceName != "A.orders" || got.Principal != "User:ann" || got.PermissionType != c.permission):
			t.Errorf("%+v: copied as %+v", c, got)
		}
	}
}

// A new topic gets what its source has of its own; the source's defaults only where use.defaults.from says so.
func TestPropertyFilter(t *testing.T) {
	own, def := "1", "2"
	list := []topicConfig{{"retention.ms", &own, false}, {"segment.ms", &def, true}}
	for from, want := range map[string]int{"": 1, "target": 1, "source": 2} {
		props := map[string]string{sourceAliasKey: "A", useDefaultsFromKey: from}
		s, err := parse(sourceDef(), props)
		if err != nil {
			t.Fatal(err)
		}
		f, err := newPropertyFilter(s)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.withoutDefaults(list); len(got) != want || got[0].name != "retention.ms" {
			t.Errorf("from %q: %v", from, got)
		}
		for property, want := range map[string]bool{"retention.ms": true, "min.insync.replicas": false, "message.timestamp.type": false} {
			if got, err := f.takes(property); got != want || err != nil {
				t.Errorf("%s: %t, %v", property, got, err)
			}
		}
	}
}
