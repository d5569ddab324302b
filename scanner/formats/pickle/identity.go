package pickle

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"

	"github.com/modelsieve/modelsieve/scanner/internal/picklevm"
)

// Bounds on what an identity hashes: values of one tree and bytes of one literal.
// Trees beyond them differ in what comes before.
const (
	maxIdentityValues  = 100_000
	maxIdentityTotal   = 1_000_000 // of all findings of an artifact
	maxIdentityLiteral = 1 << 20
)

// An identifier hashes argument trees whole: literals with their bytes, shared
// values once.
type identifier struct {
	j    *judge
	h    hash.Hash
	seen map[picklevm.Value]int
	left int
}

// identity returns a hash over the trees of some values.
func (j *judge) identity(values ...picklevm.Value) string {
	most := min(maxIdentityValues, maxIdentityTotal-j.hashed)
	id := &identifier{j: j, h: sha256.New(), seen: map[picklevm.Value]int{}, left: most}
	for _, v := range values {
		id.value(v, 0)
	}
	j.hashed += most - max(id.left, 0)
	j.owed += int64(most - max(id.left, 0))
	return hex.EncodeToString(id.h.Sum(nil))
}

// number adds a number to the hash.
func (id *identifier) number(n uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], n)
	id.h.Write(b[:])
}

// value adds a value to the hash.
func (id *identifier) value(v picklevm.Value, depth int) {
	if id.left--; id.left < 0 || depth > 1000 {
		return
	}
	id.number(uint64(v.Kind()))
	switch v.Kind() {
	case picklevm.KindGlobal:
		id.text(id.j.targetOf(v).path)
	case picklevm.KindBigInt, picklevm.KindFloat, picklevm.KindBytes, picklevm.KindByteArray:
		id.literal(v)
	case picklevm.KindStr:
		if text, ok := id.j.m.Str(v); ok {
			id.text(text)
		} else {
			id.literal(v)
		}
	case picklevm.KindInt:
		id.number(uint64(v.Int()))
	case picklevm.KindBool:
		id.text(id.j.render(v, 8))
	default:
		id.node(v, depth)
	}
}

// node adds a value with items to the hash.
func (id *identifier) node(v picklevm.Value, depth int) {
	if !v.IsNode() {
		return
	}
	if n, ok := id.seen[v]; ok {
		id.number(uint64(n))
		return
	}
	id.seen[v] = len(id.seen)
	items, _, _ := id.j.m.Items(v)
	id.number(uint64(len(items)))
	for _, item := range items {
		id.value(item, depth+1)
	}
}

// text adds a string to the hash.
func (id *identifier) text(s string) {
	id.number(uint64(len(s)))
	id.h.Write([]byte(s))
}

// literal adds the bytes of a literal to the hash.
func (id *identifier) literal(v picklevm.Value) {
	_, n, _, _ := id.j.m.Extent(v)
	_, raw, _ := id.j.m.Literal(v, maxIdentityLiteral)
	id.number(uint64(n))
	id.h.Write(raw)
	id.j.owed += int64(len(raw))
}
