package jinja

import (
	"math"
	"slices"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/jinjaast"
)

const (
	maxRange  = 1_000_000 // how far a loop may count, all that it stands in counted as well
	maxResult = 16 << 20  // bytes of a text that is repeated or padded
)

// sized are functions, methods and filters whose first argument says how long a result is.
var sized = []string{"center", "indent", "lipsum", "ljust", "range", "rjust", "zfill"}

// long records a result that is too long to be meant.
func (j *judge) long(at int, name string, args []jinjaast.Node) {
	if !slices.Contains(sized, name) {
		return
	}
	for _, arg := range args {
		for _, v := range j.fold.values(arg, 0) {
			if number, ok := v.(float64); ok && math.Abs(number) > maxRange {
				j.gap(at, "the template counts to %.0f", number)
			}
		}
	}
}

// grows records operators whose result takes all memory.
func (j *judge) grows(n *jinjaast.Op) {
	if n.Operator != "*" && n.Operator != "**" || len(n.Operands) < 2 {
		return
	}
	for _, left := range j.fold.values(n.Operands[0], 0) {
		for _, right := range j.fold.values(n.Operands[1], 0) {
			if size := resultSize(n.Operator, left, right); size > maxResult {
				j.gap(n.At(), "the template makes a value of %.0f bytes", size)
				return
			}
		}
	}
}

// resultSize is about how many bytes a repeated text, a repeated list or a power takes.
func resultSize(operator string, left, right any) float64 {
	number, ok := right.(float64)
	base, isNumber := left.(float64)
	switch {
	case isNumber && !ok: // 3 * "a"
		return resultSize(operator, right, left)
	case isNumber && operator == "**":
		return number * math.Log2(max(math.Abs(base), 1)) / 8
	case isNumber:
		return 0
	}
	if text, isText := left.(string); isText {
		return number * float64(len(text))
	}
	items, _ := itemsOf(left)
	return number * float64(8*len(items))
}

// loops records loops in loops that go round too often, as far as constants say so.
func (j *judge) loops() {
	rounds := []float64{1}
	for i := range j.t.Statements {
		switch s := &j.t.Statements[i]; {
		case s.Tag == "for" && len(s.Exprs) > 0:
			inner := rounds[len(rounds)-1]
			if n := j.rounds(s.Exprs[0]); n > 1 {
				if inner *= n; inner > maxRange && n <= maxRange { // else the range itself is recorded
					j.gap(s.At, "a loop of the template runs %.0f times", inner)
				}
			}
			rounds = append(rounds, inner)
		case s.Tag == "endfor" && len(rounds) > 1:
			rounds = rounds[:len(rounds)-1]
		}
	}
}

// rounds returns how often a loop over a range of constants goes round, 1 for others.
func (j *judge) rounds(n jinjaast.Node) float64 {
	call, ok := n.(*jinjaast.Call)
	if !ok || len(call.Pos) == 0 {
		return 1
	}
	if callee, ok := call.Callee.(*jinjaast.Name); !ok || callee.ID != "range" {
		return 1
	}
	ends := []float64{}
	for _, arg := range call.Pos {
		largest := 0.0
		for _, v := range j.fold.values(arg, 0) {
			if number, ok := v.(float64); ok {
				largest = max(largest, number)
			}
		}
		ends = append(ends, largest)
	}
	if len(ends) == 1 {
		return ends[0]
	}
	return ends[1] - ends[0]
}

func (j *judge) gap(at int, format string, n float64) {
	j.p.Gap(scanner.OverLimit, scanner.Span{Offset: int64(at)}, format, n)
}
