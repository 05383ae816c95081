// SPDX-License-Identifier: Apache-2.0

// Command client talks to a NATS Streaming server, or to a NATS server, as its users do.
//
//	client publish URL CHANNEL TEXT...	returns when the server has acknowledged all
//	client receive URL CHANNEL COUNT	prints the first COUNT messages of the channel
//	client store URL STREAM TEXT...		the same with JetStream
//	client load URL STREAM COUNT
//	client exchange URL SUBJECT TEXT...	sends and prints what comes back, by NATS alone
//	client monitor URL PAGE KEY...		prints these values of a monitoring page
//	client pour URL NAME KIND INTERVAL	publishes numbers to a channel or a stream of three
//	client drain URL NAME KIND end|idle	prints them as they come
//	client leader URL NAME KIND		prints the server that leads it
//
// URL may be a list with commas, of a cluster. Anything that takes longer than patience is a
// failure, but pour and drain go on until SIGTERM, whatever becomes of the servers.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/stan.go"
)

const (
	cluster  = "test-cluster"
	patience = 30 * time.Second
)

// connect takes a client ID of its own: the server may still know the last one.
func connect(url string) (stan.Conn, error) {
	id := fmt.Sprintf("test-%d", os.Getpid())
	nc, err := nats.Connect(url, nats.Name(id), nats.Timeout(patience))
	if err != nil {
		return nil, err
	}
	// NATS answers before streaming does: a request that comes between the two is lost.
	for deadline := time.Now().Add(patience); ; {
		sc, err := stan.Connect(cluster, id, stan.NatsConn(nc), stan.ConnectWait(time.Second),
			stan.PubAckWait(patience))
		if err == nil || time.Now().After(deadline) {
			return sc, err
		}
	}
}

func publish(sc stan.Conn, channel string, texts []string) error {
	for _, text := range texts {
		if err := sc.Publish(channel, []byte(text)); err != nil {
			return fmt.Errorf("publish '%s': %w", text, err)
		}
	}
	return nil
}

func receive(sc stan.Conn, channel string, count int) error {
	messages := make(chan *stan.Msg)
	done := make(chan struct{})
	defer close(done)
	_, err := sc.Subscribe(channel, func(m *stan.Msg) {
		select {
		case messages <- m:
		case <-done:
		}
	}, stan.DeliverAllAvailable())
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	for deadline := time.After(patience); count > 0; count-- {
		select {
		case m := <-messages:
			fmt.Printf("%d %s\n", m.Sequence, m.Data)
		case <-deadline:
			return fmt.Errorf("%d messages missing after %v", count, patience)
		}
	}
	return nil
}

// exchange sends messages to itself through the server, which stores none of them.
func exchange(url, subject string, texts []string) error {
	nc, err := nats.Connect(url, nats.Timeout(patience))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer nc.Close()
	messages, err := nc.SubscribeSync(subject)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	for _, text := range texts {
		if err := nc.Publish(subject, []byte(text)); err != nil {
			return fmt.Errorf("publish '%s': %w", text, err)
		}
		m, err := messages.NextMsg(patience)
		if err != nil {
			return fmt.Errorf("receive '%s': %w", text, err)
		}
		fmt.Println(string(m.Data))
	}
	return nil
}

func monitor(url string, keys []string) error {
	client := http.Client{Timeout: patience}
	response, err := client.Get(url)
	if err != nil {
		return fmt.Errorf("look at %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("look at '%s': %s", url, response.Status)
	}
	var page map[string]any
	if err := json.NewDecoder(response.Body).Decode(&page); err != nil {
		return fmt.Errorf("read '%s': %w", url, err)
	}
	for _, key := range keys {
		fmt.Printf("%s %v\n", key, page[key])
	}
	return nil
}

func run(verb, url, channel string, rest []string) error {
	switch verb {
	case "monitor":
		return monitor(url+"/"+channel, rest)
	case "exchange":
		return exchange(url, channel, rest)
	case "store":
		return store(url, channel, rest)
	case "load":
		return load(url, channel, rest[0])
	case "pour":
		return pour(rest[0], url, channel, rest[1])
	case "drain":
		return drain(rest[0], url, channel, rest[1])
	case "leader":
		return leader(rest[0], url, channel)
	}
	sc, err := connect(url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer sc.NatsConn().Close()
	defer sc.Close()
	switch verb {
	case "publish":
		return publish(sc, channel, rest)
	case "receive":
		count, err := strconv.Atoi(rest[0])
		if err != nil {
			return err
		}
		return receive(sc, channel, count)
	}
	return fmt.Errorf("unknown verb '%s'", verb)
}

func main() {
	if len(os.Args) < 5 {
		fmt.Fprintln(os.Stderr, "usage: client publish|receive|store|load|exchange|monitor|pour|drain|leader URL CHANNEL|STREAM|SUBJECT|PAGE TEXT...|COUNT|KEY...|KIND...")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4:]); err != nil {
		fmt.Fprintf(os.Stderr, "client: cannot %v\n", err)
		os.Exit(1)
	}
}
