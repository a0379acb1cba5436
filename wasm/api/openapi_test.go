package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/maskloss/maskloss/losses"
)

// Every route is in the document, and the document has no other.
func TestOpenAPIRoutes(t *testing.T) {
	var d struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	if err := json.Unmarshal(document, &d); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for _, r := range Routes() {
		if r[1] != "/v1/evaluate/{name}" {
			want[r[0]+" "+r[1]] = true
			continue
		}
		for _, name := range losses.Names() {
			want["POST /v1/evaluate/"+name] = true
		}
	}
	ids := map[string]bool{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			key := strings.ToUpper(method) + " " + path
			if !want[key] {
				t.Errorf("%s is in the document and no route", key)
			}
			if op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s: operation %q is missing or stands twice", key, op.OperationID)
			}
			delete(want, key)
			ids[op.OperationID] = true
		}
	}
	for key := range want {
		t.Errorf("%s is not in the document", key)
	}
}
