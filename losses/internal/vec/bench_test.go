package vec

import "testing"

// BenchmarkKernels times each kernel on one block, which stays in the first cache. ns/px is milliseconds per megapixel, but
// for 5 %.
func BenchmarkKernels(b *testing.B) {
	c := newCorpus(9)
	x, z, m, rest := c.between(Block, -6, 6), c.between(Block, -6, 6), c.between(Block, 6, 7), c.between(Block, 0, 3)
	p, q, t, w := c.between(Block, 0, 1), c.between(Block, 0, 1), c.between(Block, 0, 1), c.between(Block, 0, 1)
	d, e := make([]float32, Block), make([]float32, Block)
	label, arg, wide := c.labels(Block, 2), c.labels(Block, 3), make([]int32, Block)
	bytes, words := c.bytes(Block, 2), make([]uint16, Block)
	answer, truth := c.bytes(Block, 2), c.bytes(Block, 2)
	planes := [][]float32{x, z, m}
	many := make([][]float32, 19)
	for k := range many {
		many[k] = x
	}
	any19 := c.labels(Block, 19)
	ignore, counts, turns := []int32{255}, make([]int32, 20), make([]int32, Block/Step)
	for _, k := range []struct {
		name string
		size int // bytes read and written per pixel
		run  func()
	}{
		{"Exp", 8, func() { Exp(d, x) }},
		{"Log", 8, func() { Log(d, t) }},
		{"Log1p", 8, func() { Log1p(d, rest) }},
		{"Sigmoid", 12, func() { Sigmoid(d, e, x) }},
		{"LogSigmoid", 12, func() { LogSigmoid(d, e, x) }},
		{"TrueSigmoid", 16, func() { TrueSigmoid(d, e, x, label) }},
		{"TrueSigmoid without q", 12, func() { TrueSigmoid(d, nil, x, label) }},
		{"MaxStep", 20, func() { MaxStep(m, arg, z, 2) }},
		{"RestStep", 20, func() { RestStep(rest, z, m, arg, 1) }},
		{"SoftmaxClass", 20, func() { SoftmaxClass(d, e, z, m, rest) }},
		{"SoftmaxClass alone", 16, func() { SoftmaxClass(d, nil, z, m, rest) }},
		{"LogSoftmaxClass", 16, func() { LogSoftmaxClass(d, z, m, rest) }},
		{"GatherTrue of 3", 12, func() { GatherTrue(d, planes, arg) }},
		{"GatherTrue of 19", 12, func() { GatherTrue(d, many, arg) }},
		{"Grow", 8, func() { Grow(d, x) }},
		{"GrowTwo", 16, func() { GrowTwo(d, e, x, z) }},
		{"Part", 24, func() { Part(d, e, t, p, q, arg) }},
		{"OwnOf 19", 12, func() { OwnOf(d, many, any19, turns) }},
		{"TopFour", 32, func() { TopFour(d, e, t, p, q, w) }},
		{"Split", 16, func() { Split(d, t, p, q) }},
		{"PartSoftmax", 20, func() { PartSoftmax(d, e, t, p, q) }},
		{"PartSoftmax alone", 16, func() { PartSoftmax(d, nil, t, p, q) }},
		{"TopClass", 16, func() { TopClass(wide, t, p, 3) }},
		{"ReadUnit8", 13, func() { ReadUnit8(d, wide, x, bytes) }},
		{"Log2", 8, func() { Log2(d, t) }},
		{"Power", 8, func() { Power(d, x, 0.3) }},
		{"Curve", 12, func() { (&Curve{1, 1, 0, 1e-7, 16, -23.25, 4}).Of(d, t, x) }},
		{"OutcomesUnit", 8, func() { OutcomesUnit(t, 0.5, label) }},
		{"UnitSums8", 5, func() { UnitSums8(d, x, bytes, 0.5, true) }},
		{"HitAllUnit8", 5, func() { HitAllUnit8(&Guess{}, p, bytes) }},
		{"SigmoidErrorsUnit8", 5, func() { SigmoidErrorsUnit8(&Guess{}, e, x, bytes) }},
		{"CrossEntropyUnit8", 5, func() { CrossEntropyUnit8(x, bytes) }},
		{"FocalUnit8", 5, func() { FocalUnit8(d, x, bytes, 1.7) }},
		{"LogPart", 12, func() { LogPart(d, t, rest) }},
		{"LogThree", 16, func() { LogThree(t, p, q, arg) }},
		{"LackPart", 12, func() { LackPart(d, t, rest) }},
		{"ChainPart", 20, func() { ChainPart(d, e, t, rest, x) }},
		{"ChainMost", 28, func() { ChainMost(d, e, t, rest, p, q, x) }},
		{"MulFour", 36, func() { MulFour(d, e, m, q, rest) }},
		{"Put of 19", 12, func() { Put(many, d, any19, turns) }},
		{"MulUnless", 20, func() { MulUnless(d, t, p, q, arg, 1) }},
		{"Turns", 4, func() { Turns(turns, counts, any19) }},
		{"Labels8", 5, func() { Labels8(wide, bytes, ignore) }},
		{"Labels16", 6, func() { Labels16(wide, words, ignore) }},
		{"Labels32", 8, func() { Labels32(wide, label, ignore) }},
		{"Finite", 4, func() { Finite(x) }},
		{"Within01", 4, func() { Within01(t) }},
		{"Sum", 4, func() { Sum(x) }},
		{"Dot", 8, func() { Dot(x, z) }},
		{"SumByHit8", 5, func() { SumByHit8(x, bytes) }},
		{"SumByHit", 8, func() { SumByHit(x, label, 1) }},
		{"Overlap", 12, func() { Overlap(p, q, label, 1, nil) }},
		{"Overlap weighted", 16, func() { Overlap(p, q, label, 1, w) }},
		{"OverlapSoft", 12, func() { OverlapSoft(p, q, t, nil) }},
		{"OverlapSoft weighted", 16, func() { OverlapSoft(p, q, t, w) }},
		{"FadedOverlap", 16, func() { FadedOverlap(d, t, x, label) }},
		{"SquaresSoft", 8, func() { SquaresSoft(p, t, nil) }},
		{"Mul", 12, func() { Mul(d, x, z) }},
		{"MulAddTo", 16, func() { MulAddTo(d, x, z) }},
		{"Fill", 4, func() { Fill(d, 1) }},
		{"Hits", 8, func() { Hits(d, label, 1) }},
		{"Confusion8", 2, func() { Confusion8(answer, truth) }},
		{"Ones8", 1, func() { Ones8(truth) }},
		{"Mark8", 2, func() { Mark8(bytes, answer, 1) }},
		{"HingeKeys", 9, func() { HingeKeys(wide, x, truth) }},
		{"MissKeys", 13, func() { MissKeys(wide, p, q, truth) }},
	} {
		b.Run(k.name, func(b *testing.B) {
			b.SetBytes(int64(k.size * Block))
			for b.Loop() {
				k.run()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/Block, "ns/px")
		})
	}
}
