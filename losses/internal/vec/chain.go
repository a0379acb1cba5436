package vec

// TrueChain is dz = slope q where label is class and -slope p elsewhere: the derivative by the logit of the class of a loss
// whose derivative by log p of the true class is slope. p and q are the probabilities of the class and of the others.
func TrueChain(dz, slope, p, q []float32, label []int32, class int32) {
	check(len(dz), len(slope), len(p), len(q), len(label))
	c := splatI(class)
	for len(dz) >= Step && len(slope) >= Step && len(p) >= Step && len(q) >= Step && len(label) >= Step {
		d, s, sp, sq, t := (*[Step]float32)(dz), (*[Step]float32)(slope), (*[Step]float32)(p), (*[Step]float32)(q), (*[Step]int32)(label)
		dz, slope, p, q, label = dz[Step:], slope[Step:], p[Step:], q[Step:], label[Step:]
		load(s[0:4]).Mul(pull(load(sp[0:4]), load(sq[0:4]), loadI(t[0:4]), c)).Store(d[0:4])
		load(s[4:8]).Mul(pull(load(sp[4:8]), load(sq[4:8]), loadI(t[4:8]), c)).Store(d[4:8])
		load(s[8:12]).Mul(pull(load(sp[8:12]), load(sq[8:12]), loadI(t[8:12]), c)).Store(d[8:12])
		load(s[12:16]).Mul(pull(load(sp[12:16]), load(sq[12:16]), loadI(t[12:16]), c)).Store(d[12:16])
	}
}

// pull is q where label is class and -p elsewhere.
func pull(p, q F32, label, class I32) F32 { return q.IfElse(label.Equal(class), opposite(p)) }
