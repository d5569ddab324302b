package pickle

import (
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A reading says what becomes of the bytes behind a NumpyArrayWrapper, and of the memo
// behind a stream.
type reading uint8

const (
	readPadded   reading = iota // an array, with padding where the wrapper says so
	readUnpadded                // an array without padding, as joblib before 1.2 has it
	readOpcodes                 // opcodes, as every other unpickler has it
	readOneMemo                 // an array; streams in a row share a memo (see oneMemo)
)

// String completes "what a loader does ...".
func (r reading) String() string {
	return [...]string{"as joblib", "as joblib before 1.2", "as a pickle without arrays", "with one memo for all streams"}[r]
}

// accidental reports whether a name that an opcode at an offset reaches says little: where
// the last bytes of honest arrays run as opcodes, or honest streams share a memo, those that
// follow fetch strings of the memo by wrong numbers and make names of them. What counts is
// what is known to be dangerous, what the bytes of an array do by themselves, if a name is
// one and no accident of numbers either, and streams that nothing else can read.
func (j *judge) accidental(t target, at int64) bool {
	return j.astray() && !t.dangerous && !t.code && !(j.inArray(at) && dottedName().MatchString(t.path))
}

// astray reports whether honest streams do not mean what they do in this reading.
func (j *judge) astray() bool {
	return j.how != readPadded && !(j.how == readOneMemo && j.memo.missing > 0 && j.started >= j.memo.missing)
}

var dottedName = lazyregexp.New(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)+$`)

// reportAccident reports a name that is accidental but may well be there: as an import,
// whatever comes of it. It is none that the streams import anyway, from elsewhere.
func (j *judge) reportAccident(t target, at int64) {
	if t.listed || t.global == 0 || t.unresolved != "" {
		return
	}
	if g := j.m.Global(t.global); j.known[g.Name] || !isProper(g.Module) || !isProper(g.Name) {
		return
	}
	rule, what := ruleUnlistedImport, "which was not shown to be inert"
	if !t.vetted {
		rule, what = ruleUnknownImport, "of a package that nobody vetted"
	}
	j.say(rule, j.at(at), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle %s reaches %s, %s.%s", j.how, t.quoted(), what, t.spelling()),
		Evidence: []string{t.path}, Identity: []string{t.path, string(scanner.UseImport)},
		Name: t.path, Use: scanner.UseImport,
	})
}

// maxKnown is how many names of an artifact are remembered for other readings of it.
const maxKnown = 1 << 16

// know remembers the name of what a stream imports.
func (j *judge) know(g *picklevm.Global) {
	if j.known == nil {
		j.known = map[string]bool{}
	}
	if j.how == readPadded && len(j.known) < maxKnown {
		j.known[g.Name] = true
	}
}
