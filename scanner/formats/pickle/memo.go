package pickle

import (
	"context"
	"errors"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// An unpickler that is called again, load after load, keeps its memo: what a later stream
// fetches is then what an earlier one stored. Streams in a row are read in this way as
// well, where it makes a difference.

// A oneMemo says whether it does.
type oneMemo struct {
	matters bool            // a stream fetched something that one memo has elsewhere
	missing int64           // where the first stream starts that needs the memo of those before; 0: none does
	known   map[string]bool // names of what the streams import in any case
}

// note looks at the stream that just ran, or failed.
func (o *oneMemo) note(j *judge, err error) {
	if j.reread || !j.m.Shared() {
		return
	}
	o.matters, o.known = true, j.known
	var input *scanner.Error
	if errors.As(err, &input) && o.missing == 0 {
		o.missing = j.started
	}
}

// read reads the streams of an artifact with one memo for all.
func (o *oneMemo) read(ctx context.Context, p *scanner.Pass) error {
	if !o.matters {
		return nil
	}
	return p.Reread(readOneMemo.String(), p, p.Size, func(p *scanner.Pass) error {
		again := newJudgeOf(ctx, p, picklevm.Config{KeepMemo: true})
		defer again.m.Close()
		again.reread, again.how, again.memo, again.known = true, readOneMemo, *o, o.known
		return again.streams()
	})
}
