//go:build goexperiment.simd && go1.27 && !amd64 && !wasm

package vec

import "simd/archsimd"

func lookup(x, index archsimd.Int8x16) archsimd.Int8x16 { return x.LookupOrZero(index) }
