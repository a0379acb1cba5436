package vec

import "math"

// Labels8 is dst = src as int32, with -1 where it is one of ignore and behind the end of src, which may be shorter than dst.
// lo and hi are the smallest and the largest label that is not ignored; lo > hi when there is none.
func Labels8(dst []int32, src []uint8, ignore []int32) (lo, hi int32) {
	n := begin(dst, len(src), ignore)
	if n > 0 {
		lo, hi = labels8(dst[:n], src[:n], ignore)
	} else {
		lo, hi = math.MaxInt32, math.MinInt32
	}
	return finish(dst[n:], src[n:], ignore, lo, hi)
}

// Labels16 is Labels8 for labels of 16 bits.
func Labels16(dst []int32, src []uint16, ignore []int32) (lo, hi int32) {
	n := begin(dst, len(src), ignore)
	if n > 0 {
		lo, hi = labels16(dst[:n], src[:n], ignore)
	} else {
		lo, hi = math.MaxInt32, math.MinInt32
	}
	return finish(dst[n:], src[n:], ignore, lo, hi)
}

// Labels32 is Labels8 for labels of 32 bits; a -1 that is not ignored counts for lo, so that it can be told from an ignored one.
func Labels32(dst, src, ignore []int32) (lo, hi int32) {
	n := begin(dst, len(src), ignore)
	if n > 0 {
		lo, hi = labels32(dst[:n], src[:n], ignore)
	} else {
		lo, hi = math.MaxInt32, math.MinInt32
	}
	return finish(dst[n:], src[n:], ignore, lo, hi)
}

// begin is how many labels go four at a time: whole turns, as long as there are at most two ignored values.
func begin(dst []int32, n int, ignore []int32) int {
	checkBlock(len(dst))
	if n > len(dst) {
		panic(badLength)
	}
	if len(ignore) > 2 {
		return 0
	}
	return n - n%Step
}

// finish does the labels one by one, and -1 behind their end.
func finish[T uint8 | uint16 | int32](dst []int32, src []T, ignore []int32, lo, hi int32) (int32, int32) {
	for i, s := range src {
		v := int32(s)
		if among(ignore, v) {
			dst[i] = -1
			continue
		}
		dst[i], lo, hi = v, min(lo, v), max(hi, v)
	}
	for i := len(src); i < len(dst); i++ {
		dst[i] = -1
	}
	return lo, hi
}

// among tells whether v is ignored.
func among(ignore []int32, v int32) bool {
	for _, x := range ignore {
		if x == v {
			return true
		}
	}
	return false
}

// pair is the ignored values, at most two, as lanes: v is ignored where it is a or b, and on is all ones, not 0 for none.
func pair(ignore []int32) (a, b, on I32) {
	if len(ignore) == 0 {
		return
	}
	return splatI(ignore[0]), splatI(ignore[len(ignore)-1]), splatI(-1)
}

// marked is -1 where v is ignored and 0 elsewhere.
func marked(v, a, b, on I32) I32 { return v.Equal(a).Or(v.Equal(b)).ToInt32x4().And(on) }

// least and most leave out what is marked.
func least(v, mark I32) I32 { return v.AndNot(mark).Or(mark.And(splatI(math.MaxInt32))) }
func most(v, mark I32) I32  { return v.AndNot(mark).Or(mark.And(splatI(math.MinInt32))) }

// smallest and largest lane.
func smallest(x I32) int32 {
	var s [4]int32
	x.StoreArray(&s)
	return min(s[0], s[1], s[2], s[3])
}

func largest(x I32) int32 {
	var s [4]int32
	x.StoreArray(&s)
	return max(s[0], s[1], s[2], s[3])
}

// plain8 is labels8 where nothing is ignored.
func plain8(dst []int32, src []uint8) (int32, int32) {
	lo, hi := splatI(math.MaxInt32), splatI(math.MinInt32)
	for len(dst) >= Step && len(src) >= Step {
		d, s := (*[Step]int32)(dst), (*[Step]uint8)(src)
		dst, src = dst[Step:], src[Step:]
		v0, v1, v2, v3 := widen8(s)
		storeI4(d, v0, v1, v2, v3)
		lo = lo.Min(v0.Min(v1).Min(v2.Min(v3)))
		hi = hi.Max(v0.Max(v1).Max(v2.Max(v3)))
	}
	return smallest(lo), largest(hi)
}

func labels8(dst []int32, src []uint8, ignore []int32) (int32, int32) {
	if len(ignore) == 0 {
		return plain8(dst, src)
	}
	a, b, on := pair(ignore)
	lo, hi := splatI(math.MaxInt32), splatI(math.MinInt32)
	for len(dst) >= Step && len(src) >= Step {
		d, s := (*[Step]int32)(dst), (*[Step]uint8)(src)
		dst, src = dst[Step:], src[Step:]
		v0, v1, v2, v3 := widen8(s)
		m0, m1, m2, m3 := marked(v0, a, b, on), marked(v1, a, b, on), marked(v2, a, b, on), marked(v3, a, b, on)
		storeI4(d, v0.Or(m0), v1.Or(m1), v2.Or(m2), v3.Or(m3))
		lo = lo.Min(least(v0, m0).Min(least(v1, m1)).Min(least(v2, m2).Min(least(v3, m3))))
		hi = hi.Max(most(v0, m0).Max(most(v1, m1)).Max(most(v2, m2).Max(most(v3, m3))))
	}
	return smallest(lo), largest(hi)
}

func labels16(dst []int32, src []uint16, ignore []int32) (int32, int32) {
	a, b, on := pair(ignore)
	lo, hi := splatI(math.MaxInt32), splatI(math.MinInt32)
	for len(dst) >= Step && len(src) >= Step {
		d, s := (*[Step]int32)(dst), (*[Step]uint16)(src)
		dst, src = dst[Step:], src[Step:]
		v0, v1 := widen16((*[8]uint16)(s[0:8]))
		v2, v3 := widen16((*[8]uint16)(s[8:16]))
		m0, m1, m2, m3 := marked(v0, a, b, on), marked(v1, a, b, on), marked(v2, a, b, on), marked(v3, a, b, on)
		storeI4(d, v0.Or(m0), v1.Or(m1), v2.Or(m2), v3.Or(m3))
		lo = lo.Min(least(v0, m0).Min(least(v1, m1)).Min(least(v2, m2).Min(least(v3, m3))))
		hi = hi.Max(most(v0, m0).Max(most(v1, m1)).Max(most(v2, m2).Max(most(v3, m3))))
	}
	return smallest(lo), largest(hi)
}

func labels32(dst, src, ignore []int32) (int32, int32) {
	a, b, on := pair(ignore)
	lo, hi := splatI(math.MaxInt32), splatI(math.MinInt32)
	for len(dst) >= Step && len(src) >= Step {
		d, s := (*[Step]int32)(dst), (*[Step]int32)(src)
		dst, src = dst[Step:], src[Step:]
		v0, v1, v2, v3 := loadI(s[0:4]), loadI(s[4:8]), loadI(s[8:12]), loadI(s[12:16])
		m0, m1, m2, m3 := marked(v0, a, b, on), marked(v1, a, b, on), marked(v2, a, b, on), marked(v3, a, b, on)
		storeI4(d, v0.Or(m0), v1.Or(m1), v2.Or(m2), v3.Or(m3))
		lo = lo.Min(least(v0, m0).Min(least(v1, m1)).Min(least(v2, m2).Min(least(v3, m3))))
		hi = hi.Max(most(v0, m0).Max(most(v1, m1)).Max(most(v2, m2).Max(most(v3, m3))))
	}
	return smallest(lo), largest(hi)
}

// Count is the number of labels that are the class.
func Count(label []int32, class int32) int {
	checkBlock(len(label))
	o := splatI(class)
	var n I32 // minus the count
	for len(label) >= 4*Step {
		s := (*[4 * Step]int32)(label)
		label = label[4*Step:]
		n = n.Add(equal4(s[0:16], o).Add(equal4(s[16:32], o)).Add(equal4(s[32:48], o).Add(equal4(s[48:64], o))))
	}
	for ; len(label) >= Step; label = label[Step:] {
		n = n.Add(equal4(label[:Step], o))
	}
	return -lanes(n)
}

// equal4 is -1 for each of four labels that is the class, added up.
func equal4(s []int32, o I32) I32 {
	return loadI(s[0:4]).Equal(o).ToInt32x4().Add(loadI(s[4:8]).Equal(o).ToInt32x4()).
		Add(loadI(s[8:12]).Equal(o).ToInt32x4().Add(loadI(s[12:16]).Equal(o).ToInt32x4()))
}

// What a turn of sixteen labels is that are not all alike: on the Edge of an object, where each is as the first or the last and no
// label is -1, or Mixed.
const (
	Mixed = -2
	Edge  = -3
)

// Turns is the class of sixteen labels in turn, as most are alike, else Edge or Mixed. It adds the number of labels that are each
// class to count, whose first element is of the label -1.
func Turns(turn, count, label []int32) {
	n := len(label)
	checkBlock(n)
	turn = turn[:n/Step]
	for k := range turn {
		s := at(label, k*Step)
		first, last := s[0], s[Step-1]
		turn[k] = first
		like := -lanes(equal4(s[:], splatI(first)))
		if like == Step {
			count[first+1] += Step
			continue
		}
		if last != first && first|last >= 0 && like-lanes(equal4(s[:], splatI(last))) == Step {
			turn[k] = Edge
			count[first+1] += int32(like)
			count[last+1] += int32(Step - like)
			continue
		}
		turn[k] = Mixed
		for _, class := range s {
			count[class+1]++
		}
	}
}

// CountPairs adds the number of pixels of each pair of labels to count, at row[t]+a. Sixteen equal pairs count at once. Any length.
func CountPairs(count []uint32, row *[256]int32, t, a []uint8) {
	check8(len(t), len(a))
	for len(t) >= Step && len(a) >= Step {
		r, s := (*[Step]uint8)(t), (*[Step]uint8)(a)
		t, a = t[Step:], a[Step:]
		const each = 0x0101010101010101
		lo, hi := wordsAt(r)
		low, high := wordsAt(s)
		if same, also := uint64(r[0])*each, uint64(s[0])*each; (lo^same)|(hi^same)|(low^also)|(high^also) == 0 {
			count[row[r[0]]+int32(s[0])] += Step
			continue
		}
		for i, v := range r {
			count[row[v]+int32(s[i])]++
		}
	}
	for i, v := range t {
		count[row[v]+int32(a[i])]++
	}
}

// CountBytes adds the number of labels that are each class to count. Sixteen equal labels count at once. Any length.
func CountBytes(count *[256]int, label []uint8) {
	for len(label) >= Step {
		s := (*[Step]uint8)(label)
		label = label[Step:]
		same := uint64(s[0]) * 0x0101010101010101
		lo, hi := wordsAt(s)
		if (lo^same)|(hi^same) == 0 {
			count[s[0]] += Step
			continue
		}
		for _, class := range s {
			count[class]++
		}
	}
	for _, class := range label {
		count[class]++
	}
}
