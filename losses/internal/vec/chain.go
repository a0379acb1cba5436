package vec

// TrueChain is dz = slope q where label is class and -slope p elsewhere: the derivative by the logit of the class of a loss
// whose derivative by log p of the true class is slope. p and q are the probabilities of the class and of the others.
func TrueChain(dz, slope, p, q []float32, label []int32, class int32) {
	n := len(dz)
	check(n, len(slope), len(p), len(q), len(label))
	slope, p, q, label = slope[:n], p[:n], q[:n], label[:n]
	o := splatI(class)
	for i := 0; i <= n-Step; i += Step {
		a, b, c, d := load4(at(p, i))
		e, f, g, h := load4(at(q, i))
		k, l, m, n := loadI4(at(label, i))
		a, b, c, d = pull(a, e, k, o), pull(b, f, l, o), pull(c, g, m, o), pull(d, h, n, o)
		e, f, g, h = load4(at(slope, i))
		a, b, c, d = mul4(a, b, c, d, e, f, g, h)
		store4(at(dz, i), a, b, c, d)
	}
}

// pull is q where label is class and -p elsewhere.
func pull(p, q F32, label, class I32) F32 { return q.IfElse(label.Equal(class), opposite(p)) }
