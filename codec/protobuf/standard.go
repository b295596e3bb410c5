package protobuf

// standard are the messages that values are written as without a schema of their own.
type standard map[string]*Message

// newStandard links the files of the original that hold them.
func newStandard() (standard, error) {
	out := standard{}
	for _, path := range []string{decimalFile, variantFile, dateFile, timeFile, timestampFile, wrappersFile} {
		l, err := Link(known(path), nil)
		if err != nil {
			return nil, err
		}
		for name, to := range l.scope.symbols {
			if to.message != nil {
				out[name] = to.message
			}
		}
	}
	return out, nil
}
