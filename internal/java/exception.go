package java

// Exception is an error that the original throws as the Java class Class with the text Message.
type Exception struct {
	Class   string // full class name
	Message string // Throwable.getMessage; empty also stands for null
	NoText  bool   // getMessage is null
}

// Error is the Java message, or the class name where Java has none.
func (e *Exception) Error() string {
	if e.Message == "" {
		return e.Class
	}
	return e.Message
}

// JavaClass is the full name of the Java class.
func (e *Exception) JavaClass() string { return e.Class }

// String is Throwable.toString: class and message.
func (e *Exception) String() string {
	if e.NoText {
		return e.Class
	}
	return e.Class + ": " + e.Message
}
