// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// withJetStream lets work talk to JetStream of the server at url.
func withJetStream(url string, work func(nats.JetStreamContext) error) error {
	nc, err := nats.Connect(url, nats.Timeout(patience))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer nc.Close()
	js, err := nc.JetStream(nats.MaxWait(patience))
	if err != nil {
		return err
	}
	return work(js)
}

// store publishes to a stream in files, which it makes if it is not there.
func store(url, stream string, texts []string) error {
	return withJetStream(url, func(js nats.JetStreamContext) error {
		config := nats.StreamConfig{Name: stream, Subjects: []string{stream}, Storage: nats.FileStorage}
		_, err := js.StreamInfo(stream)
		if errors.Is(err, nats.ErrStreamNotFound) {
			_, err = js.AddStream(&config)
		}
		for _, text := range texts {
			if err == nil {
				_, err = js.Publish(stream, []byte(text))
			}
		}
		return err
	})
}

// load prints the first messages of a stream.
func load(url, stream, number string) error {
	count, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	return withJetStream(url, func(js nats.JetStreamContext) error {
		messages, err := js.SubscribeSync(stream, nats.DeliverAll(), nats.OrderedConsumer())
		if err != nil {
			return fmt.Errorf("subscribe: %w", err)
		}
		for deadline := time.Now().Add(patience); count > 0; count-- {
			m, err := messages.NextMsg(time.Until(deadline))
			if err != nil {
				return fmt.Errorf("load: %d messages missing: %w", count, err)
			}
			about, err := m.Metadata()
			if err != nil {
				return err
			}
			fmt.Printf("%d %s\n", about.Sequence.Stream, m.Data)
		}
		return nil
	})
}
