package java_test

import (
	"testing"

	"github.com/millrace/millrace/internal/java"
)

func TestClassCast(t *testing.T) {
	const connect = "org.apache.kafka.connect.data.Struct"
	for _, c := range []struct{ from, to, where string }{
		{"java.util.Date", "java.util.Map", "java.util.Date and java.util.Map are in module java.base of loader 'bootstrap'"},
		{connect, "[B", connect + " is in unnamed module of loader 'app'; [B is in module java.base of loader 'bootstrap'"},
		{"java.util.Date", connect, "java.util.Date is in module java.base of loader 'bootstrap'; " + connect + " is in unnamed module of loader 'app'"},
	} {
		want := "class " + c.from + " cannot be cast to class " + c.to + " (" + c.where + ")"
		if got := java.ClassCast(c.from, c.to); got.Message != want || got.Class != "java.lang.ClassCastException" {
			t.Errorf("%s: %s", got.Class, got.Message)
		}
	}
}
