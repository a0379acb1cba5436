package main

import (
	"strings"
	"testing"

	"github.com/maskloss/maskloss/losses"
)

func TestTypesHoldEveryName(t *testing.T) {
	text := types(losses.Describe())
	for _, name := range losses.Names() {
		for _, want := range []string{"'" + name + "'", "export interface " + pascal(name) + " {", "  " + key(name) + ": " + pascal(name) + ";"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s is missing", want)
			}
		}
	}
}

func TestTypeOf(t *testing.T) {
	for _, row := range []struct {
		param losses.Param
		want  string
	}{
		{losses.Param{Name: "gamma", Type: "number"}, "number"},
		{losses.Param{Name: "k", Type: "integer"}, "number"},
		{losses.Param{Name: "gradient", Type: "boolean"}, "boolean"},
		{losses.Param{Name: "spacing", Type: "numbers"}, "readonly number[] | number | null"},
		{losses.Param{Name: "scope", Type: "string", Enum: []string{"image", "batch"}}, "'image' | 'batch'"},
		{losses.Param{Name: "denominator", Type: "string", Enum: []string{"", "count"}}, "'count' | null"},
		{losses.Param{Name: "preset", Type: "string", Enum: []string{"", "smp", "monai"}}, "'monai' | null"},
	} {
		if got := typeOf(row.param, []string{"monai"}); got != row.want {
			t.Errorf("%s is %s, want %s", row.param.Name, got, row.want)
		}
	}
}

func TestFill(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"a\n<!-- losses -->\nold\n<!-- /losses -->\nb", "a\n<!-- losses -->\nnew\n<!-- /losses -->\nb"},
		{"a\n<!-- losses -->\nb", "a\n<!-- losses -->\nb"},
		{"a", "a"},
	} {
		if got := fill(row.text, "new\n"); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
		if once := fill(row.text, "new\n"); fill(once, "new\n") != once {
			t.Errorf("filling %q twice changes it", row.text)
		}
	}
}
