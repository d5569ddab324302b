package yamlfile

import (
	"context"
	"fmt"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/archiverules"
	"github.com/modelsieve/modelsieve/scanner/internal/calltargets"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/picklenames"
)

const pythonTag = "tag:yaml.org,2002:python/"

// A use is what a tag does with the name in it.
type use struct {
	prefix string
	does   string // completes "the tag ..."
	calls  bool
}

// pythonUses are the tags of PyYAML and ruamel that make objects (yaml/constructor.py).
var pythonUses = []use{
	{"object/apply:", "calls", true},
	{"object/new:", "makes an instance of", false},
	{"object:", "makes an instance of", false},
	{"name:", "imports", false},
	{"module:", "imports the module", false},
}

// hyperUses are the tags of HyperPyYAML (hyperpyyaml/core.py).
var hyperUses = []use{
	{"!new:", "makes an instance of", true},
	{"!apply:", "calls", true},
	{"!applyref:", "calls", true},
	{"!name:", "prepares a call of", true},
	{"!module:", "imports the module", false},
}

var (
	// javaClass matches the tags that SnakeYAML takes for classes.
	javaClass = lazyregexp.New(`^tag:yaml\.org,2002:(java|javax|jdk|sun|com|org|net|io|ch|groovy|bsh|clojure|kotlin|scala)(\.[\w$]+)+$`)
	// otherObject matches the tags of other languages that make objects.
	otherObject = lazyregexp.New(`^(!|tag:yaml\.org,2002:|tag:ruby\.yaml\.org,2002:)(ruby/|php/|perl/|js/|object:)`)
)

// tags goes through the tags of a document.
type tags struct {
	ctx   context.Context
	p     *scanner.Pass
	found bool
}

// walk looks at the tag of a node, and at all that is in it.
func (t *tags) walk(n *conftree.Node, depth int) error {
	if err := t.p.Budget.Step(1); err != nil {
		return err
	}
	if n.Tag != "" {
		t.tag(n)
	}
	for key, value := range n.Pairs() {
		if key.Str() == "trust_remote_code" && value.True() {
			t.found = true
			modelrules.ReportTrust(t.p, key.Span())
		}
		if isTemplate(key, value) {
			t.found = true
			if err := handTemplate(t.ctx, t.p, key, value); err != nil {
				return err
			}
		}
	}
	for _, item := range n.Items {
		if err := t.walk(item, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// tag reports on one tag.
func (t *tags) tag(n *conftree.Node) {
	if rest, ok := strings.CutPrefix(n.Tag, pythonTag); ok {
		t.found = true
		t.python(n, rest)
		return
	}
	for _, u := range hyperUses {
		if name, ok := strings.CutPrefix(n.Tag, u.prefix); ok {
			t.found = true
			t.hyper(n, u, name)
			return
		}
	}
	if file, ok := strings.CutPrefix(n.Tag, "!include:"); ok {
		t.found = true
		archiverules.ReportPath(t.p, n.Span(), "HyperPyYAML loads another configuration,", file)
	}
	switch {
	case javaClass().MatchString(n.Tag):
		t.found = true
		t.object(n, ruleJavaTag, "SnakeYAML makes an instance of the Java class")
	case otherObject().MatchString(n.Tag):
		t.found = true
		t.object(n, ruleObjectTag, "A loader makes an object by the tag")
	}
}

// object reports a tag of another language.
func (t *tags) object(n *conftree.Node, rule *scanner.Rule, does string) {
	name := strings.TrimPrefix(n.Tag, "tag:yaml.org,2002:")
	t.p.Report(rule, n.Span(), scanner.Detail{
		Message: fmt.Sprintf("%s %q.", does, scanner.Clean(name, 160)), Evidence: []string{name}, Name: name, Use: scanner.UseConstruct,
	})
}

// python reports a tag of PyYAML that makes an object.
func (t *tags) python(n *conftree.Node, rest string) {
	for _, u := range pythonUses {
		name, ok := strings.CutPrefix(rest, u.prefix)
		if !ok {
			continue
		}
		if !strings.Contains(name, ".") && u.prefix != "module:" {
			name = "builtins." + name
		}
		t.judgePython(n, u, name)
		return
	}
}

// judgePython judges the name in a tag by what the tag does with it.
func (t *tags) judgePython(n *conftree.Node, u use, name string) {
	j := calltargets.Judge(name)
	what := "It is nothing that was shown to be harmless."
	switch {
	case j.Verdict == calltargets.Harmful:
		t.reportName(n, rulePythonTag, u, j.Path, "It "+j.Does+".")
	case u.prefix == "module:" && harmfulModule(name):
		t.reportName(n, rulePythonTag, u, name, "What the module offers runs commands or code.")
	case u.prefix == "module:" && picklenames.Known(name), j.Verdict == calltargets.Expected, documentation[name]:
	case u.prefix != "module:" && inertHere(j, u):
	case u.calls:
		t.reportName(n, rulePythonCall, u, j.Path, what)
	default:
		t.reportName(n, rulePythonObject, u, j.Path, what)
	}
}

// harmfulModule reports whether all that a module offers is dangerous, or the module is
// one of those that hold the dangerous builtins.
func harmfulModule(name string) bool {
	_, all := picklenames.Dangerous(picklenames.Canonical(name, "no_such_name"))
	return all || name == "os" || name == "posix" || name == "nt" || name == "builtins" || name == "sys" || name == "importlib"
}

// inertHere reports whether a name was shown inert for what a tag does with it.
func inertHere(j calltargets.Judgement, u use) bool {
	if j.Verdict != calltargets.Inert {
		return false
	}
	entry, listed := picklenames.Lookup(j.Path)
	return !u.calls || !listed || entry.Class || entry.Unconditional() || entry.TakesOnlyData()
}

// hyper reports a tag of HyperPyYAML.
func (t *tags) hyper(n *conftree.Node, u use, name string) {
	j := calltargets.Judge(name)
	switch {
	case j.Verdict == calltargets.Harmful, u.prefix == "!module:" && harmfulModule(name):
		does := j.Does
		if does == "" {
			does = "offers what runs commands or code"
		}
		t.reportName(n, ruleHyperPyYAML, u, j.Path, "It "+does+".")
	case u.prefix == "!module:" && picklenames.Known(name):
	case j.Verdict == calltargets.Foreign:
		calltargets.ReportForeign(t.p, n.Span(), "load_hyperpyyaml", j.Path, "no class of a framework that is known here")
	}
}

// reportName reports what a tag does with a name.
func (t *tags) reportName(n *conftree.Node, rule *scanner.Rule, u use, name, what string) {
	as := scanner.UseImport
	switch {
	case u.calls:
		as = scanner.UseCall
	case strings.HasPrefix(u.prefix, "object"):
		as = scanner.UseConstruct
	}
	t.p.Report(rule, n.Span(), scanner.Detail{
		Message:  fmt.Sprintf("Loading this YAML %s %q by the tag %q. %s", u.does, scanner.Clean(name, 160), scanner.Clean(n.Tag, 160), what),
		Evidence: []string{n.Tag, name}, Name: name, Use: as,
	})
}

// documentation are callables that the configurations of documentation builders name.
// Each takes text and options and gives back text or elements (pymdown-extensions 10,
// mkdocs-material 9).
var documentation = map[string]bool{
	"material.extensions.emoji.to_svg": true, "material.extensions.emoji.twemoji": true, "materialx.emoji.to_svg": true, "materialx.emoji.twemoji": true,
	"mermaid2.fence_mermaid": true, "mermaid2.fence_mermaid_custom": true, "pymdownx.arithmatex.arithmatex_fenced_format": true,
	"pymdownx.arithmatex.fence_mathjax_format": true, "pymdownx.emoji.gemoji": true, "pymdownx.emoji.to_png": true, "pymdownx.emoji.to_svg": true,
	"pymdownx.emoji.twemoji": true, "pymdownx.slugs.gfm": true, "pymdownx.slugs.slugify": true, "pymdownx.slugs.uslugify": true,
	"pymdownx.superfences.fence_code_format": true, "pymdownx.superfences.fence_div_format": true,
}
