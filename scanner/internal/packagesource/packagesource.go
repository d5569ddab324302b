// Package packagesource tells where requirements of a model come from: lines of pip's
// requirements files and channels of conda environments. It reports only what lies beside
// a model that something installs them for: MLflow, TorchServe, BentoML, a handler of an
// inference endpoint.
package packagesource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
)

// Watch has the files known beside which requirements are installed.
func Watch(member string) bool {
	name := member[strings.LastIndexByte(member, '/')+1:]
	return slices.ContainsFunc(installers, func(in place) bool { return in.name == name })
}

// options are the options of pip that change where packages come from. A long one may be
// cut short where that leaves one option (pip/_internal/req/req_file.py).
var options = []string{"--extra-index-url", "--find-links", "--index-url", "--pypi-url", "--trusted-host"}

// source returns the value of such an option, "" where a line has none.
func source(line string) string {
	name, value, _ := strings.Cut(line, " ")
	if rest, ok := strings.CutPrefix(line, "-i"); ok && rest != "" {
		return strings.TrimSpace(rest)
	}
	if rest, ok := strings.CutPrefix(line, "-f"); ok && rest != "" {
		return strings.TrimSpace(rest)
	}
	if before, after, ok := strings.Cut(name, "="); ok {
		name, value = before, after
	}
	if len(name) > len("--p") && slices.ContainsFunc(options, func(o string) bool { return strings.HasPrefix(o, name) }) || name == "--i" || name == "--f" || name == "--t" {
		return strings.TrimSpace(value)
	}
	return ""
}

// public are the indexes that packages come from by default, and those of the frameworks.
var public = lazyregexp.New(`^['"]?https://(pypi\.org|files\.pythonhosted\.org|download\.pytorch\.org|pypi\.nvidia\.com|wheels\.vllm\.ai|conda\.anaconda\.org|repo\.anaconda\.com)(/|['"]?$)`)

// address matches a requirement that is fetched from where it says.
var address = lazyregexp.New(`^(-e\s+|--editable[ =])?([A-Za-z0-9][\w.\-]*(\[[^\]]*\])?\s*@\s*)?((git|hg|svn|bzr)\+\S+|(https?|ftp|file)://\S+)`)

// Line reports a line of a requirements file that takes a package from elsewhere than the
// public index, and says whether that may count.
func Line(p *scanner.Pass, at scanner.Span, line string) bool {
	line = strings.TrimSpace(line)
	where := source(line)
	if m := address().FindStringSubmatch(line); m != nil {
		where = m[4]
	}
	if where == "" || public().MatchString(where) {
		return false
	}
	return report(p, at, where)
}

// Channel reports a channel of conda that is an address, and says whether that may count.
func Channel(p *scanner.Pass, at scanner.Span, channel string) bool {
	if !strings.Contains(channel, "://") || public().MatchString(channel) {
		return false
	}
	return report(p, at, channel)
}

// report reports an address where something around the file installs from it. It returns
// false where it is known already that nothing does: what is on disk is, members are not.
func report(p *scanner.Pass, at scanner.Span, where string) bool {
	if p.Member == "" && installer(p) == "" {
		return false
	}
	p.Later(func() error {
		by := installer(p)
		if by == "" {
			return nil
		}
		p.Report(modelrules.PackageSource, at, scanner.Detail{
			Message:  fmt.Sprintf("%s installs packages from %q.", by, scanner.Clean(where, 200)),
			Evidence: []string{where},
		})
		return nil
	})
	return true
}

// A place is where a file lies that says who installs requirements.
type place struct{ dir, stem, name, by string }

// installers are files beside which a list of requirements is installed, with what does it.
var installers = []place{
	{".", "MLmodel", "MLmodel", "mlflow models serve"},
	{".", "handler", "handler.py", "An inference endpoint"},
	{".", "bentofile", "bentofile.yaml", "BentoML"},
	{"MAR-INF", "MANIFEST", "MANIFEST.json", "TorchServe"},
}

// installer returns what installs the requirements, "" where nothing is known that does.
func installer(p *scanner.Pass) string {
	if p.Name() == "bentofile.yaml" {
		return "BentoML"
	}
	folders := p.Around()
	for i := range folders {
		for _, in := range installers {
			for _, name := range folders[i].Named(in.dir, in.stem) {
				if name == in.name {
					return in.by
				}
			}
		}
		if !folders[i].Root {
			break
		}
	}
	return ""
}
