// SPDX-License-Identifier: Apache-2.0

package process

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kakehashi-pay/kakehashi/api/envelope"
)

// When a condition becomes an alarm.
const (
	unknownAgeMax = 5 * time.Minute
	lagMax        = 10_000              // journal rows that a projection is behind
	diskFreeMin   = 10                  // per cent
	keyEndsWithin = 14 * 24 * time.Hour
	noticeWaitMax = 15 * time.Minute    // that a notification waits beyond its time
	lookEvery     = 5 * time.Second
	feedsBy       = 30 * time.Second // after a start every source has been asked
)

// metrics are what the process measures of itself.
type metrics struct {
	registry *prometheus.Registry
	answers  *prometheus.CounterVec
	took     *prometheus.HistogramVec
}

func newMetrics(p *Process) *metrics {
	m := &metrics{registry: prometheus.NewRegistry()}
	m.answers = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kakehashi_answers_total",
		Help: "Answers by network, operation, HTTP status and result code."},
		[]string{"network", "operation", "status", "code"})
	m.took = prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kakehashi_answer_seconds",
		Help:    "From the first byte of a request to its answer.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 4}}, []string{"operation"})
	signatures := prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "kakehashi_signatures_total",
		Help: "Signatures made: most of what a payment costs."}, func() float64 { return float64(p.Signatures()) })
	m.registry.MustRegister(m.answers, m.took, signatures, &gauges{process: p})
	return m
}

// watch counts what the APIs answered.
func (m *metrics) watch(e envelope.Event) {
	if e.Step != envelope.Answered {
		return
	}
	network := liveName
	if e.Side == envelope.Sandbox {
		network = sandboxName
	}
	route := e.Route
	if route == "" {
		route = "undefined"
	}
	m.answers.WithLabelValues(network, route, strconv.Itoa(e.Status), string(e.Code)).Inc()
	m.took.WithLabelValues(route).Observe(e.Took.Seconds())
}

// gauges are read when somebody asks.
type gauges struct{ process *Process }

var (
	gaugeOpen    = gauge("open_payments", "Payments about which a wallet must still be asked.", "network")
	gaugeOldest  = gauge("open_oldest_seconds", "Since when the oldest of them is open.", "network")
	gaugeRows    = gauge("journal_rows", "Rows of a lane's journal.", "network", "lane")
	gaugeLag     = gauge("projection_lag_rows", "Rows that the projections of a lane are behind.", "network", "lane")
	gaugeWaiting = gauge("waiting_movements", "Movements that wait in a queue.", "network", "lane", "queue")
	gaugeAlarm   = gauge("alarm", "1 while an alarm is raised.", "name")
)

func gauge(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("kakehashi_"+name, help, labels, nil)
}

// Describe names the gauges.
func (g *gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{gaugeOpen, gaugeOldest, gaugeRows, gaugeLag, gaugeWaiting, gaugeAlarm} {
		to <- d
	}
}

// Collect reads them.
func (g *gauges) Collect(to chan<- prometheus.Metric) {
	p := g.process
	p.Look()
	set := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, n := range p.networks() {
		count, oldest := n.House.Relay().Open()
		age := 0.0
		if count > 0 {
			age = n.House.Now().Sub(oldest).Seconds()
		}
		set(gaugeOpen, float64(count), n.name)
		set(gaugeOldest, age, n.name)
		for i, t := range n.House.Desk().Tellers() {
			lane := laneLabel(t.Lane())
			first, second, low := t.Waiting()
			set(gaugeWaiting, float64(first), n.name, lane, "first")
			set(gaugeWaiting, float64(second), n.name, lane, "second")
			set(gaugeWaiting, float64(low), n.name, lane, "low")
			rows := n.rows(i)
			set(gaugeRows, float64(rows), n.name, lane)
			set(gaugeLag, float64(n.lag(i)), n.name, lane)
		}
	}
	for _, r := range p.Alarms.Up() {
		set(gaugeAlarm, 1, r.Name)
	}
}

// networks are those that are open; none while the process starts or stands by.
func (p *Process) networks() []*Network {
	if !p.opened.Load() {
		return nil
	}
	if p.Sandbox == nil {
		return []*Network{p.Live}
	}
	return []*Network{p.Live, p.Sandbox}
}

// operate serves what machines that watch the process ask for.
func (p *Process) operate() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if why := p.notReady(); why != "" {
			http.Error(w, "not ready: "+why, http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(p.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /alarms", func(w http.ResponseWriter, _ *http.Request) {
		p.Look()
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(p.Alarms.Up()) // who asked has gone
	})
	return mux
}

// Look compares what is with what should be, and raises or ends the alarms about conditions.
func (p *Process) Look() {
	now := time.Now()
	for _, n := range p.networks() {
		count, oldest := n.House.Relay().Open()
		age := n.House.Now().Sub(oldest)
		p.Alarms.Condition(n.label("unknown_age"), count > 0 && age > unknownAgeMax,
			"the oldest open payment is "+age.Round(time.Second).String()+" old")
		lag := int64(0)
		for i := range n.told {
			lag = max(lag, n.lag(i))
		}
		p.Alarms.Condition(n.label("projection_lag"), lag > lagMax, "a projection is behind its lane")
		p.lookAtKeys(n, now)
		p.lookAtRates(n, now)
		p.lookAtNotices(n, now)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(p.Config.Data, &disk); err == nil && disk.Blocks > 0 {
		free := disk.Bavail * 100 / disk.Blocks
		p.Alarms.Condition("disk", free < diskFreeMin, "the disk of the data folder is nearly full")
	}
}

func (p *Process) lookAtKeys(n *Network, now time.Time) {
	ends := ""
	for _, k := range n.House.Facts().HouseKeys() {
		if k.RevokedAt.IsZero() && !k.Until.IsZero() && k.Until.After(now) && k.Until.Sub(now) < keyEndsWithin {
			ends = "a key of the house ends " + k.Until.Format(time.DateOnly)
		}
	}
	p.Alarms.Condition(n.label("key_expiry"), ends != "", ends)
}

// lookAtRates raises an alarm when a source of exchange rates has gone silent.
func (p *Process) lookAtRates(n *Network, now time.Time) {
	board, err := n.House.Facts().Board()
	if err != nil {
		return // the pricer says so
	}
	about := ""
	for _, source := range board.Silent(now) {
		about += ", " + string(source)
	}
	asked := now.Sub(p.started) > feedsBy
	p.Alarms.Condition(n.label("fx_age"), asked && about != "", "no fresh rate from "+strings.TrimPrefix(about, ", "))
}

// lookAtNotices raises an alarm when notifications wait although their time has come.
func (p *Process) lookAtNotices(n *Network, now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	due, ok, err := n.notifier.Next(ctx)
	if err != nil {
		return // a busy store is no backlog
	}
	waits := now.Sub(due)
	p.Alarms.Condition(n.label("backlog"), ok && waits > noticeWaitMax,
		"a notification waits since "+waits.Round(time.Second).String())
}
