// Command flow goes every way that a function can: its output is the same
// wherever it runs.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
)

func main() {
	if len(os.Args) > 1 {
		crash([]int{1, 2, 3}, len(os.Args)+1)
	}
	for _, f := range []struct {
		name string
		run  func() any
	}{
		{"loops", loops}, {"goto", irreducible}, {"goroutines", goroutines}, {"deferred", deferred}, {"recovered", recovered},
		{"stack", func() any { return deep(20_000, [8]int{}) }}, {"select", selects}, {"switch", switches}, {"closures", closures},
		{"collected", collected},
	} {
		fmt.Println(f.name, f.run())
	}
}

// loops have loops, breaks and continues in them, and calls in some.
func loops() any {
	sum := 0
outer:
	for i := range 50 {
		for k := i; k < 100; k++ {
			switch {
			case k%7 == 3:
				continue
			case k%11 == 5:
				continue outer
			case i*k > 3000:
				break outer
			}
			sum += i ^ k
		}
		for k := 0; k < i; k += 3 {
			sum += len(fmt.Sprint(k))
		}
	}
	return sum
}

// irreducible has a loop with two ways in.
func irreducible() any {
	n, trace := 0, ""
	if len(os.Args) == 1 {
		goto second
	}
first:
	trace += "a"
	n++
second:
	trace += fmt.Sprint(n)
	n += 2
	if n < 20 {
		goto first
	}
	if n < 25 {
		n += 3
		goto second
	}
	return trace
}

// goroutines stop and go on in the middle of loops.
func goroutines() any {
	in, out := make(chan int), make(chan int, 3)
	var wait sync.WaitGroup
	for w := range 4 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for x := range in {
				for k := range 3 {
					if (x+k)%5 == w {
						runtime.Gosched()
					}
					out <- x * k
				}
			}
		}()
	}
	go func() {
		for i := range 200 {
			in <- i
		}
		close(in)
		wait.Wait()
		close(out)
	}()
	sum := 0
	for x := range out {
		sum += x
	}
	return sum
}

func deferred() (s any) {
	var trace []string
	defer func() { s = strings.Join(trace, ",") }()
	for i := range 5 {
		defer func() { trace = append(trace, fmt.Sprint(i)) }()
	}
	return nil
}

// recovered goes on after panics of all kinds.
func recovered() any {
	var seen []string
	list, zero := []int{1, 2, 3}, 0
	var none *struct{ x [9]int }
	for i := range 7 {
		err := func() (err error) {
			defer func() {
				if r := recover(); r != nil {
					err = fmt.Errorf("%d: %v", i, r)
				}
			}()
			for k := range 3 {
				switch i {
				case 0:
					list[k+1] = list[k] + i
				case 1:
					zero = 1 / zero
				case 2:
					none.x[k] = k
				case 3:
					panic(errors.New("own"))
				case 4:
					_ = any(list).(string)
				case 5:
					list[0] = element(list, k+1)
				}
			}
			return nil
		}()
		seen = append(seen, fmt.Sprint(err))
	}
	return append(seen, wrapped(list))
}

// element is inlined where it is called.
func element(list []int, i int) int { return list[i] }

// crash fails in a function that is inlined in it.
//
//go:noinline
func crash(list []int, i int) { fmt.Println(element(list, i)) }

// net catches what is thrown, and is deferred through an interface, which makes a function of its own between.
type net struct{ caught []any }

func (n *net) catch() { n.caught = append(n.caught, recover()) }

func wrapped(list []int) string {
	n := new(net)
	for i := range 5 {
		func() {
			var c interface{ catch() } = n
			defer c.catch()
			list[1] = element(list, i)
		}()
	}
	return fmt.Sprint(n.caught)
}

// deep makes the stack grow, and so move.
func deep(n int, room [8]int) int {
	if n == 0 {
		return room[3]
	}
	room[n%8] += n
	return deep(n-1, room) + room[5]%3
}

func selects() any {
	a, b, done := make(chan int), make(chan string), make(chan bool)
	go func() {
		for i := range 10 {
			if i%3 == 0 {
				b <- fmt.Sprint(i)
			} else {
				a <- i
			}
		}
		close(done)
	}()
	trace := ""
	for {
		select {
		case x := <-a:
			trace += fmt.Sprint("a", x)
		case s := <-b:
			trace += "b" + s
		case <-done:
			return trace
		}
	}
}

func switches() any {
	counts := map[string]int{}
	for i := range 300 {
		switch i % 17 {
		case 0:
			counts["none"]++
		case 1, 2, 3:
			counts["few"]++
			if i%2 == 0 {
				break
			}
			fallthrough
		case 4, 5:
			counts["some"]++
		case 6, 7, 8, 9, 10, 11, 12:
			counts["many"] += i
		default:
			counts["all"] -= i
		}
	}
	return counts
}

func closures() any {
	list := make([]float64, 500)
	for i := range list {
		list[i] = float64((i * 7919) % 503)
	}
	sort.Slice(list, func(i, k int) bool { return list[i] < list[k] })
	sum := 0.0
	for i, x := range list {
		sum += x / float64(i+1)
	}
	return sum
}

// collected keeps the collector at work.
func collected() any {
	kept := make([][]byte, 100)
	for i := range 20_000 {
		kept[i%100] = make([]byte, i%4096)
		if i%1000 == 0 {
			runtime.GC()
		}
	}
	n := 0
	for _, b := range kept {
		n += len(b)
	}
	return n
}
