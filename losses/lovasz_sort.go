package losses

import (
	"math"

	"github.com/maskloss/maskloss/losses/internal/vec"
)

// sorter sorts the errors of pixels, the largest first, equal ones by index.
// Its keys are those of vec; where a pixel must be found again they are wide:
// the error above an index above the bit of the class. Errors of 0 add nothing
// and are left out.
//
// Loops are short and do four or more pixels a turn, because every turn is dear
// in WebAssembly.
type sorter struct {
	short, moreShort []uint32
	wide, moreWide   []uint64
	count            [3][2048]uint32
	key              [vec.Block]int32 // of one block
	x, q             [vec.Block]float32
	mask             [vec.Block]uint8
}

// Where the error begins in a key.
const (
	shortError = 1
	wideError  = 32
)

// begin forgets all keys and makes room for those of a number of pixels, with
// what a padded block writes beyond its end.
func (o *sorter) begin(pixels int, wide bool) {
	pixels += vec.Step
	if wide {
		o.wide = grow(o.wide, pixels)[:0]
	} else {
		o.short = grow(o.short, pixels)[:0]
	}
}

// addShort appends the keys of a block that have an error.
func (o *sorter) addShort(key []int32) {
	n := len(o.short)
	dst := o.short[n : n+len(key)]
	at := 0
	for ; len(key) >= vec.Step; key = key[vec.Step:] {
		k := (*[vec.Step]int32)(key)
		at = keep(dst, at, k[0])
		at = keep(dst, at, k[1])
		at = keep(dst, at, k[2])
		at = keep(dst, at, k[3])
		at = keep(dst, at, k[4])
		at = keep(dst, at, k[5])
		at = keep(dst, at, k[6])
		at = keep(dst, at, k[7])
		at = keep(dst, at, k[8])
		at = keep(dst, at, k[9])
		at = keep(dst, at, k[10])
		at = keep(dst, at, k[11])
		at = keep(dst, at, k[12])
		at = keep(dst, at, k[13])
		at = keep(dst, at, k[14])
		at = keep(dst, at, k[15])
	}
	o.short = o.short[:n+at]
}

// keep writes a key and steps on if it has an error, without a branch.
func keep(dst []uint32, at int, key int32) int {
	k := uint32(key)
	dst[at] = k
	return at + has1(k)
}

// has1 is 1 for a key with an error, 0 for one without: below 2.
func has1(k uint32) int { return int((uint64(k) + 1<<32 - 2) >> 32) }

// addWide is addShort of the pixels that begin at index.
func (o *sorter) addWide(key []int32, index int) {
	n := len(o.wide)
	dst := o.wide[n : n+len(key)]
	at := 0
	for ; len(key) >= 4; key = key[4:] {
		k := (*[4]int32)(key)
		at = keepWide(dst, at, k[0], index)
		at = keepWide(dst, at, k[1], index+1)
		at = keepWide(dst, at, k[2], index+2)
		at = keepWide(dst, at, k[3], index+3)
		index += 4
	}
	o.wide = o.wide[:n+at]
}

func keepWide(dst []uint64, at int, key int32, index int) int {
	k := uint32(key)
	dst[at] = uint64(k>>1)<<wideError | uint64(index)<<1 | uint64(k&1)
	return at + has1(k)
}

// sorted is a stable radix sort by the 31 bits of the error, which begin at low,
// in three passes. The result is in keys or in more.
func sorted[K uint32 | uint64](keys []K, more *[]K, count *[3][2048]uint32, low int) []K {
	if n := len(keys); cap(*more) < n {
		*more = make([]K, min(cap(keys), n+n/8)) // the next may have a few more
	}
	a, b := keys, (*more)[:len(keys)]
	clear(count[:])
	countDigits(a, count, low)
	for pass, d := range [3]digit{{low, 1<<10 - 1}, {low + 10, 1<<10 - 1}, {low + 20, 1<<11 - 1}} {
		if c := &count[pass]; begins(c, d.most, len(a)) {
			deal(b, a, c, d)
			a, b = b, a
		}
	}
	return a
}

// digit is some bits of a key.
type digit struct{ shift, most int }

// countDigits counts how often each digit has each value.
func countDigits[K uint32 | uint64](keys []K, count *[3][2048]uint32, low int) {
	for ; len(keys) >= 8; keys = keys[8:] {
		k := (*[8]K)(keys)
		note(count, uint64(k[0])>>(low&63))
		note(count, uint64(k[1])>>(low&63))
		note(count, uint64(k[2])>>(low&63))
		note(count, uint64(k[3])>>(low&63))
		note(count, uint64(k[4])>>(low&63))
		note(count, uint64(k[5])>>(low&63))
		note(count, uint64(k[6])>>(low&63))
		note(count, uint64(k[7])>>(low&63))
	}
	for _, k := range keys {
		note(count, uint64(k)>>(low&63))
	}
}

func note(count *[3][2048]uint32, k uint64) {
	count[0][k&1023]++
	count[1][k>>10&1023]++
	count[2][k>>20&2047]++
}

// begins makes of the counts of a digit where its values begin, the largest
// first. It tells whether there is more than one of them.
func begins(count *[2048]uint32, most, all int) bool {
	at, several := uint32(0), true
	for i := most; i >= 0; i-- {
		n := count[i&2047]
		several = several && int(n) != all
		count[i&2047] = at
		at += n
	}
	return several
}

// deal writes keys to where their digit begins.
func deal[K uint32 | uint64](dst, keys []K, begin *[2048]uint32, d digit) {
	shift, most := d.shift&63, uint64(d.most)
	for ; len(keys) >= 16; keys = keys[16:] {
		k := (*[16]K)(keys)
		place(dst, begin, k[0], shift, most)
		place(dst, begin, k[1], shift, most)
		place(dst, begin, k[2], shift, most)
		place(dst, begin, k[3], shift, most)
		place(dst, begin, k[4], shift, most)
		place(dst, begin, k[5], shift, most)
		place(dst, begin, k[6], shift, most)
		place(dst, begin, k[7], shift, most)
		place(dst, begin, k[8], shift, most)
		place(dst, begin, k[9], shift, most)
		place(dst, begin, k[10], shift, most)
		place(dst, begin, k[11], shift, most)
		place(dst, begin, k[12], shift, most)
		place(dst, begin, k[13], shift, most)
		place(dst, begin, k[14], shift, most)
		place(dst, begin, k[15], shift, most)
	}
	for _, k := range keys {
		place(dst, begin, k, shift, most)
	}
}

func place[K uint32 | uint64](dst []K, begin *[2048]uint32, k K, shift int, most uint64) {
	i := uint64(k) >> (shift & 63) & most & 2047
	at := begin[i]
	begin[i] = at + 1
	dst[at] = k
}

// jaccard is the loss of sorted keys: their errors fall from one to the next, and
// each fall costs the Jaccard loss of the pixels before it, which is their number
// over the union of them and the pixels of the class. No term is negative. They
// are added up block by block, so that no long sum drowns its small terms.
func jaccard[K uint32 | uint64](keys []K, low, positives int) (sum float64) {
	d := descent{union: int64(positives)}
	for at := 0; at < len(keys); at += vec.Block {
		d.sum = 0
		d = down(d, keys[at:min(at+vec.Block, len(keys))], low, at)
		sum += d.sum
	}
	return sum + float64(d.share*d.error)
}

// descent is where the pixels passed have come to: a sum, the error and the
// Jaccard loss of the last of them, and their union with the class.
type descent struct {
	sum, error, share float64
	union             int64
}

func down[K uint32 | uint64](d descent, keys []K, low, passed int) descent {
	n := float64(passed)
	for ; len(keys) >= 4; keys = keys[4:] {
		k := (*[4]K)(keys)
		d = d.pass(keyError(k[0], low), int64(k[0]&1), n+1)
		d = d.pass(keyError(k[1], low), int64(k[1]&1), n+2)
		d = d.pass(keyError(k[2], low), int64(k[2]&1), n+3)
		d = d.pass(keyError(k[3], low), int64(k[3]&1), n+4)
		n += 4
	}
	for _, k := range keys {
		n++
		d = d.pass(keyError(k, low), int64(k&1), n)
	}
	return d
}

func (d descent) pass(e float32, hit int64, passed float64) descent {
	to := float64(e)
	union := d.union + 1 - hit
	return descent{d.sum + float64(d.share*(d.error-to)), to, passed / float64(union), union}
}

// A walk goes down sorted keys: left are the pixels of the class that are not
// passed yet, union those of the class or passed.
type walk struct{ left, union int64 }

// step is the share of the next pixel in the Jaccard gradient, in closed form:
// 1/union for a pixel of the class, left/(union (union+1)) for another.
func (w walk) step(hit int64) (walk, float64) {
	u := float64(w.union)
	share := float64(w.left+(w.union+1-w.left)&-hit) / float64(u*(u+1))
	return walk{w.left - hit, w.union + 1 - hit}, share
}

// slopes writes the shares of keys times a scale.
func (w walk) slopes(dst []float32, keys []uint64, scale float64) walk {
	var a, b, c, d float64
	for ; len(keys) >= 4 && len(dst) >= 4; keys, dst = keys[4:], dst[4:] {
		k, to := (*[4]uint64)(keys), (*[4]float32)(dst)
		w, a = w.step(int64(k[0] & 1))
		w, b = w.step(int64(k[1] & 1))
		w, c = w.step(int64(k[2] & 1))
		w, d = w.step(int64(k[3] & 1))
		to[0], to[1], to[2], to[3] = float32(a*scale), float32(b*scale), float32(c*scale), float32(d*scale)
	}
	for i, k := range keys {
		w, a = w.step(int64(k & 1))
		dst[i] = float32(a * scale)
	}
	return w
}

// keyError is the error of a key in which it begins at low.
func keyError[K uint32 | uint64](k K, low int) float32 {
	return math.Float32frombits(uint32(k >> (low & 63)))
}

// largest is the first of the largest errors, 0 if there is none.
func largest[K uint32 | uint64](keys []K, low int) (top K) {
	for _, k := range keys {
		if k>>(low&63) > top>>(low&63) {
			top = k
		}
	}
	return top
}

// places are where pixels of a plane get their shares: an index counts the
// pixels of the unit. In the gradient the other classes lie between two images.
type places struct {
	gradient, heatmap []float32
	px, between       int
	slope             *[vec.Block]float32 // of a block of keys
}

// places are those of class c of a unit that begins at an image.
func (p *Planes) places(first, c int) places {
	s := p.Shape
	to := places{px: s.Pixels(), slope: &p.Scratch.Order.x}
	to.between = (s.C - 1) * to.px
	if p.gradient != nil {
		to.gradient = p.gradient[(first*s.C+c)*to.px:]
	}
	if p.heatmap != nil {
		to.heatmap = p.heatmap[first*to.px:]
	}
	return to
}

// spread gives the pixels of sorted keys their shares of the gradient.
func (to places) spread(keys []uint64, positives int, scale float64) {
	w := walk{int64(positives), int64(positives)}
	for len(keys) > 0 {
		n := min(len(keys), vec.Block)
		w = w.slopes(to.slope[:n], keys[:n], scale)
		to.put(keys[:n])
		keys = keys[n:]
	}
}

// put gives the pixels of a block of keys what slope has for them.
func (to places) put(keys []uint64) {
	if to.heatmap != nil {
		warm(to.heatmap, keys, to.slope[:len(keys)])
	}
	switch {
	case to.gradient == nil:
	case to.between == 0:
		point(to.gradient, keys, to.slope[:len(keys)])
	default:
		for i, k := range keys {
			at := indexOf(k)
			to.gradient[at+at/to.px*to.between] = signed(k, to.slope[i])
		}
	}
}

// warm adds to a map the slope of each pixel times its error.
func warm(heatmap []float32, keys []uint64, slope []float32) {
	for ; len(keys) >= 4 && len(slope) >= 4; keys, slope = keys[4:], slope[4:] {
		k, g := (*[4]uint64)(keys), (*[4]float32)(slope)
		heatmap[indexOf(k[0])] += float32(keyError(k[0], wideError) * g[0])
		heatmap[indexOf(k[1])] += float32(keyError(k[1], wideError) * g[1])
		heatmap[indexOf(k[2])] += float32(keyError(k[2], wideError) * g[2])
		heatmap[indexOf(k[3])] += float32(keyError(k[3], wideError) * g[3])
	}
	for i, k := range keys {
		heatmap[indexOf(k)] += float32(keyError(k, wideError) * slope[i])
	}
}

// point writes the slope of each pixel, which falls where the pixel is of the
// class.
func point(gradient []float32, keys []uint64, slope []float32) {
	for ; len(keys) >= 4 && len(slope) >= 4; keys, slope = keys[4:], slope[4:] {
		k, g := (*[4]uint64)(keys), (*[4]float32)(slope)
		gradient[indexOf(k[0])] = signed(k[0], g[0])
		gradient[indexOf(k[1])] = signed(k[1], g[1])
		gradient[indexOf(k[2])] = signed(k[2], g[2])
		gradient[indexOf(k[3])] = signed(k[3], g[3])
	}
	for i, k := range keys {
		gradient[indexOf(k)] = signed(k, slope[i])
	}
}

// indexOf is the index of a wide key.
func indexOf(k uint64) int { return int(uint32(k) >> 1) }

// signed is -g for a pixel of the class.
func signed(k uint64, g float32) float32 {
	return math.Float32frombits(math.Float32bits(g) ^ uint32(k)<<31)
}
