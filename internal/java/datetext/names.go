package datetext

var (
	monthNames = [12]string{
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	}
	dayNames = [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
)

// name is one text of a field and the field's value.
type name struct {
	text  string
	value int64
}

var (
	monthTexts = abbreviated(monthNames[:], 0)
	dayTexts   = abbreviated(dayNames[:], 1)
	eraTexts   = []name{{"Before Christ", 0}, {"Anno Domini", 1}, {"BC", 0}, {"AD", 1}}
	ampmTexts  = []name{{"AM", 0}, {"PM", 1}}
)

// abbreviated gives full names, then their first three letters, numbered from first.
func abbreviated(names []string, first int64) []name {
	out := make([]name, 0, 2*len(names))
	for i, n := range names {
		out = append(out, name{n, first + int64(i)})
	}
	for i, n := range names {
		out = append(out, name{n[:3], first + int64(i)})
	}
	return out
}
