package pycode

// A Value is a constant: a string, []byte, int64, *Tuple or *Code, or nil for
// everything that a listing has no use for (None, floats, large numbers) and for
// what is not known.
type Value any

// A Tuple is any container of values. In a dictionary keys and values alternate.
type Tuple struct {
	Items []Value
	// kind is the marshal type of the container; zero, as in a Tuple made by a
	// caller, is a tuple.
	kind byte
}

// isTuple tells a tuple from the other containers.
func (t *Tuple) isTuple() bool { return t != nil && (t.kind == 0 || t.kind == typeTuple) }

// at returns an item, nil where there is none.
func (t *Tuple) at(i int64) Value {
	if t == nil || i >= int64(len(t.Items)) {
		return nil
	}
	return t.Items[i]
}

// size is how many items there are; nil has none.
func (t *Tuple) size() int64 {
	if t == nil {
		return 0
	}
	return int64(len(t.Items))
}

// text returns an item that is a string, else the empty string.
func (t *Tuple) text(i int64) string {
	s, _ := t.at(i).(string)
	return s
}

// allText reports whether every item is a string.
func (t *Tuple) allText() bool {
	for _, v := range t.Items {
		if _, ok := v.(string); !ok {
			return false
		}
	}
	return true
}
