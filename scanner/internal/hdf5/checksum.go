package hdf5

import (
	"encoding/binary"
	"math/bits"
)

// lookup3 is Bob Jenkins' hash of that name, with an initial value of zero: the
// checksum of all structures that have one.
func lookup3(b []byte) uint32 {
	a := 0xdeadbeef + uint32(len(b))
	c := [3]uint32{a, a, a}
	for ; len(b) > 12; b = b[12:] {
		add(&c, b)
		mix(&c)
	}
	if len(b) == 0 {
		return c[2]
	}
	var tail [12]byte
	copy(tail[:], b)
	add(&c, tail[:])
	return final(c)
}

// add adds twelve bytes.
func add(c *[3]uint32, b []byte) {
	for i := range c {
		c[i] += binary.LittleEndian.Uint32(b[4*i:])
	}
}

func mix(c *[3]uint32) {
	for i, shift := range [...]int{4, 6, 8, 16, 19, 4} {
		x, y, z := &c[i%3], &c[(i+1)%3], &c[(i+2)%3]
		*x -= *z
		*x ^= bits.RotateLeft32(*z, shift)
		*z += *y
	}
}

func final(c [3]uint32) uint32 {
	for i, shift := range [...]int{14, 11, 25, 16, 4, 14, 24} {
		x, y := &c[(i+2)%3], &c[(i+1)%3]
		*x ^= *y
		*x -= bits.RotateLeft32(*y, shift)
	}
	return c[2]
}
