//go:build js && wasm

package main

import (
	"fmt"

	"github.com/maskloss/maskloss/losses"
)

// An input crosses as float64 words in the arena, which cost nothing to read:
//
//	form, kind, weighted, the numbers of sizes of both shapes and of ignored labels,
//	block, type, at, len of prediction, target and, where weighted, weight,
//	the sizes, the sizes, the labels.
//
// js/instance.js writes them.

var (
	forms   = [...]losses.Form{losses.Logits, losses.Probs, losses.Classes}
	kinds   = [...]losses.Kind{losses.Hard, losses.Soft, losses.Instances}
	numeric = [...]string{"f32", "f64", "u8", "u16", "i32"}
)

// words reads numbers one after the other; beyond the end they are 0.
type words struct {
	list []float64
	past bool
}

func (w *words) next() int {
	if len(w.list) == 0 {
		w.past = true
		return 0
	}
	x := w.list[0]
	w.list = w.list[1:]
	return int(x)
}

func (w *words) array() array {
	a := array{Block: w.next()}
	if t := w.next(); t >= 0 && t < len(numeric) {
		a.Type = numeric[t]
	}
	a.At, a.Len = w.next(), w.next()
	return a
}

func (w *words) sizes(n int) []int {
	list := make([]int, min(n, len(w.list)))
	for i := range list {
		list[i] = w.next()
	}
	return list
}

// readInput makes an input of words and the arrays that they point to.
func readInput(list []float64) (in losses.Input, err error) {
	w := words{list: list}
	form, kind, weighted := w.next(), w.next(), w.next()
	rank, targetRank, ignored := w.next(), w.next(), w.next()
	prediction, target := w.array(), w.array()
	var weight array
	if weighted != 0 {
		weight = w.array()
	}
	sizes, targetSizes := w.sizes(rank), w.sizes(targetRank)
	for _, x := range w.sizes(ignored) {
		in.Ignore = append(in.Ignore, int32(x))
	}
	if w.past || form < 0 || form >= len(forms) || kind < 0 || kind >= len(kinds) {
		return in, &failure{Code: "internal", Message: fmt.Sprintf("the words of an input are no input: %v", list)}
	}

	in.Target.Shape = targetSizes
	in.Prediction.Form, in.Target.Kind = forms[form], kinds[kind]
	if in.Prediction.Shape, err = losses.ParseShape("prediction.shape", sizes); err != nil {
		return in, err
	}
	if in.Prediction.Form == losses.Classes {
		in.Prediction.Labels, err = labels(prediction)
	} else {
		in.Prediction.Data, err = view[float32](prediction)
	}
	if err != nil {
		return in, err
	}
	if in.Target.Kind == losses.Soft {
		in.Target.Soft, err = view[float32](target)
	} else {
		in.Target.Labels, err = labels(target)
	}
	if err == nil && weighted != 0 {
		in.Weight, err = view[float32](weight)
	}
	return in, err
}
