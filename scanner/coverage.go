package scanner

import (
	"cmp"
	"slices"
)

// Coverage accounts for every byte of a top-level file. The three kinds add up
// to Bytes.
type Coverage struct {
	Bytes       int64 `json:"bytes"`
	Analysed    int64 `json:"analysed"`    // parsed: code, headers, structure
	Data        int64 `json:"data"`        // explained by a format as data and not parsed: tensors, padding
	Unaccounted int64 `json:"unaccounted"` // neither; a gap says why
}

// A kind says how a span is accounted for. Where spans overlap, the lower wins.
type kind int

const (
	analysed kind = iota // parsed
	data                 // explained, not parsed
	missed               // not analysed, which a gap says already
)

// A run is a covered span.
type run struct {
	off, end int64
	kind     kind
}

// A cover is a set of covered spans. Adding in ascending order costs no memory
// where neighbours join.
type cover struct {
	runs   []run
	sorted bool // runs are sorted, disjoint and joined
}

// add covers a span.
func (c *cover) add(off, n int64, k kind) {
	if n <= 0 {
		return
	}
	if last := len(c.runs) - 1; last >= 0 && c.runs[last].end == off && c.runs[last].kind == k {
		c.runs[last].end += n
		return
	}
	c.runs = append(c.runs, run{off, off + n, k})
	c.sorted = false
}

// merge adds all of another cover, moved by an offset.
func (c *cover) merge(o *cover, by int64) {
	for _, r := range o.runs {
		c.add(r.off+by, r.end-r.off, r.kind)
	}
}

// normalise sorts the runs and makes them disjoint.
func (c *cover) normalise() {
	if c.sorted {
		return
	}
	c.sorted = true
	var all, below []run // below: the runs of lower kinds, joined
	for k := analysed; k <= missed; k++ {
		var fresh []run
		for _, r := range join(c.only(k)) {
			fresh = append(fresh, subtract(r, below)...)
		}
		all = append(all, fresh...)
		below = join(append(below, fresh...))
	}
	slices.SortFunc(all, func(a, b run) int { return cmp.Compare(a.off, b.off) })
	c.runs = all
}

// only returns the runs of one kind.
func (c *cover) only(k kind) []run {
	var out []run
	for _, r := range c.runs {
		if r.kind == k {
			out = append(out, r)
		}
	}
	return out
}

// join sorts runs and joins those that touch.
func join(runs []run) []run {
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.off, b.off) })
	out := runs[:0]
	for _, r := range runs {
		if last := len(out) - 1; last >= 0 && r.off <= out[last].end {
			out[last].end = max(out[last].end, r.end)
			continue
		}
		out = append(out, r)
	}
	return out
}

// subtract returns the parts of r outside the sorted, disjoint runs.
func subtract(r run, from []run) []run {
	var out []run
	i, _ := slices.BinarySearchFunc(from, r.off, func(f run, off int64) int { return cmp.Compare(f.end, off+1) })
	for ; i < len(from) && from[i].off < r.end; i++ {
		if from[i].off > r.off {
			out = append(out, run{r.off, from[i].off, r.kind})
		}
		r.off = max(r.off, from[i].end)
	}
	if r.off < r.end {
		out = append(out, r)
	}
	return out
}

// missing returns the spans of 0..size that are not covered at all.
func (c *cover) missing(size int64) []Span {
	c.normalise()
	var out []Span
	var at int64
	for _, r := range c.runs {
		if r.off > at {
			out = append(out, Span{at, r.off - at})
		}
		at = max(at, r.end)
	}
	if at < size {
		out = append(out, Span{at, size - at})
	}
	return out
}

// count sums the cover of a file of that many bytes.
func (c *cover) count(size int64) Coverage {
	c.normalise()
	sum := Coverage{Bytes: size}
	for _, r := range c.runs {
		n := min(r.end, size) - min(r.off, size)
		switch r.kind {
		case analysed:
			sum.Analysed += n
		case data:
			sum.Data += n
		case missed: // is part of what is unaccounted for
		}
	}
	sum.Unaccounted = size - sum.Analysed - sum.Data
	return sum
}
