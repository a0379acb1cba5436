// Package losses scores segmentation masks: every loss of the literature, with
// its gradient and its heat map, and the metrics of the confusion matrix.
//
// # Layout
//
// Scores are NC(D)HW, the batch outermost and the width innermost; a plane is
// one class of one image, D*H*W pixels. Labels are N(D)HW class ids. Distances
// are in units of the spacing, which is one where none is given.
//
// # Sums
//
// Planes are read in blocks of 1024 pixels. Inside a block the lanes add in
// float32, across blocks in float64 on three fixed grids, so that the sum of
// blocks is exact: however the blocks are shared out over tiles, workers or
// machines, and in whatever order their states are merged, the bits are the
// same.
//
// # Digits
//
// With its defaults a value is within 1e-6 of itself, or of 1e-6 where it is less,
// of what float64 gives, unless its pixels cancel each other. By a logit, before the
// reduction, the gradient of a cross entropy is within 2e-7 of the derivative, and so
// is that of a focal loss of two classes with the exponent 1 or 2; of exclusive
// classes and of soft targets it is within 3e-7 up to the exponent 2, within 5e-7 up
// to 5. A steeper slope has the digits of a float32.
//
// # One number everywhere
//
// No result depends on math.Exp, math.Pow or a fused multiply-add.
// The same input and options give the same bits natively, in a browser, in Node
// and on the edge, with SIMD or without.
//
// # Errors
//
// Whatever is wrong with an input is an *Error with a code, the field at fault
// and a sentence that names the value and the rule. Nothing panics on input.
package losses
