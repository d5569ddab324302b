package pickle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Marks that the judge sets on values of the machine.
const (
	flagInert   = picklevm.FirstFlag << iota // came from a call or __new__ shown inert
	flagUnknown                              // an instance, in the plain shape so far, of a class nobody vetted
	flagBuilt                                // BUILD ran on it
	flagHooked                               // a dict that holds a callable where Python looks for a method
	flagCode                                 // a function or class rebuilt from bytecode
	flagHashed                               // a tuple or frozenset whose items were seen to be hashed
	flagData                                 // a tuple that is data through and through
	flagArmed                                // an instance that was given a callable as an attribute
	flagFetched                              // an attribute: it may be anything, and belong to the whole process
	flagState                                // a dict that was the state of an instance
	flagShared                               // what a call gives that belongs to the whole process
	flagRebuilt                              // BUILD ran on it more than once
	flagKnown                                // code that is known, a function made of it, or a part of one
)

// A judge observes the machine and reports what a load would do. It serves one
// artifact; the fields from targets on are those of the stream that runs.
type judge struct {
	ctx context.Context // of the analyzer's run: a stream may hand members to the engine
	p   *scanner.Pass
	m   *picklevm.Machine

	reread     bool // this is another reading of what was read before: anomalies are known
	checkedOut bool // the bytes are those of a text file with line ends that a checkout changed
	split      bool // a frame ends where no opcode does
	behind     int  // frames that were looked behind
	spliced    bool // the stream has an array of joblib
	how        reading
	memo       oneMemo
	known      map[string]bool // names of what streams import, of all streams and of the reading before this one
	arrays     []scanner.Span  // the bytes of arrays, in the order of their offsets

	targets    map[picklevm.Value]target
	judged     map[picklevm.Value]scanner.Use    // globals that a finding above import level names, or that were used
	started    int64                             // where the stream starts
	finished   int                               // globals of streams before, where the machine keeps them
	active     bool                              // the stream imported or called something
	from       int64                             // where the opcodes start that are not accounted for yet
	dtypes     map[picklevm.Value]dtype          // what is known of NumPy dtypes of the stream
	variables  map[picklevm.Value]string         // names of results, for the program
	partials   map[picklevm.Value]picklevm.Value // states that functools.partial objects were given
	carriers   map[picklevm.Value]carrier        // buffers and arrays whose content is known
	literals   []picklevm.Literal                // that may be pickles
	unfollowed bool                              // there were more pickles than literals holds
	payloads   int                               // that were handed on
	followed   map[int64]bool                    // literals that were handed on, by the offset of their content
	depth      int                               // of callee
	decoded    int64                             // bytes that were decoded of payloads, of all streams
	codeUnits  int64                             // instructions and names of code that were looked at
	codeValues int                               // values that were looked at for code
	codeNames  map[string]bool                   // that inspection has
	looked     map[string]bool                   // modules that lookBeside has seen, of all streams
	hashed     int                               // values that identities hashed, of all streams
	owed       int64                             // steps that are not charged yet
}

// newJudge returns a judge with a machine over the pass's artifact.
func newJudge(ctx context.Context, p *scanner.Pass) *judge {
	return newJudgeOf(ctx, p, picklevm.Config{})
}

// newJudgeOf returns a judge whose machine reads in another way, as c says.
func newJudgeOf(ctx context.Context, p *scanner.Pass, c picklevm.Config) *judge {
	j := &judge{ctx: ctx, p: p, looked: map[string]bool{}}
	c.Input, c.Size, c.Hold, c.Release = p, p.Size, p.Budget.Hold, p.Budget.Release
	c.Nested = func(l picklevm.Literal) {
		if len(j.literals) < maxLiterals {
			j.literals = append(j.literals, l)
		} else if l.Encoding == "raw" {
			j.unfollowed = true
		}
	}
	j.m = picklevm.New(c, j)
	return j
}

// streamSteps is what it costs to begin a stream.
const streamSteps = 1 << 6

// begin forgets the stream before, as the machine does.
func (j *judge) begin() {
	j.owed += streamSteps
	if j.targets == nil || j.how != readOneMemo {
		j.targets, j.judged, j.variables = picklevm.Emptied(j.targets), picklevm.Emptied(j.judged), nil
		j.dtypes, j.partials, j.carriers = picklevm.Emptied(j.dtypes), picklevm.Emptied(j.partials), nil
		j.finished = 0
	}
	j.started = j.m.Offset()
	j.active, j.from, j.spliced = false, j.started, false
	if j.how == readPadded {
		j.arrays = nil
	}
	j.literals, j.unfollowed, j.payloads, j.followed = nil, false, 0, picklevm.Emptied(j.followed)
	j.codeUnits, j.codeValues, j.codeNames = 0, 0, picklevm.Emptied(j.codeNames)
}

// Step implements picklevm.Observer.
func (j *judge) Step(n int64) error {
	n, j.owed = opcodeSteps*n+j.owed, 0
	return j.p.Budget.Step(n)
}

// opcodeSteps is what an opcode costs.
const opcodeSteps = 2

// findingSteps is what a finding costs: it is rendered, hashed and compared with others.
const findingSteps = 1 << 16

// say reports a finding. What that costs is charged at the next step.
func (j *judge) say(r *scanner.Rule, at scanner.Span, d scanner.Detail) {
	j.owed += findingSteps
	j.p.Report(r, at, d)
}

// Import implements picklevm.Observer. What a look-up alone means is said at the
// end of the stream, when it is known what was done with the name.
func (j *judge) Import(v picklevm.Value, g *picklevm.Global, _ int64) error {
	if j.missing(g) || j.how != readPadded && !(isProper(g.Module) && isProper(g.Name) || g.Computed) {
		return errNoSuchName // in array bytes that run as opcodes, most names are no names
	}
	j.active = true
	if t := j.targetOf(v); keepsState(t.path) || isTypeByName(t.path) || t.danger.Code {
		j.m.KeepData() // what their states, or the constants of code, hold decides
	}
	return nil
}

// Call implements picklevm.Observer.
func (j *judge) Call(c picklevm.Call) error {
	j.active = true
	t := j.calleeOf(c)
	j.note(c, t, scanner.UseCall)
	verdict, err := j.judgeCall(t, c)
	if err != nil {
		return err
	}
	j.m.SetFlags(c.Result, verdict)
	return nil
}

// New implements picklevm.Observer.
func (j *judge) New(c picklevm.Call) error {
	j.active = true
	t := j.callee(c.Callable)
	j.note(c, t, scanner.UseConstruct)
	verdict, err := j.judgeNew(t, c)
	if err != nil {
		return err
	}
	j.m.SetFlags(c.Result, verdict)
	return nil
}

// note remembers how a global is used and writes the program's line.
func (j *judge) note(c picklevm.Call, t target, use scanner.Use) {
	if t.global != 0 && j.judged[t.global] != scanner.UseCall {
		j.judged[t.global] = use
	}
	j.programCall(c, t)
}

// judgeCall reports a call unless it is shown inert, and returns what is to be
// remembered of its result.
func (j *judge) judgeCall(t target, c picklevm.Call) (picklevm.Flags, error) {
	if inert, err := j.judgeGuarded(t, c); inert || err != nil {
		return resultFlags(t), err
	}
	if flags, err := j.judgeNumba(t, c); flags != 0 || err != nil {
		return flags, err
	}
	switch {
	case t.unresolved != "":
		j.report(ruleUnresolved, t, scanner.UseCall, c, "calls "+t.unresolved+", so that it cannot be said what runs")
	case t.code:
		return 0, j.reportCode(ruleDangerousCall, t, scanner.UseCall, c, "calls a function whose bytecode it carries", c.Callable)
	case t.dangerous && t.danger.Code:
		return j.judgeRebuilt(t, c)
	case t.dangerous:
		err := j.reportCode(ruleDangerousCall, t, scanner.UseCall, c, "calls %s, which "+t.danger.Text, c.Result)
		return 0, errors.Join(err, j.followLoader(t, c))
	case t.path == "copyreg._reconstructor" && j.reconstructs(c):
		return j.judgeReconstructed(c)
	case t.listed && t.entry.Call:
		return j.judgeArguments(t, c)
	case t.vetted:
		j.report(ruleUnlistedCall, t, scanner.UseCall, c, "calls %s, which was not shown to be inert")
	default:
		j.report(ruleUnknownCall, t, scanner.UseCall, c, "calls %s of a package that nobody vetted")
	}
	return 0, nil
}

// judgeRebuilt reports a call that makes code, or a part of it, unless all that it does
// is to give a type by its name.
func (j *judge) judgeRebuilt(t target, c picklevm.Call) (picklevm.Flags, error) {
	made, isType := j.fetched(c.Result)
	switch {
	case isType && made.listed && made.entry.Class:
		return flagInert, nil
	case isType && isPartOfFunction[made.path]:
		return 0, nil // what is made of it is judged
	case !isType && j.knownCode(t, c):
		return flagKnown, nil
	case !isType && t.path == "types.MethodType" && j.bindsMethod(c.Args):
		return flagFetched, nil
	}
	if isType {
		j.report(ruleEmbeddedCode, t, scanner.UseCall, c, "calls %s, which "+t.danger.Text)
		return 0, nil
	}
	return flagCode, j.reportCode(ruleEmbeddedCode, t, scanner.UseCall, c, "calls %s, which "+t.danger.Text, c.Result)
}

// reconstructs reports whether a call of copyreg._reconstructor, by which protocols
// 0 and 1 make instances, only makes one: of a class that is not listed, from a
// base whose constructor is C code.
func (j *judge) reconstructs(c picklevm.Call) bool {
	args, _, _ := j.m.Items(c.Args)
	if c.Args.Kind() != picklevm.KindTuple || len(args) != 3 || args[0].Kind() != picklevm.KindGlobal || args[1].Kind() != picklevm.KindGlobal {
		return false
	}
	return !j.targetOf(args[0]).dangerous && picklenames.IsReconstructorBase(j.targetOf(args[1]).path) && (&checker{j: j}).copies(args[1], args[2])
}

// judgeReconstructed judges the class of an instance that copyreg._reconstructor
// makes as if it were made by NEWOBJ without arguments.
func (j *judge) judgeReconstructed(c picklevm.Call) (picklevm.Flags, error) {
	class := j.m.Item(c.Args, 0)
	t := j.targetOf(class)
	j.judged[class] = scanner.UseConstruct
	if j.listedClass(t) {
		return flagInert, nil
	}
	switch {
	case t.listed && t.entry.Plain && j.targetOf(j.m.Item(c.Args, 1)).path == "builtins.object":
		return flagUnknown, nil // whatever else is done to it is reported
	case t.unresolved == "" && !t.vetted:
		j.reportUnknownClass(t, c)
		return flagUnknown, nil
	}
	return j.judgeNew(t, c)
}

// listedClass reports whether a target is a class listed for construction.
func (j *judge) listedClass(t target) bool {
	return t.listed && t.entry.Construct || t.dangerous && t.guard.Construct
}

// scripted reports whether a target is a class of TorchScript, in an archive: its code
// lies there as source, and is judged where it lies. Python finds no module of that
// name, unless there is one around the file (see lookBeside).
func (j *judge) scripted(t target) bool {
	return t.unresolved == "" && strings.HasPrefix(t.path, "__torch__.") && j.p.Member != "" && strings.HasSuffix(j.p.Name(), ".pkl")
}

// report reports a use of a callable. In does, %s stands for the callable.
func (j *judge) report(r *scanner.Rule, t target, use scanner.Use, c picklevm.Call, does string) {
	if j.accidental(t, c.At) {
		j.reportAccident(t, c.At)
		return
	}
	j.say(r, j.at(c.At), j.detail(t, use, c, does))
}

// reportCode is report with what the code mentions that is found in values.
func (j *judge) reportCode(r *scanner.Rule, t target, use scanner.Use, c picklevm.Call, does string, in ...picklevm.Value) error {
	m, err := j.codeMentions(c.At, in...)
	d := j.detail(t, use, c, does)
	d.Message += m.sentence()
	d.Evidence = append(d.Evidence, m.evidence()...)
	j.say(r, j.at(c.At), d)
	return err
}

// detail describes a use of a callable. In does, %s stands for the callable.
func (j *judge) detail(t target, use scanner.Use, c picklevm.Call, does string) scanner.Detail {
	d := scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle %s.%s", withName(does, t), t.spelling()),
		Evidence: []string{j.renderCall(t.path, c, 400)},
		Identity: []string{t.path, string(use), j.identity(c.Args), j.identity(c.Kwargs)},
		Name:     t.path, Use: use,
	}
	if t.code {
		d.Identity = append(d.Identity, j.identity(c.Callable))
	}
	return d
}

// withName puts the callable where a text says %s.
func withName(does string, t target) string {
	if t.unresolved != "" || t.code {
		return does
	}
	return strings.Replace(does, "%s", t.quoted(), 1)
}

// reportUnknownClass reports the plain construction of a class that nobody vetted:
// once for all its instances.
func (j *judge) reportUnknownClass(t target, c picklevm.Call) {
	if j.accidental(t, c.At) {
		return
	}
	j.say(ruleUnknownImport, j.at(c.At), scanner.Detail{
		Message: fmt.Sprintf("Loading this pickle imports %s and makes an instance of it, a class of a package that nobody vetted.%s",
			t.quoted(), t.spelling()),
		Evidence: []string{t.path}, Identity: []string{t.path, string(scanner.UseConstruct)},
		Name: t.path, Use: scanner.UseConstruct, Plain: true,
		Fix: fmt.Sprintf("If you know this class, accept it under `allow:` in .modelsieve.yaml: "+
			"`- {name: %s, use: construct, reason: ..., owner: ..., until: YYYY-MM-DD}`. Better, save a state dict instead of the object.", t.path),
	})
}

// at is the place of an opcode in the artifact.
func (j *judge) at(off int64) scanner.Span { return scanner.Span{Offset: off, Length: 1} }

// Anomaly implements picklevm.Observer.
func (j *judge) Anomaly(kind picklevm.AnomalyKind, at int64, text string) {
	switch {
	case j.reread:
		return
	case kind == picklevm.AnomalyCost:
		j.p.Gap(scanner.OverLimit, scanner.Span{Offset: at}, "%s", text)
		return
	}
	j.split = j.split || kind == picklevm.AnomalyFrame
	j.say(ruleObfuscated, j.at(at), scanner.Detail{
		Message:  "Loading this pickle depends on the unpickler: " + text + ".",
		Evidence: []string{text}, Identity: []string{string(kind), text},
	})
}
