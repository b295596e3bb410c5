package incremental

import "strings"

// Column is one that chunks are ordered by.
type Column struct {
	Name     string // quoted
	Optional bool
}

// After returns the condition of rows behind one with a key: literals are its values in SQL, NULL for null.
//
// rows: the database compares row values, and uses an index for that; it cannot where a column may be null.
// nullsLast: nulls come after all other values, otherwise before.
//
// Source: AbstractChunkQueryBuilder.addLowerBound, RowValueConstructorChunkQueryBuilder.
func After(columns []Column, literals []string, rows, nullsLast bool) string {
	if rows && !anyOptional(columns) {
		return compare(columns, ">", literals)
	}
	return cascade(columns, literals, nullsLast)
}

// UpTo returns the condition of rows that are not behind one with a key.
func UpTo(columns []Column, literals []string, rows, nullsLast bool) string {
	if rows && !anyOptional(columns) {
		return compare(columns, "<=", literals)
	}
	return "NOT " + cascade(columns, literals, nullsLast)
}

func anyOptional(columns []Column) bool {
	for _, c := range columns {
		if c.Optional {
			return true
		}
	}
	return false
}

func compare(columns []Column, operator string, literals []string) string {
	if len(columns) == 1 {
		return columns[0].Name + " " + operator + " " + literals[0]
	}
	names := make([]string, len(columns))
	for i := range columns {
		names[i] = columns[i].Name
	}
	return "ROW(" + strings.Join(names, ", ") + ") " + operator + " ROW(" + strings.Join(literals, ", ") + ")"
}

// cascade is (a > 1) OR (a = 1 AND b > 2) OR ….
func cascade(columns []Column, literals []string, nullsLast bool) string {
	var all []string
	for i := range columns {
		var terms []string
		for k := range i {
			terms = append(terms, same(columns[k].Name, literals[k]))
		}
		terms = append(terms, behind(columns[i], literals[i], nullsLast))
		all = append(all, "("+strings.Join(terms, " AND ")+")")
	}
	return "(" + strings.Join(all, " OR ") + ")"
}

func same(name, literal string) string {
	if literal == "NULL" {
		return name + " IS NULL"
	}
	return name + " = " + literal
}

func behind(c Column, literal string, nullsLast bool) string {
	switch {
	case literal == "NULL" && nullsLast:
		return "1 = 0"
	case literal == "NULL":
		return c.Name + " IS NOT NULL"
	case c.Optional && nullsLast:
		return "(" + c.Name + " > " + literal + " OR " + c.Name + " IS NULL)"
	}
	return c.Name + " > " + literal
}
