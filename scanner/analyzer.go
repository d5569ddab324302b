package scanner

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Claim says how sure an analyzer is that an artifact is of its format.
type Claim int

// The claims. A Maybe whose run fails without a finding is dropped where another
// claim explains the artifact or where nothing says that it is a model; a Sure
// that fails is a gap. An Otherwise is a Maybe that runs where no other claim stands.
const (
	No        Claim = iota
	Otherwise       // something of the format lies in what may be of another
	Maybe           // a name, or weak magic
	Sure            // strong magic, or a parse that goes through
)

// An Analyzer knows one format. It is a value: listed, validated and documented
// without being run. The zero value is not useful; see package formats.
type Analyzer struct {
	Name  string  // as reports show it: "pickle"
	Doc   string  // one line, a blank line, text
	Rules []*Rule // everything Run may report
	// Match looks at the first and last bytes and, sparingly, at others.
	Match func(*Head) Claim
	// Run reports through the pass. Nil means that every byte of the artifact was
	// accounted for through the pass or is left to the engine, which analyses what
	// no claim accounted for as artifacts of their own.
	Run func(context.Context, *Pass) error
	// Watch says which members of the file, by name, Pass.Around is to know of. Nil: none.
	Watch func(member string) bool
}

// headBytes is how much of either end of an artifact Match is given.
const (
	prefixBytes = 4 << 10
	suffixBytes = 1 << 10
)

// A Head is what Match sees.
type Head struct {
	*Artifact
	Prefix []byte // the first bytes, at most 4 KiB
	Suffix []byte // the last bytes, at most 1 KiB; overlaps Prefix in a short artifact
}

// An Artifact is one run of bytes: a file, or a member found inside another
// artifact. Reads outside 0..Size give io.EOF.
type Artifact struct {
	io.ReaderAt
	Size   int64  // bytes
	Path   string // of the top-level file, as reports show it
	Member string // within the file, outermost first, "a.zip!/b.pkl"; empty for the file
	Format string // the analyzer that a container names for this member; empty: unknown
	// Leftover is set for bytes that no claim on their artifact accounts for, such
	// as what lies before an archive or behind the end of a pickle.
	Leftover bool
	Depth    int // how many containers are around it; 0 for the file

	// again is the artifact whose very bytes these are, all of them left over. What
	// was reported on it is not reported twice.
	again *Artifact
}

// A Member describes a part of an artifact that is handed back to the engine.
type Member struct {
	Name   string // as the container has it; cleaned by the engine
	Format string // the analyzer that must read it whatever its content; empty: sniff
}

// readHead reads both ends of an artifact.
func readHead(a *Artifact) (*Head, error) {
	h := &Head{Artifact: a}
	var err error
	if h.Prefix, err = readUpTo(a, 0, min(prefixBytes, a.Size)); err != nil {
		return nil, err
	}
	if a.Size <= prefixBytes {
		h.Suffix = h.Prefix[max(0, len(h.Prefix)-suffixBytes):]
		return h, nil
	}
	h.Suffix, err = readUpTo(a, a.Size-suffixBytes, suffixBytes)
	return h, err
}

// readUpTo reads n bytes at an offset, fewer where the artifact ends.
func readUpTo(r io.ReaderAt, off, n int64) ([]byte, error) {
	b := make([]byte, n)
	got, err := r.ReadAt(b, off)
	if err == io.EOF || int64(got) == n {
		err = nil
	}
	return b[:got], err
}

// Validate checks a list of analyzers: names and rule ids are unique, rules are
// documented, functions are present. The engine refuses a list that fails.
func Validate(analyzers []*Analyzer) error {
	names, owners := map[string]bool{}, map[string]*Rule{}
	for _, a := range analyzers {
		if a.Name == "" || a.Doc == "" || a.Match == nil || a.Run == nil {
			return fmt.Errorf("analyzer %q: name, doc, match and run are all required", a.Name)
		}
		if names[a.Name] {
			return fmt.Errorf("analyzer %q is listed twice", a.Name)
		}
		names[a.Name] = true
		for _, r := range a.Rules {
			if err := r.validate(); err != nil {
				return fmt.Errorf("analyzer %s: %w", a.Name, err)
			}
			if owner := owners[r.ID]; owner != nil && owner != r {
				return fmt.Errorf("rule %s is declared twice", r.ID)
			}
			owners[r.ID] = r
		}
	}
	return nil
}

// Rules returns every rule of the analyzers and the two that stand for gaps,
// sorted by ID, each once.
func Rules(analyzers []*Analyzer) []*Rule {
	rules := []*Rule{RuleUnscannable, RulePointer}
	for _, a := range analyzers {
		rules = append(rules, a.Rules...)
	}
	slices.SortFunc(rules, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	return slices.Compact(rules)
}
