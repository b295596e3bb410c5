package columnar

// TopicNames collects the topics of a batch in work, each once. The zero value is empty.
type TopicNames struct {
	Names []string
	at    map[string]int32
}

// Number returns the place of a name.
func (t *TopicNames) Number(name string) int32 {
	if n := len(t.Names); n > 0 && t.Names[n-1] == name {
		return int32(n - 1)
	}
	at, ok := t.at[name]
	if !ok {
		if t.at == nil {
			t.at = map[string]int32{}
		}
		at = int32(len(t.Names))
		t.at[name] = at
		t.Names = append(t.Names, name)
	}
	return at
}
