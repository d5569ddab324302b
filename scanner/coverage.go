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

// A run is a covered span.
type run struct {
	off, end int64
	data     bool // explained, not parsed
}

// A cover is a set of covered spans. Adding in ascending order costs no memory
// where neighbours join.
type cover struct {
	runs   []run
	sorted bool // runs are sorted, disjoint and joined
}

// add covers a span.
func (c *cover) add(off, n int64, data bool) {
	if n <= 0 {
		return
	}
	if last := len(c.runs) - 1; last >= 0 && c.runs[last].end == off && c.runs[last].data == data {
		c.runs[last].end += n
		return
	}
	c.runs = append(c.runs, run{off, off + n, data})
	c.sorted = false
}

// merge adds all of another cover, moved by an offset.
func (c *cover) merge(o *cover, by int64) {
	for _, r := range o.runs {
		c.add(r.off+by, r.end-r.off, r.data)
	}
}

// normalise sorts the runs and makes them disjoint. Where two overlap, analysed
// wins over data.
func (c *cover) normalise() {
	if c.sorted {
		return
	}
	c.sorted = true
	analysed, data := c.split()
	c.runs = append(c.runs[:0], analysed...)
	for _, r := range data {
		c.runs = append(c.runs, subtract(r, analysed)...)
	}
	slices.SortFunc(c.runs, func(a, b run) int { return cmp.Compare(a.off, b.off) })
}

// split returns the analysed and the data runs, each sorted and joined.
func (c *cover) split() (analysed, data []run) {
	for _, r := range c.runs {
		if r.data {
			data = append(data, r)
		} else {
			analysed = append(analysed, r)
		}
	}
	return join(analysed), join(data)
}

// join sorts runs of one kind and joins those that touch.
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
			out = append(out, run{r.off, from[i].off, r.data})
		}
		r.off = max(r.off, from[i].end)
	}
	if r.off < r.end {
		out = append(out, r)
	}
	return out
}

// missing returns the spans of 0..size that are not covered.
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
		if r.data {
			sum.Data += n
		} else {
			sum.Analysed += n
		}
	}
	sum.Unaccounted = size - sum.Analysed - sum.Data
	return sum
}
