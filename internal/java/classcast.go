package java

import "strings"

// ClassCast is the exception of a cast from one class to another, with the text of a JVM whose class path
// holds Connect.
func ClassCast(from, to string) *Exception {
	const base, app = " in module java.base of loader 'bootstrap'", " in unnamed module of loader 'app'"
	home := func(class string) string {
		if strings.HasPrefix(class, "org.apache.kafka.") {
			return app
		}
		return base
	}
	where := from + " and " + to + " are" + home(from)
	if home(from) != home(to) {
		where = from + " is" + home(from) + "; " + to + " is" + home(to)
	}
	return &Exception{Class: "java.lang.ClassCastException", Message: "class " + from + " cannot be cast to class " + to + " (" + where + ")"}
}
