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

// Largest8 is the largest byte, 0 if there is none. Any length.
func Largest8(x []uint8) uint8 {
	n := len(x) - len(x)%Step
	top := largest8(x[:n])
	for _, v := range x[n:] {
		top = max(top, v)
	}
	return top
}
