package pickle

import (
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// templateKey is the attribute whose text the distributions of scipy.stats run as
// Python when their state is set (_distn_infrastructure.py, rv_generic).
const templateKey = "_parse_arg_template"

// distributionTemplate matches what scipy writes there: three functions that only
// name their parameters.
var distributionTemplate = lazyregexp.New(`^\s*` +
	`def _parse_args\(self,[\w ,=.]*\):\s+return \([\w ,]*\), [\w ,]+\s+` +
	`def _parse_args_rvs\(self,[\w ,=.]*\):\s+return self\._argcheck_rvs\([\w ,=]*\)\s+` +
	`def _parse_args_stats\(self,[\w ,=.]*moments='mv'\):\s+return \([\w ,]*\), [\w ,]+\s*$`)

// judgeTemplate reports a distribution of scipy.stats whose state brings code of
// its own.
func (j *judge) judgeTemplate(target, state picklevm.Value, at int64) {
	class := j.classOf(target)
	if !strings.HasPrefix(class.path, "scipy.stats.") || j.m.Flags(target)&flagInert == 0 {
		return
	}
	_, cut, _ := j.m.Items(state)
	text, isText := j.m.Str(j.entry(state, templateKey))
	absent := j.entry(state, templateKey) == 0 && !cut && j.literalKeys(state)
	if state.Kind() == picklevm.KindDict && (absent || isText && distributionTemplate().MatchString(text)) {
		return
	}
	shown := templateKey + " = " + j.render(j.entry(state, templateKey), 400)
	if j.entry(state, templateKey) == 0 {
		shown = j.render(state, 400)
	}
	j.say(ruleDangerousCall, j.at(at), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle makes %s run text from its state as Python, and the text is not what scipy writes.", class.quoted()),
		Evidence: []string{shown},
		Identity: []string{class.path, j.identity(state)},
		Name:     class.path, Use: scanner.UseCall,
	})
}
