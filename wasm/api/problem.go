package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/maskloss/maskloss/losses"
)

// Problem is an error as RFC 9457 has it, with the code and the field of the
// error.
type Problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Code     string `json:"code"`
	Field    string `json:"field,omitempty"`
	Instance string `json:"instance"` // the request's id

	header http.Header
}

func (p *Problem) Error() string { return p.Detail }

// refusal makes a problem of a status, a code and a sentence.
func refusal(status int, code, field, format string, args ...any) *Problem {
	return &Problem{Status: status, Code: code, Field: field, Detail: fmt.Sprintf(format, args...)}
}

// malformed is a request that cannot be understood.
func malformed(field, format string, args ...any) *Problem {
	return refusal(400, "malformed", field, format, args...)
}

// statusOf is the status of each code of package losses: 400 where the request
// does not fit together, 422 where it does but holds numbers that cannot be.
var statusOf = map[string]int{
	losses.CodeShape: 400, losses.CodeLength: 400, losses.CodeOption: 400, losses.CodeLoss: 404,
	losses.CodeLabel: 422, losses.CodeDomain: 422, losses.CodeValue: 422,
}

// problemOf makes any error one.
func problemOf(err error) *Problem {
	var p *Problem
	var e *losses.Error
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &e) && statusOf[e.Code] > 0:
		return &Problem{Status: statusOf[e.Code], Code: e.Code, Field: e.Field, Detail: e.Error()}
	}
	return refusal(500, "internal", "", "the request could not be carried out, the log has more under its id")
}

// refuse makes a problem the answer.
func (c *call) refuse(p *Problem) {
	filled := *p
	filled.Type, filled.Title, filled.Instance = "about:blank", http.StatusText(p.Status), c.id
	body, err := json.Marshal(filled)
	if err != nil { // text alone cannot fail
		panic(err)
	}
	c.code = p.Code
	for k, v := range p.header {
		c.out.Header[k] = v
	}
	c.out.Status, c.out.Body = p.Status, body
	c.out.Header.Set("Content-Type", typeProblem)
}
