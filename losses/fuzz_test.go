package losses

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
)

// FuzzDecode gives each loss options of any JSON: they are taken, or refused
// with an error that says what is wrong.
func FuzzDecode(f *testing.F) {
	for i := range Registry {
		f.Add(uint(i), "{}")
		for _, v := range variants(&Registry[i]) {
			b, err := json.Marshal(v)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint(i), string(b))
		}
	}
	f.Add(uint(0), `{"mode": null, "classWeights": [[1]], "classes": {"0": 1}}`)
	f.Add(uint(1), `{"reduction": "mean", "classes": [1e300, -0, 2147483648]}`)
	f.Fuzz(func(t *testing.T, row uint, text string) {
		var given map[string]any
		if json.Unmarshal([]byte(text), &given) != nil {
			return
		}
		e := &Registry[row%uint(len(Registry))]
		spec, err := Decode(e.Name, given)
		if err != nil {
			proper(t, err)
			return
		}
		again := spec.Params()
		for key := range given {
			if _, ok := again[key]; !ok {
				t.Fatalf("%s took %s and does not say so: %v", e.Name, key, again)
			}
		}
		// whatever it took, an evaluation ends
		s := sampleOf(e.modes()[0], e.kinds()[0], Logits, 1, 1, 2, 3, 1)
		_, err = Evaluate(s.in, []Spec{spec}, nil)
		proper(t, err)
	})
}

// proper fails on an error that is none of ours.
func proper(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if err != nil && (!errors.As(err, &e) || e.Code == "" || e.Field == "" || e.Detail == "") {
		t.Fatalf("an error without code, field or detail: %#v", err)
	}
}

// FuzzEvaluate gives each loss inputs of any sizes and content: there is an
// answer in finite numbers, or an error that says what is wrong.
func FuzzEvaluate(f *testing.F) {
	for i := range Registry {
		f.Add(uint(i), uint8(0), uint8(2), uint8(3), uint8(1), uint8(4), uint8(5), uint8(0), uint8(0), int16(0), int16(0), []byte{1, 2, 0, 200, 17})
		f.Add(uint(i), uint8(3), uint8(1), uint8(1), uint8(1), uint8(1), uint8(1), uint8(0), uint8(1), int16(0), int16(0), []byte{0})
		f.Add(uint(i), uint8(7), uint8(1), uint8(2), uint8(2), uint8(3), uint8(3), uint8(1), uint8(0), int16(-1), int16(1), []byte{255, 1})
		f.Add(uint(i), uint8(11), uint8(0), uint8(1), uint8(1), uint8(1), uint8(1), uint8(2), uint8(2), int16(0), int16(0), []byte{})
	}
	f.Fuzz(func(t *testing.T, row uint, setting, n, c, d, h, w, form, kind uint8, more, moreTarget int16, bytes []byte) {
		e := &Registry[row%uint(len(Registry))]
		shape := Shape{int(n % 4), int(c % 5), int(d % 4), int(h % 9), int(w % 9)}
		byteAt := func(i int) byte {
			if len(bytes) == 0 {
				return 0
			}
			return bytes[i%len(bytes)]
		}
		length := func(n int, more int16) int { return max(0, n+int(more%3)) }
		in := Input{Prediction: Scores{Shape: shape, Form: Form(form % 3)}, Target: Target{Kind: Kind(kind % 3)}}
		switch in.Prediction.Form {
		case Classes:
			in.Prediction.Labels.U8 = make([]uint8, length(shape.N*shape.Pixels(), more))
			for i := range in.Prediction.Labels.U8 {
				in.Prediction.Labels.U8[i] = byteAt(i) % 8
			}
		default:
			in.Prediction.Data = make([]float32, length(shape.Len(), more))
			for i := range in.Prediction.Data {
				x := float32(byteAt(i))/255 + float32(byteAt(i+7))/65025
				switch {
				case byteAt(i) == 253:
					x = float32(math.NaN())
				case byteAt(i) == 254:
					x = float32(math.Inf(1))
				case in.Prediction.Form == Logits:
					x = 64*x - 32
				}
				in.Prediction.Data[i] = x
			}
		}
		per := shape.N * shape.Pixels()
		if kind&64 != 0 {
			per *= shape.C
		}
		switch {
		case in.Target.Kind == Soft:
			in.Target.Soft = make([]float32, length(shape.Len(), moreTarget))
			for i := range in.Target.Soft {
				in.Target.Soft[i] = float32(byteAt(i+3)) / 250
			}
		case kind&32 != 0:
			in.Target.Labels.I32 = make([]int32, length(per, moreTarget))
			for i := range in.Target.Labels.I32 {
				in.Target.Labels.I32[i] = int32(int8(byteAt(i + 1)))
			}
		case kind&16 != 0:
			in.Target.Labels.U16 = make([]uint16, length(per, moreTarget))
			for i := range in.Target.Labels.U16 {
				in.Target.Labels.U16[i] = uint16(byteAt(i+1) % 4)
			}
		default:
			in.Target.Labels.U8 = make([]uint8, length(per, moreTarget))
			for i := range in.Target.Labels.U8 {
				in.Target.Labels.U8[i] = byteAt(i+1) % 4
			}
		}
		if form&32 != 0 {
			in.Ignore = []int32{int32(byteAt(5) % 4), -1}
		}
		if form&64 != 0 {
			in.Weight = make([]float32, length(shape.N*shape.Pixels(), moreTarget))
			for i := range in.Weight {
				in.Weight[i] = float32(byteAt(i)) / 16
			}
		}
		options := variants(e)[int(setting)%len(variants(e))]
		spec, err := Decode(e.Name, options)
		if err != nil {
			t.Fatal(err)
		}
		job, err := NewJob(in, []Spec{spec})
		if err != nil {
			proper(t, err)
			return
		}
		out := outOf(e, job, in)
		results, err := Evaluate(in, []Spec{spec}, []Out{out})
		if err != nil {
			proper(t, err)
			return
		}
		if options["empty"] == "nan" {
			return
		}
		if v := results[0].Value; e.Kind == "loss" && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Fatalf("%s %v of finite input is %v", e.Name, options, v)
		}
		if i := notFinite(out.Gradient); i >= 0 {
			t.Fatalf("%s %v: gradient[%d] is %v", e.Name, options, i, out.Gradient[i])
		}
		if i := notFinite(out.Heatmap); i >= 0 {
			t.Fatalf("%s %v: heatmap[%d] is %v", e.Name, options, i, out.Heatmap[i])
		}
	})
}
