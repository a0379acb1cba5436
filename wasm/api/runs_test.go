package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"testing"

	"github.com/maskloss/maskloss/losses"
)

// The states of pairs, written, read and merged in any order, give the bits of
// one tally over all of them; each pair's own value is that of an evaluation.
func TestStatesMerge(t *testing.T) {
	c, err := ReadConfig(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s := runSpec{Names: json.RawMessage(`["dice","focal-tversky","iou","ce"]`)}
	specs, err := s.specs()
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := losses.NewTally(specs)
	var states []map[string][]float64
	for k := range 9 {
		logits, labels, in := sample()
		for i := range logits {
			logits[i] = float32(math.Sin(float64(i*k+k))) * 3
			labels[i] = uint8((i + k) % 3 / 2)
		}
		if err := whole.Add(in); err != nil {
			t.Fatal(err)
		}
		result, tally, err := c.tally(npyOf("<f4", "4, 5", logits), npyOf("|u1", "4, 5", labels), reading{form: "logits", channels: 1}, specs)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]struct{ Value float64 }
		if err := json.Unmarshal([]byte(result), &got); err != nil {
			t.Fatal(err)
		}
		for _, spec := range specs {
			if want := asked1(t, in, spec.Name, nil).Value; got[spec.Name].Value != want {
				t.Errorf("pair %d, %s: got %v, want %v", k, spec.Name, got[spec.Name].Value, want)
			}
		}
		read, err := readStates(tally)
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, read)
	}
	want, _ := whole.Result()
	for _, order := range [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8}, {8, 3, 1, 7, 0, 2, 6, 5, 4}} {
		merged, _ := losses.NewTally(specs)
		for _, k := range order {
			if err := merged.Merge(states[k]); err != nil {
				t.Fatal(err)
			}
		}
		got, err := merged.Result()
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i].Value != want[i].Value {
				t.Errorf("%v, %s: got %v, want %v", order, specs[i].Name, got[i].Value, want[i].Value)
			}
		}
	}
}

// Asking twice under one key gives one id; asking for something else shows.
func TestRunIdentity(t *testing.T) {
	a, _ := open(t, nil)
	read := func(key, body string) *runOrder {
		t.Helper()
		r, _ := newRequest(key, body)
		o, err := a.readRun(r)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	const body = `{"names":["dice"],"pairs":[{"prediction":"a","target":"b"}]}`
	one, two := read("k", body), read("k", body)
	other := read("k", `{"names":["iou"],"pairs":[{"prediction":"a","target":"b"}]}`)
	free, freer := read("", body), read("", body)
	if one.id != two.id || one.print != two.print || one.id != other.id || one.print == other.print || free.id == freer.id || free.print != one.print {
		t.Errorf("ids %s %s %s %s %s", one.id, two.id, other.id, free.id, freer.id)
	}
}

func newRequest(key, body string) (*call, error) {
	r, err := http.NewRequest("POST", "/v1/runs", bytes.NewReader([]byte(body)))
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	c := newCall(r)
	c.media = typeJSON
	return c, err
}

func TestTable(t *testing.T) {
	got, err := table([]pairJSON{
		{Seq: 0, Prediction: `a,"b"`, Target: "c", State: "done", Attempts: 1, Results: json.RawMessage(`{"dice":{"value":0.1},"iou":{"value":null}}`)},
		{Seq: 1, Prediction: "d", Target: "e", State: "failed", Attempts: 4, Code: "missing", Detail: "there is no such file"},
	}, []string{"dice", "iou"})
	want := "seq,prediction,target,state,attempts,code,detail,dice,iou\n0,\"a,\"\"b\"\"\",c,done,1,,,0.1,\n1,d,e,failed,4,missing,there is no such file,,\n"
	if err != nil || string(got) != want {
		t.Errorf("got %q, want %q (%v)", got, want, err)
	}
}

func TestDelay(t *testing.T) {
	a := New(Config{RetrySeconds: 5}, nil, Host{})
	got := fmt.Sprint(a.delay(0), a.delay(1), a.delay(2), a.delay(5), a.delay(100))
	if want := "5 5 10 80 600"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
