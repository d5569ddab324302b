package pyfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// A file is a parsed file, as far as it is needed to judge it.
type file struct {
	p        *scanner.Pass
	problems []pysource.Problem
	hits     []hit
	defines  bool // a class of a model, which a configuration may name whatever the file is called
	roles    []role
	imports  []string // slash paths of files that an import may find, from the file's folder
}

// A hit is a call that may be reported, depending on what the file is to a model.
type hit struct {
	at     scanner.Span
	text   string
	name   string
	does   string
	hidden bool // something hides it: that counts in any file beside a model
}

// newFile keeps what can be reported of a source.
func newFile(p *scanner.Pass, source *pysource.Source) *file {
	f := &file{
		p: p, problems: source.Problems, defines: slices.ContainsFunc(source.Defs, isModelClass),
		roles: rolesOf(p.Name(), source), imports: importsOf(source),
	}
	for i := range source.Calls {
		if h, ok := judge(&source.Calls[i]); ok {
			f.hits = append(f.hits, h)
		}
	}
	return f
}

// frameworks are packages whose classes models derive theirs from.
var frameworks = []string{"diffusers", "keras", "peft", "sentence_transformers", "tensorflow", "timm", "torch", "transformers"}

// isModelClass reports whether a class is derived from one of a framework.
func isModelClass(d pysource.Def) bool {
	return d.Class && slices.ContainsFunc(d.Bases, func(base string) bool {
		top, _, _ := strings.Cut(base, ".")
		return slices.Contains(frameworks, top)
	})
}

// judge returns what is to be said of a call.
func judge(c *pysource.Call) (hit, bool) {
	h := hit{at: scanner.Span{Offset: c.At, Length: c.End - c.At}, text: strings.Clone(c.Text)}
	for _, path := range c.Paths {
		h.name = path
		switch {
		case evaluation.has(path) && hides(c):
			h.does, h.hidden = "runs code that it unpacks or fetches", true
		case c.Nested && (process.has(path) || network.has(path) || evaluation.has(path) && !literal(c, path)):
			h.does, h.hidden = effectOf(path)+", from code that it keeps as text", true
		case process.has(path) && downloads(c):
			h.does, h.hidden = "starts a process that fetches and runs something", true
		case !atLoad(c, path):
			continue
		case process.computed(path), path == "builtins.?":
			h.does, h.hidden = "is a function of that module by a name that is computed, and may start a process", true
		case literal(c, path):
			continue // what the text does was judged
		case effectOf(path) != "":
			h.does = effectOf(path)
		default:
			continue
		}
		return withPlace(h, c), true
	}
	return passed(h, c)
}

// passed looks at functions that a call is given to call.
func passed(h hit, c *pysource.Call) (hit, bool) {
	if !c.Import {
		return h, false
	}
	for _, a := range c.Args {
		for _, path := range a.Paths {
			if process.has(path) || path == "builtins.exec" || path == "builtins.eval" {
				h.name, h.does = path, effectOf(path)
				return withPlace(h, c), true
			}
		}
	}
	return h, false
}

// imported begins what is said of a call that an import runs.
const imported = "Importing this file"

// withPlace adds where in the file the call stands.
func withPlace(h hit, c *pysource.Call) hit {
	where := fmt.Sprintf("line %d", c.Line)
	if c.In != "" {
		where = fmt.Sprintf("line %d, %s", c.Line, scanner.Clean(c.In, 80))
	}
	when := imported
	if !c.Import {
		when = fmt.Sprintf("Running %s of this file", cmp.Or(scanner.Clean(c.In, 80), "the main part"))
	}
	h.does = fmt.Sprintf("%s calls %s, which %s (%s).", when, scanner.Clean(h.name, 80), h.does, where)
	return h
}

// effectOf returns what a call does, "" where that is nothing to report.
func effectOf(path string) string {
	for _, e := range []*effect{&process, &evaluation, &network} {
		if e.has(path) {
			return e.does
		}
	}
	return ""
}

// makers are methods that loading a model calls to make it, or that a server calls for each
// request.
var makers = []string{
	"__init__", "__new__", "__post_init__", "__setstate__", "from_pretrained", "from_config", "initialize", "load_context", "model_fn",
	"handle", "preprocess", "inference", "postprocess", "input_fn", "predict_fn", "output_fn",
}

// atLoad reports whether a call runs when the model is loaded: by the import, or a shell
// command of what makes the model.
func atLoad(c *pysource.Call, path string) bool {
	if c.Import {
		return true
	}
	method := c.In[strings.LastIndexByte(c.In, '.')+1:]
	return slices.Contains(makers, method) && (path == "os.system" || path == "os.popen" || path == "pty.spawn" || process.has(path) && shell(c))
}

// shell reports whether a process is a shell.
func shell(c *pysource.Call) bool {
	return slices.ContainsFunc(c.Args, func(a pysource.Arg) bool { return a.Name == "shell" && a.Text == "True" })
}

// hides reports whether what a call runs as code was unpacked, fetched or put together.
func hides(c *pysource.Call) bool {
	if len(c.Args) == 0 {
		return false
	}
	return slices.ContainsFunc(c.Args[0].Paths, unpacked)
}

// literal reports whether a call runs text that is known, which is read as code itself.
func literal(c *pysource.Call, path string) bool {
	return (path == "builtins.exec" || path == "builtins.eval") && len(c.Args) > 0 && len(c.Args[0].Strings) > 0
}

// fetching matches commands that fetch something and run it, or hand a shell to someone.
var fetching = lazyregexp.New(`(?i)(curl|wget|Invoke-WebRequest|iwr|DownloadString|certutil)\b.*(\||;|&&|\biex\b).*|/dev/(tcp|udp)/|\bbash -i\b|` +
	`\bnc(at)? .*-[a-z]*[ec]\b|powershell.*-(e|enc|encodedcommand)\b|base64 (-d|--decode|-D)\b.*\|`)

// downloads reports whether the command of a process is such a one.
func downloads(c *pysource.Call) bool {
	for _, a := range c.Args {
		for _, text := range a.Strings {
			if fetching().MatchString(text[:min(len(text), 4096)]) {
				return true
			}
		}
	}
	return false
}
