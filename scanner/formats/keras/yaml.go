package keras

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/modelsieve/modelsieve/scanner"
	"github.com/modelsieve/modelsieve/scanner/internal/conftree"
	"github.com/modelsieve/modelsieve/scanner/internal/cursor"
	"github.com/modelsieve/modelsieve/scanner/internal/jsontree"
	"github.com/modelsieve/modelsieve/scanner/internal/kerasconfig"
	"github.com/modelsieve/modelsieve/scanner/internal/lazyregexp"
)

// firstClass is how the architecture begins that to_yaml() of Keras 1 and 2 writes: keys
// in the order of the alphabet.
var firstClass = lazyregexp.New(`(?m)^(- )?class_name: `)

// isYAML reports whether an artifact that begins so may be an architecture in YAML.
func isYAML(a *scanner.Artifact, prefix []byte) bool {
	if a.Size > conftree.MaxText {
		return false
	}
	ext := strings.ToLower(path.Ext(a.Name()))
	return firstClass().Match(prefix) || (ext == ".yaml" || ext == ".yml") && mentions(a, []byte("class_name"))
}

// runYAML judges the documents of a text of YAML.
func runYAML(ctx context.Context, p *scanner.Pass) error {
	raw, err := cursor.New(p, 0, p.Size).Bytes(p.Size, conftree.MaxText)
	if err != nil {
		return err
	}
	cost := 16 * p.Size // of the text, of what it is written as, and of marks
	if err := p.Budget.Hold(cost); err != nil {
		return err
	}
	defer p.Budget.Release(cost)
	doc, err := conftree.ParseYAML(raw, p.Budget)
	defer func() { doc.Close() }() // a broken text has documents, too
	found, judgeErr := judgeAll(ctx, p, doc.Roots)
	switch {
	case judgeErr != nil:
		return judgeErr
	case err == nil && !found:
		return scanner.Errorf(scanner.Malformed, 0, "no object of Keras stands in the text")
	case err == nil:
		p.Analysed(0, p.Size)
		return nil
	}
	return broken(p, err)
}

// broken records an error of the text. Of where it is the parser tells the line at most,
// so all that follows counts as not read.
func broken(p *scanner.Pass, err error) error {
	var input *scanner.Error
	if !errors.As(err, &input) {
		return err
	}
	at := input.At.Offset
	p.Analysed(0, at)
	p.Gap(input.Reason, scanner.Span{Offset: at, Length: p.Size - at}, "%s", input.Text)
	return nil
}

// judgeAll judges documents and reports whether one is of Keras.
func judgeAll(ctx context.Context, p *scanner.Pass, roots []*conftree.Node) (found bool, err error) {
	for _, root := range roots {
		c := converter{aliases: maxAliases}
		c.node(root)
		keras, err := c.judge(ctx, p)
		if err != nil {
			return found, err
		}
		found = found || keras
	}
	return found, nil
}

// A converter writes a tree of YAML as JSON and remembers where its values came from.
type converter struct {
	bytes.Buffer
	marks   []mark // ascending
	aliases int    // bytes that aliases may still be written as
}

// maxAliases is how many bytes all aliases of a document are written as, at most.
const maxAliases = 1 << 20

// A mark is where a value stands, in the JSON and in the artifact.
type mark struct {
	at   int64
	span scanner.Span
}

// judge judges what was written, if it is of Keras.
func (c *converter) judge(ctx context.Context, p *scanner.Pass) (keras bool, err error) {
	tree, err := jsontree.ParseText(c.String(), 0, p.Budget)
	defer func() { tree.Close() }()
	if err != nil || !kerasconfig.Looks(tree.Root()) {
		return false, err
	}
	p.Certain()
	w := kerasconfig.Walker{Pass: p, At: c.place}
	return true, w.Judge(ctx, tree.Root())
}

// place finds where a value came from, up to the end of the object that it is in: without
// the rest of that, it would say something else.
func (c *converter) place(n jsontree.Node) scanner.Span {
	around := n
	if parent := n.Parent(); parent.Exists() {
		around = parent
	}
	from, last := c.source(n.At()), c.source(around.Span().End()-1)
	return scanner.Span{Offset: from.Offset, Length: max(from.Length, last.End()-from.Offset)}
}

// source finds where the value came from that stands at a place of the JSON.
func (c *converter) source(at int64) scanner.Span {
	i, found := slices.BinarySearchFunc(c.marks, at, func(m mark, at int64) int { return cmp.Compare(m.at, at) })
	if !found {
		i = max(i-1, 0)
	}
	return c.marks[i].span
}

// node writes a value. An alias of a text is that text; any other is judged where it is
// an alias of.
func (c *converter) node(n *conftree.Node) {
	c.marks = append(c.marks, mark{int64(c.Len()), n.Span()})
	if n.Kind == conftree.Alias && n.To != nil && n.To.Kind == conftree.Scalar && len(n.To.Text) <= c.aliases {
		n = n.To
		c.aliases -= len(n.Text)
	}
	switch n.Kind {
	case conftree.Scalar:
		if n.Null() {
			c.WriteString("null")
			return
		}
		text, _ := json.Marshal(n.Text) // of a string it has no error
		c.Write(text)
	case conftree.List:
		c.items('[', n.Items, ',', ']')
	case conftree.Map:
		c.items('{', n.Items, ':', '}')
	default:
		c.WriteString("null")
	}
}

// items writes what is in a list, or keys and values in turn.
func (c *converter) items(open byte, items []*conftree.Node, odd, end byte) {
	c.WriteByte(open)
	for i, item := range items {
		switch {
		case i%2 == 1:
			c.WriteByte(odd)
		case i > 0:
			c.WriteByte(',')
		}
		if key := odd == ':' && i%2 == 0; key && item.Value().Kind != conftree.Scalar || key && item.Null() {
			c.WriteString(`""`)
			continue
		}
		c.node(item)
	}
	c.WriteByte(end)
}
