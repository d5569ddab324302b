package scanner

// A Span is a run of bytes in an artifact. Length 0 means a position.
type Span struct{ Offset, Length int64 } // bytes

// End returns the offset just behind the span.
func (s Span) End() int64 { return s.Offset + s.Length }

// A Use is what a stream does with a callable; it decides what runs.
type Use string

// The uses of a callable, in the order of the power they give away.
const (
	UseImport    Use = "import"    // the module is imported, the name looked up
	UseConstruct Use = "construct" // __new__ and __setstate__ run
	UseCall      Use = "call"      // the whole callable runs
)

// A Detail is what an analyzer says about one finding. The engine cleans and
// cuts every text in it, so it may quote the file as it stands.
type Detail struct {
	// Message says what a load would do and why that matters. Its first sentence
	// stands alone, under 300 characters.
	Message string
	// Evidence is shown: calls, names, paths, as the file has them.
	Evidence []string
	// Identity is the whole evidence, uncut: full argument trees, code bytes,
	// literals, not tensors. The fingerprint hashes it. Nil means Evidence.
	Identity []string
	// Name is the callable that the finding is about, as the loader would resolve
	// it ("os.system"), and Use what is done with it. Empty where there is none.
	Name string
	Use  Use
	// Plain is true where a name entry of the policy may accept the finding: the
	// callable is only constructed, in the plain shape (see [Allow]).
	Plain bool
	// Fix replaces the rule's fix where something more precise is known.
	Fix string
}

// A Finding is something a loader would do because of the file.
type Finding struct {
	Rule     *Rule
	Path     string // of the top-level file, relative to the working directory; see [Report]
	RepoPath string // the same file relative to the repository root
	Member   string // within the file, "outer.zip!/inner.pkl"; empty: the file itself
	Span     Span   // in the member, or in the file where Member is empty
	Count    int    // how many times the same evidence occurs in this member, at least 1
	Message  string
	Evidence []string
	Fix      string
	Name     string // see [Detail]
	Use      Use
	Plain    bool
	// Fingerprint identifies the finding across versions of the file: a hash over
	// rule, repository path, member and whole evidence, never offsets.
	Fingerprint string
	// Allowed is set by [Policy.Judge] where an entry accepts the finding.
	Allowed *Allowed
}

// Allowed names who accepted a finding and until when ("2027-01-31").
type Allowed struct{ Owner, Until string }
