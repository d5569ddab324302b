package picklevm

import "github.com/modelsieve/modelsieve/scanner"

// The heap holds the values that have items. It has no garbage collection: a
// pickle that memoizes what it builds, as all writers do, has no garbage. Nodes
// and items live in chunks without pointers, so that Go's collector passes by.
const (
	chunkBits = 14
	chunkLen  = 1 << chunkBits
	chunkMask = chunkLen - 1

	nodeBytes = 16
	itemBytes = 8

	// firstLen is how long the first chunk is at first: most streams are short.
	firstLen = 1 << 8
)

// maxItems is how many items of a list, set or dict are kept unless the Config
// says more, looseItems how many that are not plain data. Tuples keep all.
const (
	maxItems   = 512
	looseItems = 4096
)

// preciseNodes is how many nodes a stream may make before containers of plain
// data stop being kept: their items then are unknown, which no allowed call is
// satisfied by. Tuples that are handed to a call at once are kept.
const preciseNodes = 1 << 20

type node struct {
	kind  Kind
	flags Flags
	n     uint32 // items
	first uint32 // index of the first item
	room  uint32 // items that fit at first without moving
}

type heap struct {
	nodes  [][]node
	items  [][]Value
	nNodes uint32
	nItems uint32
	keep   int                     // items of a list, set or dict that are kept
	most   uint32                  // nodes up to which containers of plain data are kept
	hold   func(bytes int64) error // charges memory
	held   int64                   // bytes charged
}

// node returns the node of a heap value.
func (h *heap) node(v Value) *node {
	i := uint32(v.payload())
	return &h.nodes[i>>chunkBits][i&chunkMask]
}

// item returns a pointer to an item by its index in the heap.
func (h *heap) item(i uint32) *Value { return &h.items[i>>chunkBits][i&chunkMask] }

// make makes a value of a kind with items.
func (h *heap) make(k Kind, items ...Value) (Value, error) {
	if h.nNodes >= room(h.nodes) {
		if err := h.charge(int64(more(h.nodes)) * nodeBytes); err != nil {
			return 0, err
		}
		h.nodes = extended(h.nodes)
	}
	first, err := h.reserve(uint32(len(items)))
	if err != nil {
		return 0, err
	}
	h.put(first, items)
	v := makeValue(k, uint64(h.nNodes))
	h.nNodes++
	*h.node(v) = node{kind: k, n: uint32(len(items)), first: first, room: uint32(len(items))}
	return v, nil
}

// charge charges memory to the budget. Indexes are 32 bits wide, which the
// default limit on memory keeps far away.
func (h *heap) charge(bytes int64) error {
	if h.nNodes > 1<<32-2*chunkLen || h.nItems > 1<<32-2*chunkLen {
		return &scanner.LimitError{Limit: "max-held-bytes", Max: h.held}
	}
	if err := h.hold(bytes); err != nil {
		return err
	}
	h.held += bytes
	return nil
}

// reserve makes room for n items in a row and returns the index of the first.
func (h *heap) reserve(n uint32) (uint32, error) {
	first := h.nItems
	for uint64(first)+uint64(n) > uint64(room(h.items)) {
		if err := h.charge(int64(more(h.items)) * itemBytes); err != nil {
			return 0, err
		}
		h.items = extended(h.items)
	}
	h.nItems += n
	return first, nil
}

// put copies items to their place in the heap, chunk by chunk.
func (h *heap) put(first uint32, items []Value) {
	for len(items) > 0 {
		n := copy(h.items[first>>chunkBits][first&chunkMask:], items)
		first, items = first+uint32(n), items[n:]
	}
}

// room is how many elements chunks have.
func room[T any](chunks [][]T) uint32 {
	if len(chunks) == 0 {
		return 0
	}
	return uint32(len(chunks)-1)*chunkLen + uint32(len(chunks[len(chunks)-1]))
}

// more is how many elements the next extension adds.
func more[T any](chunks [][]T) int {
	switch {
	case len(chunks) == 0:
		return firstLen
	case len(chunks) == 1 && len(chunks[0]) < chunkLen:
		return min(3*len(chunks[0]), chunkLen-len(chunks[0]))
	}
	return chunkLen
}

// extended returns chunks with more room: the first grows to the length of the others
// before there is a second.
func extended[T any](chunks [][]T) [][]T {
	if len(chunks) == 1 && len(chunks[0]) < chunkLen {
		grown := make([]T, len(chunks[0])+more(chunks))
		copy(grown, chunks[0])
		chunks[0] = grown
		return chunks
	}
	return append(chunks, make([]T, more(chunks)))
}

// add appends items, in groups of stride, to a list, set or dict. Behind h.keep
// groups only those that are not plain data are kept, and behind looseItems none.
func (h *heap) add(v Value, items []Value, stride int) error {
	nd := h.node(v)
	items = items[:len(items)-len(items)%stride]
	if h.nNodes < h.most && int(nd.n)+len(items) <= h.keep*stride {
		return h.extend(nd, items)
	}
	for ; len(items) > 0; items = items[stride:] {
		group := items[:stride]
		loose := !h.allData(group)
		switch kept := int(nd.n) / stride; {
		case kept < h.keep && (loose || h.nNodes < h.most), loose && kept < looseItems:
		default:
			nd.flags |= flagCut
			if loose {
				nd.flags |= flagLoose
			}
			continue
		}
		if err := h.extend(nd, group); err != nil {
			return err
		}
	}
	return nil
}

// extend appends items to a node, moving those that it has where there is no room.
func (h *heap) extend(nd *node, items []Value) error {
	n := nd.n + uint32(len(items))
	if n > nd.room {
		room := max(2*nd.room, n)
		first, err := h.reserve(room)
		if err != nil {
			return err
		}
		for i := range nd.n {
			*h.item(first + i) = *h.item(nd.first + i)
		}
		nd.first, nd.room = first, room
	}
	h.put(nd.first+nd.n, items)
	nd.n = n
	return nil
}

// slice returns the first items of a heap value, at most that many.
func (h *heap) slice(v Value, most int) []Value {
	nd := h.node(v)
	items := make([]Value, min(int(nd.n), most))
	for i := range items {
		items[i] = *h.item(nd.first + uint32(i))
	}
	return items
}

// allData reports whether all values are plain data or tuples of it.
func (h *heap) allData(items []Value) bool {
	for _, v := range items {
		if v.IsPlain() {
			continue
		}
		if v.Kind() != KindTuple {
			return false
		}
		nd := h.node(v)
		for i := range nd.n {
			if !h.item(nd.first + i).IsPlain() {
				return false
			}
		}
	}
	return true
}

// allPlain reports whether all values are data without items.
func allPlain(items []Value) bool {
	for _, v := range items {
		if !v.IsPlain() {
			return false
		}
	}
	return true
}
