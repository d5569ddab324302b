package pickle

import (
	"fmt"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// finish reports, at the end of a stream, the names that were only imported.
func (j *judge) finish(result picklevm.Value, err error) error {
	globals := j.m.Globals()
	for i := j.finished; i < len(globals); i++ {
		g, v := globals[i], picklevm.GlobalValue(i)
		if j.missing(g) {
			continue
		}
		j.know(g)
		use, used := j.judged[v]
		if !used {
			use = scanner.UseImport
			j.judgeImport(j.targetOf(v), g)
		}
		if err := j.Step(1); err != nil {
			return err
		}
		if j.p.Inspecting() {
			j.inspectImport(j.targetOf(v), g, use)
		}
	}
	j.finished = len(globals)
	j.lookBeside()
	j.programEnd(result, err)
	return nil
}

// judgeImport reports a name that was looked up and neither called nor
// constructed.
func (j *judge) judgeImport(t target, g *picklevm.Global) {
	rule, text := j.importRule(t, g)
	switch {
	case rule == nil:
		return
	case j.accidental(t, g.At):
		j.reportAccident(t, g.At)
		return
	}
	j.say(rule, j.at(g.At), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle %s.%s", withName(text, t), t.spelling()),
		Evidence: []string{t.path}, Identity: []string{t.path, string(scanner.UseImport)},
		Name: t.path, Use: scanner.UseImport,
	})
}

// importRule decides what an import that is not used within the stream means.
func (j *judge) importRule(t target, g *picklevm.Global) (*scanner.Rule, string) {
	function := g.Stored && !t.isClass()
	switch {
	case t.unresolved != "":
		return ruleUnresolved, "imports " + t.unresolved
	case t.isKept(g.Stored):
		return nil, ""
	case t.dangerous:
		return ruleDangerousImport, "imports %s, which " + t.danger.Text
	case t.listed && (t.entry.Unconditional() || t.isClass() || !g.Stored), j.scripted(t):
		return nil, ""
	case t.vetted && function:
		return ruleUnlistedCall, "keeps %s in the loaded object, a function that was not shown to be inert and runs when it is used"
	case t.vetted:
		return ruleUnlistedImport, "imports %s, which was not shown to be inert"
	}
	return ruleUnknownImport, "imports %s of a package that nobody vetted"
}
