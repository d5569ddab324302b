package pyfile

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/modelrules"
	"github.com/modelsieve/modelsieve/scanner/internal/pysource"
)

// A role is what a loader takes a file for by its name and what it defines: it runs the
// file though no configuration names it.
type role struct {
	rule *scanner.Rule
	at   int64
	name string // of what the loader looks for in the file
	says string
}

// builders are the classes of the datasets library from which a script of a data set
// derives its own (datasets/builder.py until 3.6).
var builders = []string{"ArrowBasedBuilder", "BeamBasedBuilder", "DatasetBuilder", "GeneratorBasedBuilder"}

// rolesOf returns the roles that a file may have, by its name and what it defines.
func rolesOf(name string, source *pysource.Source) (roles []role) {
	for i := range source.Defs {
		d := &source.Defs[i]
		switch {
		case name == "handler.py" && d.Class && d.Name == "EndpointHandler":
			roles = append(roles, role{ruleEndpoint, d.At, d.Name, "Deploying the repository as an inference endpoint of Hugging Face " +
				"imports this file and makes an EndpointHandler, without asking."})
		case d.Class && slices.ContainsFunc(d.Bases, isBuilder):
			roles = append(roles, role{ruleDataset, d.At, d.Name, fmt.Sprintf("load_dataset imports this script and makes %q: without asking before "+
				"datasets 2.20, with trust_remote_code before 4.0.", scanner.Clean(d.Name, 80))})
		case name == "generate.py" && !d.Class && d.Name == "generate":
			roles = append(roles, role{modelrules.RemoteCode, d.At, "custom_generate/generate.py", "Loading the model with transformers and " +
				"trust_remote_code runs custom_generate/generate.py and puts it in the place of the model's generate; generate(custom_generate=FOLDER) " +
				"of earlier releases runs it without the flag."})
		}
	}
	return roles
}

// isBuilder reports whether a base is one of the classes of data sets.
func isBuilder(base string) bool {
	top, _, _ := strings.Cut(base, ".")
	return top == "datasets" && slices.Contains(builders, base[strings.LastIndexByte(base, '.')+1:])
}

// played returns the role that a file has where it lies.
func (f *file) played() *role {
	for i := range f.roles {
		r := &f.roles[i]
		switch r.rule {
		case ruleDataset:
			if !ofDataSet(f.p) {
				continue
			}
		case modelrules.RemoteCode:
			if folders := f.p.Around(); folderOf(f.p.Artifact) != "custom_generate" || len(folders) == 0 || !holdsModel(&folders[0], "..") {
				continue
			}
		}
		return r
	}
	return nil
}

// ofDataSet reports whether a script lies where load_dataset looks for it: it is called
// like its folder, or stands at the top of a repository of a hub. Modules of packages
// are none.
func ofDataSet(p *scanner.Pass) bool {
	folders := p.Around()
	if len(folders) == 0 {
		return false
	}
	here := folders[0].All(".")
	if slices.Contains(here, "__init__.py") && slices.Contains(folders[0].All(".."), "__init__.py") {
		return false
	}
	stem, _, _ := strings.Cut(p.Name(), ".")
	return stem == folderOf(p.Artifact) || slices.Contains(here, "dataset_infos.json") || slices.Contains(here, "README.md")
}

// folderOf returns the name of the folder in which a file lies.
func folderOf(a *scanner.Artifact) string {
	at := a.Path
	if a.Member != "" {
		at = a.Member[strings.LastIndex(a.Member, "!/")+1:]
	}
	return path.Base(path.Dir(strings.TrimPrefix(at, "/")))
}

// mayPlay reports whether a file that lies beside no model may have a role, which is
// worth reading it.
func mayPlay(p *scanner.Pass) bool {
	if p.Name() == "handler.py" {
		return true
	}
	if p.Size > pysource.MaxSize || !ofDataSet(p) {
		return false
	}
	raw := make([]byte, p.Size)
	n, _ := p.ReadAt(raw, 0)
	return bytes.Contains(raw[:n], []byte("datasets")) && bytes.Contains(raw[:n], []byte("Builder"))
}
