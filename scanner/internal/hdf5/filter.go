package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/modelsieve/modelsieve/scanner"
)

// A Filter is a step of the pipeline that data go through on the way to the file.
type Filter struct {
	ID       uint16 // 256 and more are those of plug-ins
	Name     string // as the file has it, mostly empty for the ids below 256
	Optional bool   // where the filter is not there, chunks are written without
	Params   []uint32
}

// Filters of HDF5 itself, and those of plug-ins that are read here.
const (
	filterDeflate  = 1
	filterShuffle  = 2
	filterFletcher = 3
	filterLZF      = 32000 // of h5py
)

// filterNames names what is known of others, for messages.
var filterNames = map[uint16]string{
	filterDeflate: "deflate", filterShuffle: "shuffle", filterFletcher: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset",
	305: "lzo", 307: "bzip2", filterLZF: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd",
	32017: "sz", 32023: "sperr", 32024: "sz3", 32026: "blosc2",
}

// String names the filter as HDF5 does, or says its number.
func (f Filter) String() string {
	if name := filterNames[f.ID]; name != "" {
		return name
	}
	return fmt.Sprintf("filter %d", f.ID)
}

// Plugin reports whether a loader has to look for the filter outside of HDF5.
func (f Filter) Plugin() bool { return f.ID >= 256 }

const maxFilters = 32

// filters takes a filter pipeline message (specification IV.A.2.l).
func (d *decoder) filters() []Filter {
	version, n := d.u8(), d.u8()
	d.expect("version", uint64(version), 1, 2)
	if version == 1 {
		d.bytes(6)
	}
	if n > maxFilters {
		d.fail("%d filters", n)
	}
	var filters []Filter
	for range n {
		f := d.filter(version)
		if d.err != nil {
			break
		}
		filters = append(filters, f)
	}
	return filters
}

// filter takes one filter.
func (d *decoder) filter(version byte) Filter {
	f := Filter{ID: d.u16()}
	var name uint64
	if version == 1 || f.ID >= 256 {
		name = uint64(d.u16())
	}
	f.Optional = d.u16()&1 != 0
	params := d.u16()
	if version == 1 {
		name = (name + 7) &^ 7
	}
	f.Name = untilNul(d.bytes(name))
	for range params {
		if d.err != nil {
			break
		}
		f.Params = append(f.Params, d.u32())
	}
	if version == 1 && params%2 == 1 {
		d.u32()
	}
	return f
}

// unfilter undoes a pipeline on bytes from an offset of the file, of which size come
// out. mask has a bit for each filter that was left out.
func (f *File) unfilter(filters []Filter, mask uint32, b []byte, at int64, size uint64) ([]byte, error) {
	if size > maxBlock {
		return nil, scanner.Errorf(scanner.OverLimit, at, "filtered data of %d bytes, more than the %d that are read at once", size, maxBlock)
	}
	if err := f.step(1 + int64(size)/8); err != nil {
		return nil, err
	}
	most := int64(size) + 64 // checksums that earlier filters appended
	for i := len(filters) - 1; i >= 0; i-- {
		if i < 32 && mask>>i&1 != 0 {
			continue
		}
		out, err := filters[i].undo(b, most)
		if errors.Is(err, errFilter) {
			return nil, scanner.Errorf(scanner.Unsupported, at, "data behind the filter %v, which is not undone here", filters[i])
		}
		if err != nil {
			return nil, scanner.Errorf(scanner.Malformed, at, "%v: %v", filters[i], err)
		}
		b = out
	}
	return b, nil
}

var (
	errFilter = errors.New("unknown filter")
	errSize   = errors.New("more bytes than belong there")
	errCut    = errors.New("the data end too early")
	errSum    = errors.New("the checksum is wrong")
)

// undo undoes one filter, of which at most most bytes may come out.
func (f Filter) undo(b []byte, most int64) ([]byte, error) {
	switch f.ID {
	case filterDeflate:
		return inflate(b, most)
	case filterShuffle:
		if len(f.Params) == 0 {
			return nil, errCut
		}
		return unshuffle(b, int(f.Params[0])), nil
	case filterFletcher:
		if len(b) < 4 {
			return nil, errCut
		}
		n := len(b) - 4
		if binary.LittleEndian.Uint32(b[n:]) != fletcher32(b[:n]) {
			return nil, errSum
		}
		return b[:n], nil
	case filterLZF:
		return unlzf(b, most)
	}
	return nil, errFilter
}

// inflate undoes deflate.
func inflate(b []byte, most int64) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(out)) > most {
		err = errSize
	}
	return out, err
}

// unshuffle undoes the sorting of bytes by their place in values of size bytes. What
// is left of a last, shorter value stays as it is.
func unshuffle(b []byte, size int) []byte {
	if size <= 1 || size > len(b) {
		return b
	}
	out := make([]byte, len(b))
	n := len(b) / size
	for i := range size {
		for j := range n {
			out[j*size+i] = b[i*n+j]
		}
	}
	copy(out[n*size:], b[n*size:])
	return out
}

// fletcher32 is the checksum of that name, as HDF5 computes it: over big-endian
// words of 16 bits, the last filled up with a zero.
func fletcher32(b []byte) uint32 {
	var low, high uint32
	for i := 0; i < len(b); i += 2 {
		word := uint32(b[i]) << 8
		if i+1 < len(b) {
			word |= uint32(b[i+1])
		}
		low = fold(low + word)
		high = fold(high + low)
	}
	return high<<16 | low
}

// fold reduces a sum modulo 65535, in which HDF5 keeps 65535 apart from 0.
func fold(sum uint32) uint32 { return sum&0xffff + sum>>16 }

// unlzf undoes LZF: literal runs and copies of what came out before.
func unlzf(b []byte, most int64) ([]byte, error) {
	var out []byte
	for len(b) > 0 {
		control := int(b[0])
		b = b[1:]
		if control < 32 {
			if len(b) <= control {
				return out, errCut
			}
			out, b = append(out, b[:control+1]...), b[control+1:]
		} else {
			n := control >> 5
			if n == 7 && len(b) > 0 {
				n, b = n+int(b[0]), b[1:]
			}
			if len(b) == 0 {
				return out, errCut
			}
			from := len(out) - (control&31<<8 | int(b[0])) - 1
			b = b[1:]
			if from < 0 {
				return out, errCut
			}
			for i := range n + 2 {
				out = append(out, out[from+i])
			}
		}
		if int64(len(out)) > most {
			return out, errSize
		}
	}
	return out, nil
}
