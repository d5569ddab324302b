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
	if state.Kind() == picklevm.KindDict && (absent || isText && distributionTemplate().MatchString(text)) || j.isConstruction(state) {
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

// constructorKeys are the arguments that distributions kept as their state before SciPy 1.6,
// beside a generator: the constructor runs again. It makes Python of the names of its shapes.
var constructorKeys = map[string]bool{
	"momtype": true, "a": true, "b": true, "xtol": true, "badvalue": true, "name": true, "longname": true, "shapes": true,
	"extradoc": true, "seed": true, "moment_tol": true, "values": true, "inc": true, "histogram": true,
}

// shapeNames matches names of parameters, which is what scipy takes.
var shapeNames = lazyregexp.New(`^[A-Za-z_]\w*([, ]+[A-Za-z_]\w*)*$`)

// isConstruction reports whether a state is plain arguments of a constructor and a generator.
func (j *judge) isConstruction(state picklevm.Value) bool {
	arguments := j.m.Item(state, 0)
	items, cut, loose := j.m.Items(arguments)
	if state.Kind() != picklevm.KindTuple || j.m.Len(state) != 2 || arguments.Kind() != picklevm.KindDict || cut || loose {
		return false
	}
	for i := 0; i+1 < len(items); i += 2 {
		if key, ok := j.m.Str(items[i]); !ok || !constructorKeys[key] || !j.isValue(items[i+1]) {
			return false
		} else if text, isText := j.m.Str(items[i+1]); key == "shapes" && items[i+1].Kind() != picklevm.KindNone && !(isText && shapeNames().MatchString(text)) {
			return false
		}
	}
	return true
}
