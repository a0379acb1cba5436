package api

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/maskloss/maskloss/losses"
)

// open is an API without a token, and what it logs.
func open(t *testing.T, env map[string]string) (*API, *bytes.Buffer) {
	t.Helper()
	all := map[string]string{"AUTH": "off"}
	for k, v := range env {
		all[k] = v
	}
	c, err := ReadConfig(func(name string) (string, bool) { v, ok := all[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	return New(c, nil, Host{Log: func(line []byte) { log.Write(append(line, '\n')) }}), &log
}

type header map[string]string

func do(a *API, method, target, body string, h header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for k, v := range h {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

// octetsOf are numbers as they stand in a binary body.
func octetsOf(parts ...any) string {
	var b bytes.Buffer
	for _, p := range parts {
		if err := binary.Write(&b, binary.LittleEndian, p); err != nil {
			panic(err)
		}
	}
	return b.String()
}

// sample is a small input: 5 x 4 logits with a target of the left half.
func sample() (logits []float32, labels []uint8, in losses.Input) {
	for i := range 20 {
		logits = append(logits, float32(i%7)/2-1.3)
		labels = append(labels, uint8(i%5/3))
	}
	in.Prediction = losses.Scores{Shape: losses.Shape{N: 1, C: 1, D: 1, H: 4, W: 5}, Data: logits}
	in.Target = losses.Target{Labels: losses.Labels{U8: labels}}
	return logits, labels, in
}

func asked1(t *testing.T, in losses.Input, name string, options map[string]any) losses.Result {
	t.Helper()
	s, err := losses.Decode(name, options)
	if err != nil {
		t.Fatal(err)
	}
	r, err := losses.Evaluate(in, []losses.Spec{s}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r[0]
}

func valueOf(t *testing.T, w *httptest.ResponseRecorder) float64 {
	t.Helper()
	var r struct{ Value *float64 }
	if w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &r) != nil || r.Value == nil {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return *r.Value
}

var octets = header{"Content-Type": typeOctets}

// Every loss and metric gives over HTTP, as octets and as JSON, the bits that it
// gives natively.
func TestEvaluateBits(t *testing.T) {
	a, _ := open(t, nil)
	logits, labels, in := sample()
	body := octetsOf(logits, labels)
	for _, name := range losses.Names() {
		s, err := losses.Decode(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		in := in
		kind := "labels"
		want, err := losses.Evaluate(in, []losses.Spec{s}, nil)
		if err != nil {
			in.Target.Kind, kind = losses.Instances, "instances"
			if want, err = losses.Evaluate(in, []losses.Spec{s}, nil); err != nil {
				continue // not for one channel
			}
		}
		got := do(a, "POST", "/v1/evaluate/"+name+"?shape=1,1,4,5&form=logits&kind="+kind, body, octets)
		doc, _ := json.Marshal(map[string]any{
			"prediction": map[string]any{"data": logits, "shape": []int{1, 1, 4, 5}, "form": "logits"},
			"target":     map[string]any{"data": ints(labels), "shape": []int{1, 4, 5}, "kind": kind},
		})
		alike := do(a, "POST", "/v1/evaluate/"+name, string(doc), header{"Content-Type": typeJSON})
		if math.IsNaN(want[0].Value) {
			if !strings.Contains(got.Body.String(), `"value":null`) {
				t.Errorf("%s: got %s, want null", name, got.Body)
			}
			continue
		}
		if v := valueOf(t, got); v != want[0].Value {
			t.Errorf("%s as octets: got %v, want %v", name, v, want[0].Value)
		}
		if v := valueOf(t, alike); v != want[0].Value {
			t.Errorf("%s as JSON: got %v, want %v", name, v, want[0].Value)
		}
	}
}

func ints(l []uint8) (out []int) {
	for _, x := range l {
		out = append(out, int(x))
	}
	return out
}

func TestPlanes(t *testing.T) {
	a, _ := open(t, nil)
	logits, labels, in := sample()
	body := octetsOf(logits, labels)
	s, _ := losses.Decode("dice", nil)
	out := []losses.Out{{Gradient: make([]float32, 20), Heatmap: make([]float32, 20)}}
	if _, err := losses.Evaluate(in, []losses.Spec{s}, out); err != nil {
		t.Fatal(err)
	}
	const at = "/v1/evaluate/dice?shape=1,1,4,5&form=logits"
	for _, row := range []struct {
		query, plane string
		want         []float32
	}{{"&gradient=true", "gradient", out[0].Gradient}, {"", "heatmap", out[0].Heatmap}, {"&heatmap=true", "heatmap", out[0].Heatmap}} {
		w := do(a, "POST", at+row.query, body, header{"Content-Type": typeOctets, "Accept": typeOctets})
		if w.Code != 200 || w.Header().Get("Content-Type") != typeOctets || w.Header().Get("X-Maskloss-Plane") != row.plane || w.Body.String() != octetsOf(row.want) {
			t.Errorf("%q: %d %v %q", row.query, w.Code, w.Header(), w.Body)
		}
	}
	w := do(a, "POST", at, body, header{"Content-Type": typeOctets, "Accept": typePNG})
	img, err := png.Decode(w.Body)
	if err != nil || img.Bounds().Dx() != 5 || img.Bounds().Dy() != 4 {
		t.Errorf("heat map drawn: %v, %v", img, err)
	}
	w = do(a, "POST", at+"&gradient=true&heatmap=true", body, octets)
	var r struct{ Gradient, Heatmap []float32 }
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil || octetsOf(r.Gradient, r.Heatmap) != octetsOf(out[0].Gradient, out[0].Heatmap) {
		t.Errorf("planes as JSON: %v %s", err, w.Body)
	}
}

// A plane that has too many numbers for JSON is refused before it is computed.
func TestPlanesTooLarge(t *testing.T) {
	a, _ := open(t, nil)
	const side = 1025
	body := octetsOf(make([]float32, side*side), make([]uint8, side*side))
	at := fmt.Sprintf("/v1/evaluate/dice?shape=1,1,%d,%d&form=logits&gradient=true", side, side)
	if w := do(a, "POST", at, body, octets); w.Code != 413 {
		t.Errorf("as JSON: %d", w.Code)
	}
	if w := do(a, "POST", at, body, header{"Content-Type": typeOctets, "Accept": typeOctets}); w.Code != 200 || w.Body.Len() != 4*side*side {
		t.Errorf("as octets: %d, %d bytes", w.Code, w.Body.Len())
	}
}

// Ten thousand bodies of chance: each comes to a result or a problem.
func TestChance(t *testing.T) {
	logits, labels, _ := sample()
	grey := pngOf(image.NewGray(image.Rect(0, 0, 5, 4)))
	type seed struct{ kind, body string }
	seeds := []seed{
		{typeOctets, octetsOf(logits, labels)},
		{typeJSON, `{"prediction":{"data":[0.5,1],"shape":[1,1,1,2],"form":"probs"},"target":{"data":[1,0],"shape":[1,1,2],"kind":"labels"},"options":{"smoothNr":1}}`},
	}
	for _, file := range [][]byte{grey, npyOf("<f4", "4, 5", logits), npyOf("|u1", "4, 5", labels), []byte(`{"size":[4,5],"counts":"61X13mN000"}`)} {
		body, h := form(map[string][]byte{"prediction": file, "target": grey}, map[string]string{"form": "probs"})
		seeds = append(seeds, seed{h["Content-Type"], body})
	}
	c, err := ReadConfig(func(name string) (string, bool) {
		v, ok := map[string]string{"AUTH": "off", "MAX_PIXELS": "4096"}[name]
		return v, ok
	})
	if err != nil {
		t.Fatal(err)
	}
	a := New(c, nil, Host{})
	chance := rand.New(rand.NewPCG(7, 11))
	for range 10_000 {
		s := seeds[chance.IntN(len(seeds))]
		b := []byte(s.body)
		for range 1 + chance.IntN(4) {
			if len(b) == 0 {
				break
			}
			at := chance.IntN(len(b))
			switch chance.IntN(4) {
			case 0:
				b = b[:at]
			case 1:
				b = append(b[:at:at], b[chance.IntN(len(b)):]...)
			default:
				b[at] = byte(chance.Uint32())
			}
		}
		w := do(a, "POST", "/v1/evaluate/dice?shape=1,1,4,5&form=logits", string(b), header{"Content-Type": s.kind})
		if s.kind != typeOctets {
			w = do(a, "POST", "/v1/evaluate/dice", string(b), header{"Content-Type": s.kind})
		}
		if w.Code >= 500 || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s %q: %d %s", s.kind, b, w.Code, w.Body)
		}
	}
}

func TestReport(t *testing.T) {
	a, _ := open(t, nil)
	logits, labels, in := sample()
	w := do(a, "POST", "/v1/report?names=dice,iou,focal&shape=1,1,4,5&form=logits&gamma=1.5&dice.smoothNr=1", octetsOf(logits, labels), octets)
	var got map[string]struct{ Value float64 }
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got) != 3 {
		t.Fatalf("%v %d %s", err, w.Code, w.Body)
	}
	for name, options := range map[string]map[string]any{"dice": {"smoothNr": 1.0}, "iou": nil, "focal": {"gamma": 1.5}} {
		if want := asked1(t, in, name, options).Value; got[name].Value != want {
			t.Errorf("%s: got %v, want %v", name, got[name].Value, want)
		}
	}
	w = do(a, "POST", "/v1/report?names=all&shape=1,1,4,5&form=logits", octetsOf(logits, labels), octets)
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got) < 20 || strings.Contains(w.Body.String(), "unet-ce") {
		t.Errorf("all: %v %d %.300s", err, w.Code, w.Body)
	}
}

// form is a body of files and fields.
func form(files map[string][]byte, fields map[string]string) (string, header) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, v := range files {
		p, _ := m.CreateFormFile(k, k+".bin")
		_, _ = p.Write(v)
	}
	for k, v := range fields {
		_ = m.WriteField(k, v)
	}
	_ = m.Close()
	return b.String(), header{"Content-Type": m.FormDataContentType()}
}

func pngOf(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func npyOf(descr, shape string, data any) []byte {
	h := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n", descr, shape)
	return []byte("\x93NUMPY\x01\x00" + octetsOf(uint16(len(h))) + h + octetsOf(data))
}

// Files of every kind give what the arrays in them give.
func TestForms(t *testing.T) {
	a, _ := open(t, nil)
	logits, labels, in := sample()
	grey := image.NewGray(image.Rect(0, 0, 5, 4))
	deep := image.NewGray16(grey.Rect)
	drawn := image.NewNRGBA(grey.Rect)
	palette := image.NewPaletted(grey.Rect, color.Palette{color.Black, color.White, color.RGBA{200, 3, 9, 255}})
	white := image.NewGray(grey.Rect)
	probs, deepProbs := make([]float32, 20), make([]float32, 20)
	for i := range 20 {
		grey.Pix[i] = uint8(i * 12)
		deep.SetGray16(i%5, i/5, color.Gray16{uint16(i * 3000)})
		drawn.SetNRGBA(i%5, i/5, color.NRGBA{90, 3, 7, uint8(i * 12)})
		palette.Pix[i] = labels[i]
		white.Pix[i] = 255 * labels[i]
		probs[i], deepProbs[i] = float32(i*12)/255, float32(i*3000)/65535
	}
	var columns []int
	run, last := 0, uint8(0)
	for x := range 5 {
		for y := range 4 {
			if l := labels[y*5+x]; l != last {
				columns, run, last = append(columns, run), 0, l
			}
			run++
		}
	}
	rle, _ := json.Marshal(map[string]any{"size": []int{4, 5}, "counts": append(columns, run)})
	truth := npyOf("|u1", "4, 5", labels)

	with := func(data []float32, f losses.Form) losses.Input {
		in := in
		in.Prediction.Data, in.Prediction.Form = data, f
		return in
	}
	sharp := make([]float32, 20)
	for i, l := range labels {
		sharp[i] = float32(l)
	}
	for _, row := range []struct {
		name               string
		prediction, target []byte
		fields             map[string]string
		want               losses.Input
	}{
		{"grey", pngOf(grey), truth, nil, with(probs, losses.Probs)},
		{"16 bits", pngOf(deep), truth, nil, with(deepProbs, losses.Probs)},
		{"alpha", pngOf(drawn), truth, nil, with(probs, losses.Probs)},
		{"palette", pngOf(palette), truth, nil, with(sharp, losses.Probs)},
		{"run lengths", rle, truth, nil, with(sharp, losses.Probs)},
		{"npy", npyOf("<f4", "4, 5", logits), truth, map[string]string{"form": "logits"}, in},
		{"npy of one image", npyOf("<f4", "1, 1, 4, 5", logits), rle, map[string]string{"form": "logits"}, in},
		{"target in a palette", npyOf("<f4", "4, 5", logits), pngOf(palette), map[string]string{"form": "logits"}, in},
		{"target in black and white", npyOf("<f4", "4, 5", logits), pngOf(white), map[string]string{"form": "logits"}, in},
	} {
		t.Run(row.name, func(t *testing.T) {
			body, h := form(map[string][]byte{"prediction": row.prediction, "target": row.target}, row.fields)
			w := do(a, "POST", "/v1/evaluate/dice", body, h)
			if got, want := valueOf(t, w), asked1(t, row.want, "dice", nil).Value; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
			if told := strings.Contains(w.Body.String(), `"mask"`); told != (row.name == "target in black and white") {
				t.Errorf("warnings: %s", w.Body)
			}
		})
	}
}

// The string is what pycocotools makes of runs 6, 1, 40, 4, 5, 4, 5, 4, 21.
func TestUnpackCounts(t *testing.T) {
	got, ok := unpackCounts("61X13mN000`0", 90)
	want := []int{6, 1, 40, 4, 5, 4, 5, 4, 21}
	if !ok || !equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNPYHeader(t *testing.T) {
	for _, row := range []struct {
		header, descr, shape string
		columns, ok          bool
	}{
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 5), }", "<f4", "4, 5", false, true},
		{`{"shape":(3,),"fortran_order":True,"descr":"|u1"}`, "|u1", "3,", true, true},
		{"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4, 5), }", "", "", false, false},
		{"{'descr': '<f4', 'shape': (4, 5), }", "", "", false, false},
		{"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 5", "", "", false, false},
		{"", "", "", false, false},
	} {
		descr, shape, columns, ok := npyHeader(row.header)
		if ok != row.ok || ok && (descr != row.descr || shape != row.shape || columns != row.columns) {
			t.Errorf("%s: got %q %q %v %v", row.header, descr, shape, columns, ok)
		}
	}
}

// Columns first, as numpy.asfortranarray writes them.
func TestFortran(t *testing.T) {
	from := fortran([]int{2, 3})
	for i, want := range []int{0, 2, 4, 1, 3, 5} {
		if got := from(i); got != want {
			t.Errorf("%d: got %d, want %d", i, got, want)
		}
	}
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float32{0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0001: 1.0 / (1 << 24), 0x3555: 0.333251953125, 0x8000: 0} {
		if got := half(bits); got != want {
			t.Errorf("%#x: got %v, want %v", bits, got, want)
		}
	}
}

// Every refusal is a problem with its status and code, and the next request is
// answered as if nothing had been.
func TestRefusals(t *testing.T) {
	a, _ := open(t, map[string]string{"MAX_BYTES": "1000", "MAX_JSON_BYTES": "900", "MAX_PIXELS": "64", "MAX_JSON_ELEMENTS": "32", "MAX_WHOLE_ELEMENTS": "19"})
	logits, labels, in := sample()
	good := octetsOf(logits, labels)
	nan := append([]float32{}, logits...)
	nan[3] = float32(math.NaN())
	huge := pngOf(image.NewGray(image.Rect(0, 0, 5, 4)))
	binary.BigEndian.PutUint32(huge[16:], 31623)
	binary.BigEndian.PutUint32(huge[20:], 31623)
	bomb, bombType := form(map[string][]byte{"prediction": huge, "target": huge}, nil)
	cut, cutType := form(map[string][]byte{"prediction": []byte("\x89PNG\r\n\x1a\n"), "target": huge}, nil)
	const at = "/v1/evaluate/dice?shape=1,1,4,5&form=logits"
	js := header{"Content-Type": typeJSON}
	for _, row := range []struct {
		name, method, target, body string
		h                          header
		status                     int
		code                       string
	}{
		{"unknown address", "GET", "/v2", "", nil, 404, "not-found"},
		{"unknown loss", "POST", "/v1/evaluate/dise?shape=1,1,4,5&form=logits", good, octets, 404, "loss"},
		{"unknown loss described", "GET", "/v1/losses/dise", "", nil, 404, "loss"},
		{"method", "DELETE", "/v1/losses", "", nil, 405, "method"},
		{"no type", "POST", at, good, nil, 415, "type"},
		{"wrong type", "POST", at, good, header{"Content-Type": "text/plain"}, 415, "type"},
		{"compressed", "POST", at, good, header{"Content-Type": typeOctets, "Content-Encoding": "gzip"}, 415, "type"},
		{"answer not acceptable", "POST", at, good, header{"Content-Type": typeOctets, "Accept": "text/html"}, 406, "accept"},
		{"too large", "POST", at, strings.Repeat("x", 1001), octets, 413, "size"},
		{"truncated", "POST", at, good[:50], octets, 400, "length"},
		{"no shape", "POST", "/v1/evaluate/dice?form=logits", good, octets, 400, "shape"},
		{"bad shape", "POST", "/v1/evaluate/dice?shape=1,1,0,5&form=logits", good, octets, 400, "shape"},
		{"no form", "POST", "/v1/evaluate/dice?shape=1,1,4,5", good, octets, 400, "malformed"},
		{"pixels", "POST", "/v1/evaluate/dice?shape=1,1,4000,5&form=logits", good, octets, 413, "size"},
		{"shape of 2^62", "POST", "/v1/evaluate/dice?shape=1,1,2000000000,2000000000&form=logits", good, octets, 400, "shape"},
		{"too large to sort", "POST", "/v1/evaluate/boundary?shape=1,1,4,5&form=logits", good, octets, 413, "size"},
		{"NaN", "POST", at, octetsOf(nan, labels), octets, 422, "value"},
		{"label", "POST", at, octetsOf(logits, bytes.Repeat([]byte{9}, 20)), octets, 422, "label"},
		{"domain", "POST", "/v1/evaluate/dice?shape=1,1,4,5&form=probs", good, octets, 422, "domain"},
		{"unknown option", "POST", at + "&gama=2", good, octets, 400, "option"},
		{"option out of range", "POST", at + "&smoothNr=-2", good, octets, 400, "option"},
		{"option twice", "POST", at + "&smoothNr=1&smoothNr=2", good, octets, 400, "malformed"},
		{"metric as a picture", "POST", "/v1/evaluate/iou?shape=1,1,4,5&form=logits", good, header{"Content-Type": typeOctets, "Accept": typePNG}, 400, "option"},
		{"no names", "POST", "/v1/report?shape=1,1,4,5&form=logits", good, octets, 400, "malformed"},
		{"deep JSON", "POST", "/v1/evaluate/dice", strings.Repeat("[", 800), js, 400, "malformed"},
		{"no JSON", "POST", "/v1/evaluate/dice", "{", js, 400, "malformed"},
		{"JSON of null", "POST", "/v1/evaluate/dice", "null", js, 400, "malformed"},
		{"unknown key", "POST", "/v1/evaluate/dice", `{"predicton":{}}`, js, 400, "malformed"},
		{"nested data", "POST", "/v1/evaluate/dice", `{"prediction":{"data":[[1]],"shape":[1,1,1,1],"form":"probs"},"target":{"data":[1],"shape":[1,1,1],"kind":"labels"}}`, js, 400, "malformed"},
		{"many elements", "POST", "/v1/evaluate/dice", `{"prediction":{"data":[` + strings.Repeat("1,", 40) + `1],"shape":[1,1,1,41],"form":"probs"},"target":{"data":[1],"kind":"labels"}}`, js, 413, "size"},
		{"bomb", "POST", "/v1/evaluate/dice", bomb, bombType, 413, "size"},
		{"cut PNG", "POST", "/v1/evaluate/dice", cut, cutType, 400, "malformed"},
		{"form without boundary", "POST", "/v1/evaluate/dice", cut, header{"Content-Type": typeMultipart}, 400, "malformed"},
		{"no runs", "POST", "/v1/runs", `{}`, js, 501, "runs"},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := do(a, row.method, row.target, row.body, row.h)
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatalf("%v: %d %s", err, w.Code, w.Body)
			}
			if w.Code != row.status || p.Code != row.code || p.Status != row.status || p.Detail == "" || p.Title == "" || p.Instance != w.Header().Get("X-Request-Id") || w.Header().Get("Content-Type") != typeProblem {
				t.Errorf("got %d %+v, want %d %s", w.Code, p, row.status, row.code)
			}
			if row.method == "POST" && w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control: %q", w.Header().Get("Cache-Control"))
			}
			if got, want := valueOf(t, do(a, "POST", at, good, octets)), asked1(t, in, "dice", nil).Value; got != want {
				t.Errorf("afterwards: got %v, want %v", got, want)
			}
		})
	}
}

func TestToken(t *testing.T) {
	const good = "a-long-and-secret-token"
	for _, row := range []struct {
		name   string
		env    map[string]string
		header string
		want   int
	}{
		{"right", map[string]string{"TOKEN": good}, "Bearer " + good, 415},
		{"scheme in lower case", map[string]string{"TOKEN": good}, "bearer " + good, 415},
		{"wrong", map[string]string{"TOKEN": good}, "Bearer " + good + "x", 401},
		{"prefix", map[string]string{"TOKEN": good}, "Bearer " + good[:10], 401},
		{"none", map[string]string{"TOKEN": good}, "", 401},
		{"basic", map[string]string{"TOKEN": good}, "Basic " + good, 401},
		{"empty secret", map[string]string{"TOKEN": ""}, "Bearer ", 401},
		{"empty secret and off", map[string]string{"TOKEN": "", "AUTH": "off"}, "", 401},
		{"undefined", map[string]string{"TOKEN": "undefined"}, "Bearer undefined", 401},
		{"undefined of an old host", map[string]string{"TOKEN": "<undefined>"}, "Bearer <undefined>", 401},
		{"nothing configured", nil, "Bearer undefined", 401},
		{"nothing configured, nothing sent", nil, "", 401},
		{"off beside a token", map[string]string{"TOKEN": good, "AUTH": "off"}, "", 401},
		{"off", map[string]string{"AUTH": "off"}, "", 415},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := ReadConfig(func(name string) (string, bool) { v, ok := row.env[name]; return v, ok })
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			a := New(c, nil, Host{Log: func(line []byte) { log.Write(line) }})
			w := do(a, "POST", "/v1/evaluate/dice?x="+good, "", header{"Authorization": row.header})
			if w.Code != row.want || w.Code == 401 && w.Header().Get("Www-Authenticate") == "" {
				t.Errorf("got %d %v, want %d", w.Code, w.Header(), row.want)
			}
			if strings.Contains(log.String(), good) {
				t.Errorf("the log tells the secret: %s", log.String())
			}
			if w := do(a, "GET", "/v1/losses", "", nil); w.Code != 200 {
				t.Errorf("the manifest is %d", w.Code)
			}
		})
	}
}

func TestConfigRefused(t *testing.T) {
	for name, value := range map[string]string{"AUTH": "of", "MAX_BYTES": "20MB", "MAX_PIXELS": "0", "ORIGINS": "example.org"} {
		if _, err := ReadConfig(func(n string) (string, bool) { return value, n == name }); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}

func TestOrigins(t *testing.T) {
	a, _ := open(t, map[string]string{"ORIGINS": "https://a.example, https://b.example"})
	for origin, want := range map[string]string{"https://a.example": "https://a.example", "https://b.example": "https://b.example", "https://c.example": "", "https://a.example.evil": "", "null": "", "": ""} {
		pre := do(a, "OPTIONS", "/v1/evaluate/dice", "", header{"Origin": origin, "Access-Control-Request-Method": "POST"})
		get := do(a, "GET", "/v1/version", "", header{"Origin": origin})
		for _, w := range []*httptest.ResponseRecorder{pre, get} {
			if got := w.Header().Get("Access-Control-Allow-Origin"); got != want || w.Header().Get("Vary") != "Origin" {
				t.Errorf("%q: got %q", origin, got)
			}
		}
		if pre.Code != 204 || (pre.Header().Get("Access-Control-Allow-Methods") != "") != (want != "") {
			t.Errorf("preflight of %q: %d %v", origin, pre.Code, pre.Header())
		}
	}
}

// A panic is a problem, says nothing of the program and is in the log.
func TestPanic(t *testing.T) {
	a, log := open(t, nil)
	c := newCall(httptest.NewRequest("GET", "/healthz", nil))
	a.guard(c, func() error { panic("secret state") })
	out := a.finish(c)
	if out.Status != 500 || strings.Contains(string(out.Body), "secret state") || !strings.Contains(log.String(), "secret state") {
		t.Errorf("%d %s\n%s", out.Status, out.Body, log)
	}
}

func TestVerdicts(t *testing.T) {
	a, _ := open(t, nil)
	for v, want := range map[Verdict]int{RateLimited: 429, TooLarge: 413, TooSlow: 408, BrokenOff: 400} {
		r := WithVerdict(httptest.NewRequest("POST", "/v1/evaluate/dice", nil), v)
		out := a.Admit(r)
		if out == nil || out.Status != want || (out.Header.Get("Retry-After") != "") != (want == 429) {
			t.Errorf("%s: %+v", v, out)
		}
	}
}

func TestRequestID(t *testing.T) {
	for given, kept := range map[string]bool{"abcdef12-3": true, "short": false, "has space in it": false, "line\"quote-12": false, strings.Repeat("a", 65): false} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Request-Id", given)
		if got := requestID(r); (got == given) != kept || len(got) < 8 {
			t.Errorf("%q: %q", given, got)
		}
	}
}

func TestQuality(t *testing.T) {
	for _, row := range []struct {
		accept, media string
		want          float64
	}{{"*/*", typeJSON, 1}, {"image/*;q=0.5", typePNG, 0.5}, {"application/json;q=0.2, */*", typeJSON, 0.2}, {"text/html", typeJSON, 0}, {"image/png;q=x", typePNG, 0}} {
		if got := quality(row.accept, row.media); got != row.want {
			t.Errorf("%s for %s: got %v, want %v", row.media, row.accept, got, row.want)
		}
	}
}

// No option of a loss has the name of what an input says of itself.
func TestNamesDoNotClash(t *testing.T) {
	for i := range losses.Registry {
		for _, p := range losses.Registry[i].Params() {
			switch p.Name {
			case keyShape, keyForm, keyPrediction, keyTarget, keyKind, keyWeights, keyIgnore, keyChannel, keyChannels, keyNames:
				t.Errorf("%s has an option %s, which an input has too", losses.Registry[i].Name, p.Name)
			}
		}
	}
}

// Whatever the body, the answer is whole: a result or a problem, never a 500.
func FuzzBodies(f *testing.F) {
	logits, labels, _ := sample()
	f.Add(typeOctets, octetsOf(logits, labels))
	f.Add(typeJSON, `{"prediction":{"data":[0.5],"shape":[1,1,1,1],"form":"probs"},"target":{"data":[1],"shape":[1,1,1],"kind":"labels"}}`)
	grey := pngOf(image.NewGray(image.Rect(0, 0, 5, 4)))
	for _, file := range [][]byte{grey, npyOf("<f4", "4, 5", logits), []byte(`{"size":[4,5],"counts":"61X13mN000"}`)} {
		body, h := form(map[string][]byte{"prediction": file, "target": grey}, map[string]string{"form": "probs"})
		f.Add(h["Content-Type"], body)
	}
	c, _ := ReadConfig(func(name string) (string, bool) {
		v, ok := map[string]string{"AUTH": "off", "MAX_PIXELS": "4096"}[name]
		return v, ok
	})
	a := New(c, nil, Host{})
	f.Fuzz(func(t *testing.T, kind, body string) {
		w := do(a, "POST", "/v1/evaluate/dice?shape=1,1,4,5&form=logits", body, header{"Content-Type": kind})
		if w.Code == http.StatusInternalServerError || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
