//go:build js && wasm

package main

import (
	"fmt"
	"strconv"
)

// JSON is for what has hundreds of fields, such as the manifest: one string
// crosses the boundary in the time of one field, and the host's parser is fast.
// encoding/json would do it too, for a sixth of the whole module's size.

// object is a JSON object, its keys in this order.
type object []member

type member struct {
	key   string
	value any
}

// appendJSON writes nil, a bool, a finite number, a string, an object, a map by
// string or a list of any of them. Nil pointers and lists are null.
func appendJSON(b []byte, x any) []byte {
	switch x := x.(type) {
	case nil:
		return put(b, "null")
	case bool:
		return strconv.AppendBool(b, x)
	case int:
		return strconv.AppendInt(b, int64(x), 10)
	case float64:
		return strconv.AppendFloat(b, x, 'g', -1, 64)
	case *float64:
		if x == nil {
			return put(b, "null")
		}
		return appendJSON(b, *x)
	case string:
		return appendString(b, x)
	case []string:
		return appendList(b, x)
	case []int:
		return appendList(b, x)
	case []float64:
		return appendList(b, x)
	case []*float64:
		return appendList(b, x)
	case []object:
		return appendList(b, x)
	case map[string]any:
		o := make(object, 0, len(x))
		for k, v := range x {
			o = append(o, member{k, v})
		}
		return appendJSON(b, o)
	case object:
		b = put(b, "{")
		for i, m := range x {
			if i > 0 {
				b = put(b, ",")
			}
			b = put(appendString(b, m.key), ":")
			b = appendJSON(b, m.value)
		}
		return put(b, "}")
	}
	panic(fmt.Sprintf("no JSON for %T", x))
}

func appendList[T any](b []byte, list []T) []byte {
	if list == nil {
		return put(b, "null")
	}
	b = put(b, "[")
	for i, x := range list {
		if i > 0 {
			b = put(b, ",")
		}
		b = appendJSON(b, x)
	}
	return put(b, "]")
}

func appendString(b []byte, s string) []byte {
	b = put(b, `"`)
	for i := range len(s) { // bytes: what is beyond ASCII stays as it is
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return put(b, `"`)
}

// put is called from everywhere: not inlined, the module is smaller.
//
//go:noinline
func put(b []byte, s string) []byte { return append(b, s...) }
