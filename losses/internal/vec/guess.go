package vec

// A Guess is whether most turns of a block are of one label, as they are of a mask but at its edges, by what those of a block
// before it were. Then it is quicker to branch by what a turn is; where labels are noise or fine lines a processor would take the
// wrong branch too often, and masks are quicker. Either gives the same bits. The zero value guesses that they are.
type Guess struct {
	masks int // how many blocks are left to masks before the next try
}

// A block with more mixed turns than one in three is followed by so many that are left to masks.
const afterMixed = 15

// alike makes the guess for a block.
func (g *Guess) alike() bool {
	if g.masks > 0 {
		g.masks--
		return false
	}
	return true
}

// learn tells it how many turns of a block were mixed.
func (g *Guess) learn(mixed, turns int) {
	if 3*mixed > turns {
		g.masks = afterMixed
	}
}

// alike is 0 or 1 where sixteen labels are all that, and 2 elsewhere.
func alike(x U8) int {
	lo, hi := words(x)
	switch {
	case lo|hi == 0:
		return 0
	case lo == lowest8 && hi == lowest8:
		return 1
	}
	return 2
}
