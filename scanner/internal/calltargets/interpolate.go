package calltargets

import (
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
)

// Bounds on working out interpolations.
const (
	maxValues = 16
	maxNested = 16
	maxText   = 4096   // bytes
	maxSteps  = 256    // for one text
	allSteps  = 20_000 // for a file
)

// resolve works out the interpolations of OmegaConf in a text: "${a.b}", relative
// "${.a}", nested ones, and the defaults of resolvers. It returns what the text may come
// to, and whether that is all. up is the index in the stack of the map that holds the
// text.
func (f *finder) resolve(text string, up, depth int) (texts []string, whole bool) {
	from := strings.Index(text, "${")
	if from < 0 {
		return []string{text}, true
	}
	if depth == 0 {
		f.steps = 0
	}
	f.steps++
	f.allSteps++
	if depth > maxNested || len(text) > maxText || f.steps > maxSteps || f.allSteps > allSteps {
		return nil, false
	}
	end := closing(text, from+2)
	if end < 0 {
		return []string{text}, true
	}
	values, whole := f.interpolation(text[from+2:end], up, depth+1)
	for _, value := range values {
		rest, all := f.resolve(text[:from]+value+text[end+1:], up, depth+1)
		texts, whole = append(texts, rest...), whole && all
	}
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if len(texts) > maxValues {
		return texts[:maxValues], false
	}
	return texts, whole
}

// closing returns the place of the brace that closes an interpolation, or -1.
func closing(text string, at int) int {
	for depth := 1; at < len(text); at++ {
		switch text[at] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return at
			}
		}
	}
	return -1
}

// interpolation works out what stands between the braces.
func (f *finder) interpolation(text string, up, depth int) (texts []string, whole bool) {
	inner, whole := f.resolve(text, up, depth)
	for _, text := range inner {
		text = strings.TrimSpace(text)
		name, args, isCall := strings.Cut(text, ":")
		if isCall {
			texts = append(texts, f.resolver(strings.TrimSpace(name), args, up, depth)...)
			whole = whole && (name == "oc.decode" || name == "oc.deprecated")
			continue
		}
		found, all := f.lookup(text, up, depth)
		texts, whole = append(texts, found...), whole && all
	}
	return texts, whole
}

// resolver returns what a call of a resolver may come to.
func (f *finder) resolver(name, args string, up, depth int) []string {
	parts := strings.Split(args, ",")
	for i := range parts {
		parts[i] = strings.Trim(strings.TrimSpace(parts[i]), `'"`)
	}
	switch {
	case name == "oc.decode":
		return parts[:1]
	case name == "oc.env" && len(parts) > 1:
		return parts[1:2]
	case name == "oc.select", name == "oc.deprecated":
		found, _ := f.lookup(parts[0], up, depth)
		return append(found, parts[1:]...)
	}
	return nil
}

// lookup returns the text at a path in the configuration, worked out in turn.
func (f *finder) lookup(path string, up, depth int) (texts []string, whole bool) {
	at, steps := f.root, strings.TrimLeft(path, ".")
	if dots := len(path) - len(steps); dots > 0 {
		if up-dots+1 < 0 {
			return nil, false
		}
		up -= dots - 1
		at = f.stack[up]
	}
	steps = strings.NewReplacer("[", ".", "]", "").Replace(steps)
	for step := range strings.SplitSeq(steps, ".") {
		at = child(at.Value(), step)
	}
	if at == nil || at.Kind != conftree.Scalar {
		return nil, false
	}
	return f.resolve(at.Text, up, depth+1)
}

// child returns what is in a map under a key, or in a list under a number.
func child(n *conftree.Node, step string) *conftree.Node {
	if n == nil || n.Kind != conftree.List {
		return n.Get(step)
	}
	index := 0
	for _, c := range step {
		if c < '0' || c > '9' || index > len(n.Items) {
			return nil
		}
		index = index*10 + int(c-'0')
	}
	if step == "" || index >= len(n.Items) {
		return nil
	}
	return n.Items[index].Value()
}
