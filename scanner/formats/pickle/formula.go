package pickle

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// formulaClasses are the classes of statsmodels that make the matrices of a formula
// anew when their state asks for it (statsmodels/base/data.py). Terms of a formula are
// Python, which patsy and formulaic evaluate.
var formulaClasses = map[string]bool{
	"statsmodels.base.data.FormulaicData": true, "statsmodels.base.data.ModelData": true,
	"statsmodels.base.data.PandasData": true, "statsmodels.base.data.PatsyData": true,
}

// formulaKeys are the attributes that ask for it, by version.
var formulaKeys = []string{"restore_design", "restore_design_info", "restore_model_spec"}

// judgeFormula reports data of statsmodels whose state makes a formula run that is
// more than columns and the functions by which formulas transform them.
func (j *judge) judgeFormula(target, state picklevm.Value, at int64) {
	class := j.classOf(target)
	if !formulaClasses[class.path] {
		return
	}
	text, isText := j.m.Str(j.entry(state, "formula"))
	if state.Kind() == picklevm.KindDict && (isText && plainFormula(text) || j.lacks(state, formulaKeys...)) {
		return
	}
	j.say(ruleDangerousCall, j.at(at), scanner.Detail{
		Message:  fmt.Sprintf("Loading this pickle makes %s evaluate a formula from its state, and its terms are Python that is not known to only compute.", class.quoted()),
		Evidence: []string{"formula = " + j.render(j.entry(state, "formula"), 400)},
		Identity: []string{class.path, j.identity(state)},
		Name:     class.path, Use: scanner.UseCall,
	})
}

// lacks reports whether a dict has none of some keys, as far as all its keys are known.
func (j *judge) lacks(dict picklevm.Value, keys ...string) bool {
	_, cut, _ := j.m.Items(dict)
	if cut || !j.literalKeys(dict) {
		return false
	}
	for _, key := range keys {
		if j.entry(dict, key) != 0 {
			return false
		}
	}
	return true
}

// formulaFunctions are what formulas call: patsy's and formulaic's own, and functions
// of NumPy that take each number by itself.
var formulaFunctions = wordSet("C I Q Treatment Sum Poly Helmert Diff bs cr cc te poly center standardize scale " +
	"np.log np.log1p np.log2 np.log10 np.exp np.expm1 np.sqrt np.square np.power np.abs np.sign np.sin np.cos np.tan " +
	"np.floor np.ceil np.minimum np.maximum numpy.log numpy.log1p numpy.exp numpy.sqrt numpy.square numpy.power numpy.abs log exp sqrt")

// formulaWords are names that are no columns, since they begin other Python.
var formulaWords = wordSet("lambda for if else import from yield await async await while with def class del global nonlocal")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// plainFormula reports whether a formula only names columns, computes with operators and
// calls formulaFunctions.
func plainFormula(text string) bool {
	callable, named := true, false // whether a parenthesis may stand here, and whether a name stood before
	for text != "" {
		token, rest := formulaToken(text)
		text = rest
		afterName := named
		named = false
		switch first := rune(token[0]); {
		case first == ' ':
			continue
		case first == '(':
			if !callable {
				return false
			}
		case strings.ContainsRune("+-*/:~|^,=<>!", first):
			callable = true
		case first == '"' || first == '\'':
			if afterName { // the prefix may make it a text that holds Python
				return false
			}
			callable = false
		case first == ')' || first >= '0' && first <= '9':
			callable = false
		case isFormulaLetter([]rune(token)[0]):
			callable, named = formulaFunctions[token], true
			if formulaWords[token] || !callable && strings.Contains(token, ".") || strings.Contains(token, "__") {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// formulaToken cuts a name with its dots, a number, a text without escapes or one
// character from the front of a formula.
func formulaToken(text string) (token, rest string) {
	n := 1
	switch first := []rune(text[:min(len(text), 4)])[0]; {
	case isFormulaLetter(first), first >= '0' && first <= '9':
		n = len(text) - len(strings.TrimLeftFunc(text, func(r rune) bool { return isFormulaLetter(r) || unicode.IsDigit(r) || r == '.' }))
	case first == '"' || first == '\'':
		end := strings.IndexByte(text[1:], text[0])
		if end < 0 || strings.ContainsAny(text[1:end+1], "\\\n") {
			return "\\", ""
		}
		n = end + 2
	}
	return text[:n], text[n:]
}

func isFormulaLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }
