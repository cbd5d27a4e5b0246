package main

import (
	"bufio"
	"context"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var balancers = map[string]kgo.GroupBalancer{
	"range":              kgo.RangeBalancer(),
	"roundrobin":         kgo.RoundRobinBalancer(),
	"sticky":             kgo.StickyBalancer(),
	"cooperative-sticky": kgo.CooperativeStickyBalancer(),
}

// What the member has; callbacks of a client never run beside each other, but for the lock's readers.
type owned struct {
	mutex      sync.Mutex
	partitions map[string]bool
}

func (o *owned) changed(kind string, moved map[string][]int32) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	names := []string{}
	for topic, partitions := range moved {
		for _, partition := range partitions {
			name := topic + "-" + strconv.Itoa(int(partition))
			names = append(names, name)
			if kind == "assigned" {
				o.partitions[name] = true
			} else {
				delete(o.partitions, name)
			}
		}
	}
	assignment := []string{}
	for name := range o.partitions {
		assignment = append(assignment, name)
	}
	sort.Strings(names)
	sort.Strings(assignment)
	say(kind, event{"partitions": names, "assignment": assignment})
}

// A member of a group that commits after every poll that returned records, before the next one. `quit` on stdin leaves
// the group and ends. The protocol is "consumer" (KIP-848) or the names of balancers.
func consume(servers, group, topics, protocol string) error {
	wanted := []kgo.GroupBalancer{}
	options := []kgo.Opt{}
	for _, name := range strings.Split(protocol, ",") {
		if name == "consumer" {
			// The broker divides; the balancer stands for the name of its assignor.
			options = append(options, kgo.ServerSideBalancer())
			name = "sticky"
		}
		wanted = append(wanted, balancers[name])
	}
	signedIn, err := signIn(os.Getenv("FOREIGN_SIGN_IN"))
	if err != nil {
		return err
	}
	options = append(options, signedIn...)
	has := &owned{partitions: map[string]bool{}}
	told := func(kind string) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, moved map[string][]int32) { has.changed(kind, moved) }
	}
	client, err := kgo.NewClient(append(options,
		kgo.SeedBrokers(strings.Split(servers, ",")...),
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(strings.Split(topics, ",")...),
		kgo.Balancers(wanted...),
		kgo.ClientID("franz-go"),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.HeartbeatInterval(300*time.Millisecond),
		kgo.SessionTimeout(6*time.Second),
		kgo.RebalanceTimeout(10*time.Second),
		kgo.OnPartitionsAssigned(told("assigned")),
		kgo.OnPartitionsRevoked(told("revoked")),
		kgo.OnPartitionsLost(told("lost")),
	)...)
	if err != nil {
		return err
	}
	quitting, quit := context.WithCancel(context.Background())
	go func() {
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() && lines.Text() != "quit" {
		}
		quit()
	}()
	say("started", event{})
	for quitting.Err() == nil {
		work(quitting, client)
	}
	client.Close()
	say("closed", event{})
	return nil
}

func work(quitting context.Context, client *kgo.Client) {
	soon, cancel := context.WithTimeout(quitting, 200*time.Millisecond)
	defer cancel()
	defer client.AllowRebalance()
	records := client.PollRecords(soon, 200).Records()
	if len(records) == 0 {
		return
	}
	offsets := map[string]string{}
	for _, record := range records {
		say("record", event{
			"topic":     record.Topic,
			"partition": record.Partition,
			"offset":    strconv.FormatInt(record.Offset, 10),
			"timestamp": strconv.FormatInt(record.Timestamp.UnixMilli(), 10),
			"key":       text(record.Key),
			"value":     text(record.Value),
			"headers":   headers(record),
		})
		offsets[record.Topic+"-"+strconv.Itoa(int(record.Partition))] = strconv.FormatInt(record.Offset+1, 10)
	}
	limit, cancelCommit := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancelCommit()
	if err := client.CommitRecords(limit, records...); err != nil {
		say("commitFailed", event{"offsets": offsets, "error": err.Error()})
		return
	}
	say("committed", event{"offsets": offsets})
}

func text(bytes []byte) any {
	if bytes == nil {
		return nil
	}
	return string(bytes)
}

func headers(record *kgo.Record) []any {
	pairs := []any{}
	for _, header := range record.Headers {
		pairs = append(pairs, []any{header.Key, text(header.Value)})
	}
	return pairs
}
