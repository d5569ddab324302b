package hdf5_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/modelsieve/modelsieve/scanner/internal/hdf5"
)

// A meter is a budget and a sink that keep what they are told.
type meter struct {
	steps, held, peak int64
	maxSteps, maxHeld int64
	problems          []error
	structure, data   []span
}

type span struct{ off, end int64 }

var errSpent = errors.New("spent")

func newMeter() *meter { return &meter{maxSteps: 1 << 40, maxHeld: 1 << 40} }

func (m *meter) Step(n int64) error {
	if n < 0 || n > m.maxSteps-m.steps {
		return errSpent
	}
	m.steps += n
	return nil
}

func (m *meter) Hold(n int64) error {
	if n < 0 || n > m.maxHeld-m.held {
		return errSpent
	}
	m.held += n
	m.peak = max(m.peak, m.held)
	return nil
}

func (m *meter) Release(n int64)       { m.held -= n }
func (m *meter) Analysed(off, n int64) { m.structure = append(m.structure, span{off, off + n}) }
func (m *meter) Data(off, n int64)     { m.data = append(m.data, span{off, off + n}) }
func (m *meter) GapOf(err error) error {
	m.problems = append(m.problems, err)
	if errors.Is(err, errSpent) {
		return err
	}
	return nil
}

// missing counts the bytes that nothing accounts for, and those of them that are not
// zero.
func (m *meter) missing(t testing.TB, r io.ReaderAt, size int64) (all, nonZero int64) {
	t.Helper()
	spans := append(slices.Clone(m.structure), m.data...)
	slices.SortFunc(spans, func(a, b span) int { return int(a.off - b.off) })
	at := int64(0)
	for _, s := range append(spans, span{size, size}) {
		if s.off > at {
			b := make([]byte, s.off-at)
			if _, err := r.ReadAt(b, at); err != nil {
				t.Fatal(err)
			}
			all += int64(len(b))
			for _, c := range b {
				if c != 0 {
					nonZero++
				}
			}
		}
		at = max(at, s.end)
	}
	return all, nonZero
}

// checkSpans checks that all that was accounted for lies in the file.
func (m *meter) checkSpans(t testing.TB, size int64) {
	t.Helper()
	for _, s := range append(slices.Clone(m.structure), m.data...) {
		if s.off < 0 || s.end < s.off || s.end > size {
			t.Errorf("%d to %d of %d bytes is accounted for", s.off, s.end, size)
		}
	}
}

// lines walks a file and describes all of it.
func lines(f *hdf5.File) ([]string, error) {
	var out []string
	err := f.Walk(func(o *hdf5.Object) error {
		out = append(out, fmt.Sprintf("%s %v at %d", o.Path, o.Kind, o.Offset))
		for _, l := range o.Links {
			out = append(out, fmt.Sprintf("  link %q %v %q %q", l.Name, l.Kind, l.File, l.Target))
		}
		for _, a := range o.Attributes {
			items, err := a.Items(1 << 20)
			out = append(out, fmt.Sprintf("  attribute %q %s%s", a.Name, describe(a.Type, a.Space), values(items, err)))
		}
		if d := o.Dataset; d != nil {
			items, err := d.Items(1 << 20)
			out = append(out, fmt.Sprintf("  data %s %v %v%s", describe(d.Type, d.Space), d.Layout, d.Filters, values(items, err)))
			for _, e := range d.External {
				out = append(out, fmt.Sprintf("  external %q %d %d", e.Name, e.Offset, e.Size))
			}
			for _, v := range d.Virtual {
				out = append(out, fmt.Sprintf("  virtual %q %q", v.File, v.Dataset))
			}
		}
		return nil
	})
	return out, err
}

func describe(t *hdf5.Datatype, s *hdf5.Dataspace) string {
	if t == nil || s == nil {
		return "?"
	}
	return fmt.Sprintf("%v%v", t.Class, s.Dims)
}

func values(items []hdf5.Item, err error) string {
	var s strings.Builder
	for _, i := range items {
		if i.Text {
			fmt.Fprintf(&s, " %q", i.Data)
		} else {
			fmt.Fprintf(&s, " %x", i.Data)
		}
	}
	if err != nil {
		s.WriteString(" " + err.Error())
	}
	return s.String()
}
