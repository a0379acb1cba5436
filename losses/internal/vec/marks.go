package vec

// Mark8 is dst[i] = 1 where label i is the class, else 0. It gives the number of ones. Any length.
func Mark8(dst, label []uint8, class uint8) int {
	check8(len(dst), len(label))
	n := len(dst) - len(dst)%Step
	mark8(dst[:n], label[:n], class)
	for i := n; i < len(dst); i++ {
		dst[i] = 0
		if label[i] == class {
			dst[i] = 1
		}
	}
	ones, _ := Ones8(dst)
	return ones
}

// Certain is a logit of next to no probability: its e^-|x| is still normal, and needs no limit.
const Certain = -87

var certain = four(Certain)

// Settle8 is y = x where a label is 0 or 1, and a certain zero elsewhere. It says how many these are, and whether all of x is
// finite.
func Settle8(y, x []float32, label []uint8) (others int, finite bool) {
	n := len(y)
	checkUnit8(n, len(label))
	check(n, len(x))
	x, label = x[:n], label[:n]
	var count, far I32
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		far = farthest4(far, a, b, c, d)
		u, v, w, z := others8(at(label, i))
		count = count.Sub(u.Add(v).Add(w.Add(z)))
		store4(at(y, i), settled(a, u), settled(b, v), settled(c, w), settled(d, z))
	}
	var list [4]int32
	count.StoreArray(&list)
	return int(list[0] + list[1] + list[2] + list[3]), largest(far) < infinite
}

// Clear8 is x = 0 where a label is neither 0 nor 1.
func Clear8(x []float32, label []uint8) {
	n := len(x)
	checkUnit8(n, len(label))
	label = label[:n]
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(x, i))
		u, v, w, z := others8(at(label, i))
		store4(at(x, i), left(a, u), left(b, v), left(c, w), left(d, z))
	}
}

// others8 is all bits where a byte is above 1 and none where it is not.
func others8(s *[Step]uint8) (a, b, c, d I32) {
	k, l, m, n := widen8(s)
	o := splatI(1)
	return o.Sub(k).ShiftAllRight(31), o.Sub(l).ShiftAllRight(31), o.Sub(m).ShiftAllRight(31), o.Sub(n).ShiftAllRight(31)
}

// settled is x, and a certain zero where the mask is set.
func settled(x F32, mask I32) F32 {
	return float(bits(left(x, mask)).Or(bits(every(&certain)).And(mask)))
}

// Largest8 is the largest byte, 0 if there is none. Any length.
func Largest8(x []uint8) uint8 {
	n := len(x) - len(x)%Step
	top := largest8(x[:n])
	for _, v := range x[n:] {
		top = max(top, v)
	}
	return top
}
