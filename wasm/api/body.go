package api

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"net/http"
)

// Octets are the bytes of a body and the arrays in them, little-endian. A host
// that has them in memory gives its own, which copies nothing.
type Octets interface {
	Len() int
	Bytes(at, n int) []byte
	Uint16(at, n int) []uint16
	Int32(at, n int) []int32
	Float32(at, n int) []float32
}

type octetsKey struct{}

// WithOctets gives the API the body of a request, read already.
func WithOctets(r *http.Request, o Octets) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), octetsKey{}, o))
}

// octets reads the body of a call.
func (a *API) octets(c *call) (Octets, error) {
	if o, ok := c.Context().Value(octetsKey{}).(Octets); ok {
		if o.Len() > a.config.limitOf(c.media) {
			return nil, a.condemn(TooLarge)
		}
		return o, nil
	}
	if c.Body == nil {
		return Bytes(nil), nil
	}
	most := a.config.limitOf(c.media)
	b, err := io.ReadAll(io.LimitReader(c.Body, int64(most)+1))
	switch {
	case len(b) > most:
		return nil, a.condemn(TooLarge)
	case err != nil:
		return nil, a.condemn(BrokenOff)
	}
	return Bytes(b), nil
}

// bytes reads the body of a call as it is.
func (a *API) bytes(c *call) ([]byte, error) {
	o, err := a.octets(c)
	if err != nil {
		return nil, err
	}
	return o.Bytes(0, o.Len()), nil
}

// Bytes are octets of their own.
type Bytes []byte

// Len is the number of bytes.
func (b Bytes) Len() int { return len(b) }

// Bytes is a part of the bytes.
func (b Bytes) Bytes(at, n int) []byte { return b[at : at+n] }

// Uint16 copies n numbers.
func (b Bytes) Uint16(at, n int) []uint16 {
	out := make([]uint16, n)
	for i := range out {
		out[i] = binary.LittleEndian.Uint16(b[at+2*i:])
	}
	return out
}

// Int32 copies n numbers.
func (b Bytes) Int32(at, n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(b[at+4*i:]))
	}
	return out
}

// Float32 copies n numbers.
func (b Bytes) Float32(at, n int) []float32 {
	out := make([]float32, n)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[at+4*i:]))
	}
	return out
}
