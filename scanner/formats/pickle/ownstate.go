package pickle

import (
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// A few classes do more with their state than to keep it, and honest files have them all
// the same: what the state says decides.

// judgeOwn looks at the states of those classes.
func (j *judge) judgeOwn(class target, v, state picklevm.Value, at int64) error {
	switch {
	case class.path == ownFile:
		j.judgeOwnFile(class, v, state, at)
	case hasPickledKeys(class.path):
		return j.followKeys(class, state, at)
	case class.path == "random.Random" && !j.isValue(state): // its methods compute with what is there
		j.reportHooks(v, "sets the state of", at, state)
	}
	return nil
}

// keepsState reports whether what the state of a class holds decides what it does.
func keepsState(path string) bool {
	return isArrayWrapper(path) || path == ownFile || hasPickledKeys(path) || strings.HasPrefix(path, "scipy.stats.")
}

// ownFile is the class by which sklearn_crfsuite keeps a model as a file. Its __setstate__
// writes bytes to a new file that tempfile names, and when it goes, it removes the file
// that it has the name of (sklearn_crfsuite/_fileresource.py).
const ownFile = "sklearn_crfsuite._fileresource.FileResource"

// judgeOwnFile reports a state by which the file may be one that was there before, or lie
// elsewhere than in the folder for temporary files.
func (j *judge) judgeOwnFile(class target, v, state picklevm.Value, at int64) {
	if j.m.Flags(v)&flagRebuilt == 0 && j.isTemporary(state) {
		return
	}
	j.say(ruleDangerousCall, j.at(at), scanner.Detail{
		Message:  "Loading this pickle makes " + class.quoted() + " write or remove a file at a path that its state gives." + class.spelling(),
		Evidence: []string{class.path, j.render(state, 300)}, Identity: []string{class.path, j.identity(state)},
		Name: class.path, Use: scanner.UseConstruct,
	})
}

// isTemporary reports whether a state is of a file whose name tempfile chooses, or of one
// that belongs to somebody else and is neither written nor removed.
func (j *judge) isTemporary(state picklevm.Value) bool {
	items, cut, loose := j.m.Items(state)
	if state.Kind() != picklevm.KindDict || cut || loose {
		return false
	}
	auto, data := j.entry(state, "auto"), j.entry(state, fileData).Kind()
	foreign := auto.Kind() == picklevm.KindBool && !auto.Bool() && (data == picklevm.KindInvalid || data == picklevm.KindNone)
	for i := 0; i+1 < len(items); i += 2 {
		key, ok := j.m.Str(items[i])
		if !ok || !j.isPartOfFile(key, items[i+1], foreign) {
			return false
		}
	}
	return true
}

// fileData is the key of the bytes.
const fileData = "__FILE_RESOURCE_DATA__"

// isPartOfFile reports whether a value under a key of the state is what an honest file has
// there: a prefix or suffix with a separator would lead out of the folder.
func (j *judge) isPartOfFile(key string, v picklevm.Value, foreign bool) bool {
	switch key {
	case "name":
		return v.Kind() == picklevm.KindNone || foreign && v.Kind() == picklevm.KindStr
	case "prefix", "suffix":
		text, ok := j.m.Str(v)
		return ok && !strings.ContainsAny(text, "/\\:\x00")
	case "auto", "keep_tempfiles":
		return v.Kind() == picklevm.KindBool
	case "fd":
		return v.Kind() == picklevm.KindInt
	case fileData:
		return v.IsPlain() || j.isEncoded(v)
	default:
		return false
	}
}

// hasPickledKeys reports whether a class unpickles the keys of its state, as the settings
// of tsfresh do (tsfresh/feature_extraction/settings.py).
func hasPickledKeys(path string) bool {
	return strings.HasPrefix(path, "tsfresh.feature_extraction.settings.")
}

// followKeys hands the keys of a state to the engine as the pickles that they are, and
// reports a state with others.
func (j *judge) followKeys(class target, state picklevm.Value, at int64) error {
	items, cut, loose := j.m.Items(state)
	ok := state.Kind() == picklevm.KindDict && !cut && !loose
	check := checker{j: j, call: picklevm.Call{At: at}}
	for i := 0; ok && i < len(items); i += 2 {
		var err error
		if ok, err = check.follow(items[i]); err != nil {
			return err
		}
	}
	if !ok {
		j.say(ruleNested, j.at(at), scanner.Detail{
			Message:  "Loading this pickle makes " + class.quoted() + " unpickle bytes that could not be followed." + class.spelling(),
			Evidence: []string{class.path, j.render(state, 300)}, Identity: []string{class.path, j.identity(state)},
			Name: class.path, Use: scanner.UseConstruct,
		})
	}
	return nil
}

// judgeClassItem reports an item by which an instance may get another class: outputs of
// transformers set what they are given as an attribute too (transformers/utils/generic.py).
func (j *judge) judgeClassItem(target, key, value picklevm.Value, at int64) {
	name, ok := j.m.Str(key)
	if ok && name == "__class__" && picklevm.MayBeCallable(value) && !strings.HasPrefix(j.classOf(target).path, "collections.") {
		j.reportClassSwitch(target, value, at)
	}
}
