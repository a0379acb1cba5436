package api

// Runs keeps batches of pairs.
type Runs struct{}

func (a *API) noRuns() error {
	return refusal(501, "runs", "", "no storage for runs is bound to this worker")
}
func (a *API) createRun(c *call) error  { return a.noRuns() }
func (a *API) run(c *call) error        { return a.noRuns() }
func (a *API) runResults(c *call) error { return a.noRuns() }
func (a *API) cancelRun(c *call) error  { return a.noRuns() }
func (a *API) resumeRun(c *call) error  { return a.noRuns() }
