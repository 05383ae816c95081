// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/stan.go"
)

// What a publisher and a subscriber do while the servers of a cluster fail. Both go on until they are
// told to end (SIGTERM), connect again when they must, and print a line for each message.

const (
	attempt  = 2 * time.Second // for one acknowledgement
	idle     = 5 * time.Second // without a message: there are no more
	replicas = 3
)

// steady connects to any of the servers, however often it takes, and notices a silent one within
// two seconds.
func steady(url string) (*nats.Conn, error) {
	return nats.Connect(url, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(100*time.Millisecond), nats.Timeout(time.Second),
		nats.PingInterval(time.Second), nats.MaxPingsOutstanding(2))
}

// A queue is a channel of NATS Streaming or a stream of JetStream.
type queue interface {
	publish(text string) error
	// subscribe hands over every message from the first on, some of them twice.
	subscribe(take func(text string)) error
	close()
}

type streamQueue struct {
	nc   *nats.Conn
	js   nats.JetStreamContext
	name string
}

func openStream(url, name string) (queue, error) {
	nc, err := steady(url)
	if err != nil {
		return nil, err
	}
	js, err := nc.JetStream(nats.MaxWait(attempt))
	if err != nil {
		return nil, err
	}
	config := nats.StreamConfig{Name: name, Subjects: []string{name}, Storage: nats.FileStorage,
		Replicas: replicas}
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if _, err = js.AddStream(&config); err == nil || time.Now().After(deadline) {
			return &streamQueue{nc, js, name}, err
		}
	}
}

// A message that was stored and not acknowledged is stored once: the server knows its ID.
func (q *streamQueue) publish(text string) error {
	_, err := q.js.Publish(q.name, []byte(text), nats.MsgId(text))
	return err
}

func (q *streamQueue) subscribe(take func(string)) error {
	_, err := q.js.Subscribe(q.name, func(m *nats.Msg) { take(string(m.Data)) },
		nats.DeliverAll(), nats.OrderedConsumer())
	return err
}

func (q *streamQueue) close() { q.nc.Close() }

type stanQueue struct {
	mu   sync.Mutex
	nc   *nats.Conn
	sc   stan.Conn
	name string
	id   string
	take func(string)
}

func openStan(url, name string) (queue, error) {
	nc, err := steady(url)
	if err != nil {
		return nil, err
	}
	q := &stanQueue{nc: nc, name: name, id: fmt.Sprintf("%s-%d", name, time.Now().UnixNano())}
	return q, q.connect(time.Now().Add(patience))
}

// connect takes a client ID of its own each time: a leader that has just been elected may still
// know the last one.
func (q *stanQueue) connect(deadline time.Time) error {
	for n := 0; ; n++ {
		sc, err := stan.Connect(cluster, fmt.Sprintf("%s-%d", q.id, n), stan.NatsConn(q.nc),
			stan.ConnectWait(attempt), stan.PubAckWait(attempt), stan.Pings(1, 20),
			stan.SetConnectionLostHandler(func(stan.Conn, error) { go q.reconnect() }))
		if err == nil {
			q.mu.Lock()
			q.sc = sc
			q.mu.Unlock()
			if q.take != nil {
				return q.subscribe(q.take)
			}
			return nil
		}
		if time.Now().After(deadline) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (q *stanQueue) reconnect() {
	q.id = fmt.Sprintf("%s-%d", q.name, time.Now().UnixNano())
	if err := q.connect(time.Now().Add(patience)); err != nil {
		fmt.Fprintf(os.Stderr, "client: cannot connect again: %v\n", err)
		os.Exit(1)
	}
}

func (q *stanQueue) conn() stan.Conn {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.sc
}

func (q *stanQueue) publish(text string) error { return q.conn().Publish(q.name, []byte(text)) }

func (q *stanQueue) subscribe(take func(string)) error {
	q.take = take
	_, err := q.conn().Subscribe(q.name, func(m *stan.Msg) { take(string(m.Data)) },
		stan.DeliverAllAvailable())
	return err
}

func (q *stanQueue) close() {
	q.conn().Close()
	q.nc.Close()
}

func open(kind, url, name string) (queue, error) {
	switch kind {
	case "stream":
		return openStream(url, name)
	case "channel":
		return openStan(url, name)
	}
	return nil, fmt.Errorf("unknown kind '%s'", kind)
}

// pour publishes 1, 2, 3 and so on, each again until it is acknowledged, and prints the time of the
// acknowledgement (milliseconds of the epoch) before the number.
func pour(kind, url, name, interval string) error {
	pause, err := time.ParseDuration(interval)
	if err != nil {
		return err
	}
	q, err := open(kind, url, name)
	if err != nil {
		return err
	}
	defer q.close()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	for n := 1; ctx.Err() == nil; n++ {
		text := strconv.Itoa(n)
		for err = errors.New(""); err != nil && ctx.Err() == nil; {
			if err = q.publish(text); err != nil {
				fmt.Fprintf(os.Stderr, "%d %s: %v\n", time.Now().UnixMilli(), text, err)
				time.Sleep(20 * time.Millisecond)
			}
		}
		if err == nil {
			fmt.Println(time.Now().UnixMilli(), text)
			time.Sleep(pause)
		}
	}
	return nil
}

// drain prints every message. When told to, it ends at once; with `until idle`, when no more come.
func drain(kind, url, name, until string) error {
	q, err := open(kind, url, name)
	if err != nil {
		return err
	}
	defer q.close()
	messages := make(chan string, 1024)
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		err = q.subscribe(func(text string) { messages <- text })
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("subscribe: %w", err)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	timer := time.NewTimer(idle)
	if until != "idle" {
		timer.Stop()
	}
	for {
		select {
		case text := <-messages:
			fmt.Fprintln(out, text)
			if len(messages) == 0 {
				out.Flush()
			}
			if until == "idle" {
				timer.Reset(idle)
			}
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// leader prints the name of the server that leads: the stream, or all channels of NATS Streaming.
func leader(kind, urls, name string) error {
	if kind == "stream" {
		return withJetStream(urls, func(js nats.JetStreamContext) error {
			info, err := js.StreamInfo(name)
			if err == nil && info.Cluster.Leader == "" {
				err = errors.New("there is none")
			}
			if err == nil {
				fmt.Println(info.Cluster.Leader)
			}
			return err
		})
	}
	for _, server := range strings.Split(urls, ",") {
		address, err := url.Parse(server)
		if err != nil {
			return err
		}
		client := http.Client{Timeout: attempt}
		response, err := client.Get("http://" + address.Hostname() + ":8222/streaming/serverz")
		if err != nil {
			continue
		}
		var page struct {
			Role   string `json:"role"`
			NodeID string `json:"node_id"`
		}
		err = json.NewDecoder(response.Body).Decode(&page)
		response.Body.Close()
		if err == nil && page.Role == "Leader" {
			fmt.Println(page.NodeID)
			return nil
		}
	}
	return errors.New("find the leader: there is none")
}
