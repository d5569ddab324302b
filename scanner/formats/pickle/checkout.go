package pickle

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// maxText is how long a file may be, in bytes, that is also read as a checkout may
// change it.
const maxText = 16 << 20

// errNoSuchName ends a stream where its import fails.
var errNoSuchName = errors.New("the import fails")

// readCheckedOut reads a file that git may take for text with its line ends turned
// from LF to CRLF, as a checkout may do (gitattributes, text and eol): what a count of
// bytes spans is then something else.
func readCheckedOut(ctx context.Context, p *scanner.Pass) error {
	if p.Depth > 0 || p.Size > maxText {
		return nil
	}
	if err := p.Budget.Hold(3 * p.Size); err != nil {
		return err
	}
	defer p.Budget.Release(3 * p.Size)
	text := make([]byte, p.Size)
	if n, _ := p.ReadAt(text, 0); int64(n) < p.Size || bytes.IndexByte(text, 0) >= 0 || bytes.IndexByte(text, '\n') < 0 {
		return nil
	}
	text = bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	return p.Reread("with CRLF line ends", bytes.NewReader(text), int64(len(text)), func(p *scanner.Pass) error {
		j := newJudge(ctx, p)
		defer j.m.Close()
		j.reread, j.checkedOut = true, true
		return j.load()
	})
}

// missing reports whether a name stood on a line of a text file as a checkout changed
// it: it has a CR at its end, and nothing is called so.
func (j *judge) missing(g *picklevm.Global) bool {
	return j.checkedOut && (strings.HasSuffix(g.Module, "\r") || strings.HasSuffix(g.Name, "\r"))
}
