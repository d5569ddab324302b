package pickle

import (
	"fmt"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// isFrame reports whether a class is a container of pandas. Before pandas 1.0 these read
// tuples, as states of even older releases, with arrays in the .npy format as bytes: of
// objects that is a pickle, which NumPy before 1.16.3 loads.
func isFrame(path string) bool {
	return slices.Contains([]string{
		"pandas.DataFrame", "pandas.Series", "pandas.core.panel.Panel", "pandas.core.panel4d.Panel4D", "pandas.core.panelnd.Panel4D",
		"pandas.core.sparse.frame.SparseDataFrame", "pandas.core.sparse.series.SparseSeries", "pandas.core.sparse.panel.SparsePanel",
	}, path)
}

// judgeFrame reports a state of such a class that is none of a dictionary and the manager of
// its blocks, which is all that releases since 2012 write.
func (j *judge) judgeFrame(class target, v, state picklevm.Value, at int64) {
	manager := j.classOf(state).path
	if state.Kind() == picklevm.KindDict || state.Kind() != picklevm.KindTuple && (manager == "pandas.core.internals.managers.BlockManager" || manager == "pandas.core.internals.managers.SingleBlockManager") {
		return
	}
	j.say(ruleNested, j.at(at), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle gives %s a state in which pandas before 1.0 looks for arrays, and those may be pickles that could not be followed.", class.quoted()),
		Evidence: []string{j.render(v, 100), j.render(state, 300)},
		Identity: []string{class.path, j.identity(state)},
		Name:     class.path, Use: scanner.UseConstruct,
	})
}
