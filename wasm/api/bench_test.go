package api

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// BenchmarkSmall is a small body from request to answer: what is not arithmetic.
func BenchmarkSmall(b *testing.B) {
	c, err := ReadConfig(func(name string) (string, bool) {
		v, ok := map[string]string{"AUTH": "off"}[name]
		return v, ok
	})
	if err != nil {
		b.Fatal(err)
	}
	a := New(c, nil, Host{Log: func([]byte) {}})
	logits, labels, _ := sample()
	body := octetsOf(logits, labels)
	for b.Loop() {
		r := httptest.NewRequest("POST", "/v1/evaluate/dice?shape=1,1,4,5&form=logits", strings.NewReader(body))
		r.Header.Set("Content-Type", typeOctets)
		if out := a.Answer(r); out.Status != 200 {
			b.Fatal(string(out.Body))
		}
	}
}
