package pickle

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// joblib before 0.10 wrote each array to a file of its own, and still reads them: where
// an NDArrayWrapper or ZNDArrayWrapper gets its state, the unpickler opens the file that
// the state names, in the model's folder, with pickles allowed (numpy_pickle_compat.py).

// isFileWrapper reports whether joblib's unpickler opens a file where an instance of the
// class gets its state.
func isFileWrapper(path string) bool {
	return strings.HasSuffix(path, ".NDArrayWrapper") || strings.HasSuffix(path, ".ZNDArrayWrapper")
}

// openedFile reports the file that a wrapper with that state opens.
func (j *judge) openedFile(class target, wrapper, state picklevm.Value, at int64) {
	if j.literalKeys(state) {
		if name, ok := j.m.Str(j.entry(state, "filename")); ok {
			j.opensFile(class, name, at)
			return
		}
	}
	j.say(ruleUnresolved, j.at(at), scanner.Detail{
		Message:  "Loading this pickle makes joblib open another file and unpickle it, and which one cannot be said.",
		Evidence: []string{j.render(state, 300)}, Identity: []string{class.path, j.identity(wrapper, state)},
		Name: class.path, Use: scanner.UseConstruct,
	})
}

// opensFile reports a file by its name, and whether it lies beside the model: a file
// that does is scanned as what it is.
func (j *judge) opensFile(class target, name string, at int64) {
	shown := scanner.Clean(name, 160)
	if leavesFolder(name) {
		j.say(ruleDangerousCall, j.at(at), j.fileDetail(class, name, fmt.Sprintf("%q, outside the folder of the model", shown)))
		return
	}
	p, span := j.p, j.at(at)
	p.Later(func() error {
		rule, where := ruleUnlistedCall, "is not there"
		if p.Member != "" { // of an archive, not all members are known by their names
			where = "has to lie beside it"
		}
		for _, folder := range p.Around() {
			stem, _, _ := strings.Cut(path.Base(name), ".")
			if slices.Contains(folder.Named(path.Dir(name), stem), path.Base(name)) {
				rule, where = ruleUnlistedImport, "lies "+folder.Where+" and is a file to scan of its own"
				break
			}
		}
		p.Report(rule, span, j.fileDetail(class, name, fmt.Sprintf("%q, which %s", shown, where)))
		return nil
	})
}

// fileDetail describes a file that is opened.
func (j *judge) fileDetail(class target, name, file string) scanner.Detail {
	return scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle makes joblib open another file and unpickle it: %s.", file),
		Evidence: []string{class.path, name},
		Name:     class.path, Use: scanner.UseConstruct,
		Fix: "Scan that file as well. Better, load the model once in a safe place and dump it again with a current joblib, which writes one file.",
	}
}

// leavesFolder reports whether a path leads out of the folder that it is joined to.
func leavesFolder(name string) bool {
	slashed := strings.ReplaceAll(name, `\`, "/")
	drive := len(slashed) > 1 && slashed[1] == ':'
	clean := path.Clean(slashed)
	return drive || path.IsAbs(slashed) || clean == ".." || strings.HasPrefix(clean, "../") || strings.ContainsRune(name, 0)
}
