package calltargets

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// A dialect is a way in which configurations name a callable.
type dialect struct {
	key    string
	loader string   // what builds objects from it
	needs  []string // others, without which only a harmful callable counts, since many use the key
}

var dialects = []dialect{
	{key: "_target_", loader: "hydra.utils.instantiate"},
	{key: "_component_", loader: "torchtune's config.instantiate"},
	{key: "class_path", loader: "LightningCLI and jsonargparse", needs: []string{"init_args"}},
	{key: "target", loader: "instantiate_from_config of latent diffusion models, NeMo", needs: []string{"params", "nemo_version"}},
	{key: "py/object", loader: "jsonpickle.decode"},
	{key: "py/type", loader: "jsonpickle.decode"},
	{key: "py/function", loader: "jsonpickle.decode"},
}

// Markers are pieces of text without which no configuration names a callable, other than
// by keys that are written with escapes.
var Markers = []string{"_target_", "_component_", "class_path", "__fn_or_cls__", "py/object", "py/type", "py/function", "py/repr"}

// getters are functions of Hydra that return what is at a path; they are judged by it.
var getters = map[string]bool{
	"hydra.utils.get_class": true, "hydra.utils.get_method": true, "hydra.utils.get_static_method": true, "hydra.utils.get_object": true,
}

// A finder goes through a configuration.
type finder struct {
	p     *scanner.Pass
	root  *conftree.Node
	stack []*conftree.Node // the maps around
	found bool

	steps, allSteps int // spent on interpolations: of one text, of all
}

// Report reports on every callable that a configuration names, wherever it stands, and
// says whether there was any. The error means that the budget is spent.
func Report(p *scanner.Pass, root *conftree.Node) (found bool, err error) {
	f := &finder{p: p, root: root}
	err = f.walk(root)
	return f.found, err
}

// walk looks at a node and all that is in it. What an alias stands for is looked at where
// it stands.
func (f *finder) walk(n *conftree.Node) error {
	if err := f.p.Budget.Step(1); err != nil {
		return err
	}
	switch n.Kind {
	case conftree.Map:
		f.stack = append(f.stack, n)
		f.object(n)
		for _, item := range n.Items {
			if err := f.walk(item); err != nil {
				return err
			}
		}
		f.stack = f.stack[:len(f.stack)-1]
	case conftree.List:
		for _, item := range n.Items {
			if err := f.walk(item); err != nil {
				return err
			}
		}
	case conftree.Scalar:
		f.scalar(n)
	case conftree.Alias:
	}
	return nil
}

// object looks for the keys of all dialects in a map.
func (f *finder) object(n *conftree.Node) {
	for key, value := range n.Pairs() {
		name := key.Str()
		for i := range dialects {
			if d := &dialects[i]; d.key == name {
				f.named(n, d, value.Value())
			}
		}
		switch name {
		case "__fn_or_cls__": // of fiddle
			if v := value.Value(); v != nil && v.Kind == conftree.Map {
				f.judge(v, v.Get("module").Str()+"."+v.Get("name").Str(), "fiddle", true)
			}
		case "py/repr":
			f.harm(value.Value(), value.Str(), "jsonpickle.decode", Judgement{Harmful, value.Str(), "is text that is run as code"})
		}
	}
}

// named judges what a map names under the key of a dialect.
func (f *finder) named(n *conftree.Node, d *dialect, value *conftree.Node) {
	if value == nil || value.Kind != conftree.Scalar {
		return
	}
	sure := len(d.needs) == 0 || slices.ContainsFunc(d.needs, func(key string) bool { return n.Get(key) != nil })
	if !sure && !strings.Contains(value.Text, ".") {
		return
	}
	paths, whole := f.resolve(value.Text, len(f.stack)-1, 0)
	for _, path := range paths {
		if getters[path] {
			f.getter(n, value, path)
			continue
		}
		f.judge(value, path, d.loader, sure)
	}
	if !whole && sure {
		f.found = true
		f.foreign(value, d.loader, value.Text, "a path that is worked out elsewhere")
	}
}

// getter judges a call of a function that returns what is at a path.
func (f *finder) getter(n, value *conftree.Node, path string) {
	f.found = true
	arg := n.Get("path")
	if arg == nil {
		if args := n.Get("_args_").Strings(); len(args) > 0 {
			arg = args[0]
		}
	}
	paths, whole := f.resolve(arg.Str(), len(f.stack)-1, 0)
	if !whole || len(paths) == 0 || arg == nil {
		f.harm(value, path, "hydra.utils.instantiate", Judgement{Harmful, path, "imports whatever it is told, which is not known here"})
		return
	}
	for _, named := range paths {
		f.judge(arg, named, "hydra.utils.instantiate", true)
	}
}

// judge reports a path. Where it is not sure that it is one of a callable, only a harmful
// one counts.
func (f *finder) judge(at *conftree.Node, path, loader string, sure bool) {
	j := Judge(path)
	switch {
	case j.Verdict == Harmful:
		f.harm(at, path, loader, j)
	case !sure, j.Verdict == Inert && !strings.Contains(path, "."):
		return // others use such a key, too
	case j.Verdict == Foreign:
		f.foreign(at, loader, j.Path, "no class of a framework that is known here")
	}
	f.found = true
}

// harm reports a callable that is known to be dangerous.
func (f *finder) harm(at *conftree.Node, path, loader string, j Judgement) {
	f.found = true
	f.p.Report(Dangerous, at.Span(), scanner.Detail{
		Message:  fmt.Sprintf("Building objects from this configuration (%s) calls %q, which %s.", loader, scanner.Clean(j.Path, 160), j.Does),
		Evidence: []string{path, j.Path}, Name: j.Path, Use: scanner.UseCall,
	})
}

// foreign reports a callable that nobody vetted: as one to review where the configuration
// belongs to a model, else as one that the program needs.
func (f *finder) foreign(at *conftree.Node, loader, path, what string) {
	ReportForeign(f.p, at.Span(), loader, path, what)
}

// ReportForeign reports a callable that nobody vetted, with what is known of it.
func ReportForeign(p *scanner.Pass, at scanner.Span, loader, path, what string) {
	detail := scanner.Detail{
		Message: fmt.Sprintf("Building objects from this configuration (%s) imports and calls %q, %s.",
			loader, scanner.Clean(path, 160), what),
		Evidence: []string{path}, Name: path, Use: scanner.UseCall,
	}
	p.Later(func() error {
		rule := modelrules.CustomCode
		if BesideModel(p) {
			rule = Unknown
		}
		p.Report(rule, at, detail)
		return nil
	})
}

// scalar looks into texts that OmegaConf parses again.
func (f *finder) scalar(n *conftree.Node) {
	if !strings.Contains(n.Text, "${oc.") && !strings.Contains(n.Text, "${ oc.") {
		return
	}
	rest := n.Text
	for {
		_, after, ok := strings.Cut(rest, "_target_")
		if !ok {
			return
		}
		rest = after
		path := strings.TrimLeft(after, " :\\'\"")
		end := strings.IndexFunc(path, func(r rune) bool { return !strings.ContainsRune("._:", r) && !isWord(r) })
		if end >= 0 {
			path = path[:end]
		}
		f.judge(n, path, "a resolver of OmegaConf", true)
	}
}

// isWord reports whether a character may be part of a name.
func isWord(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r >= 0x80
}
