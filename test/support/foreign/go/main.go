// A franz-go member of a consumer group that says what happens to it, one JSON object a line, as ForeignConsumerEvent.
//
//	groupconsumer servers group topic,topic balancer,balancer
//
// Commits after every poll that returned records, before the next one. `quit` on stdin leaves the group and ends.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type event map[string]any

var saying sync.Mutex

func say(kind string, details event) {
	saying.Lock()
	defer saying.Unlock()
	details["type"] = kind
	line, err := json.Marshal(details)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

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

func main() {
	wanted := []kgo.GroupBalancer{}
	for _, name := range strings.Split(os.Args[4], ",") {
		wanted = append(wanted, balancers[name])
	}
	has := &owned{partitions: map[string]bool{}}
	told := func(kind string) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(_ context.Context, _ *kgo.Client, moved map[string][]int32) { has.changed(kind, moved) }
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(os.Args[1], ",")...),
		kgo.ConsumerGroup(os.Args[2]),
		kgo.ConsumeTopics(strings.Split(os.Args[3], ",")...),
		kgo.Balancers(wanted...),
		kgo.ClientID("franz-go"),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.HeartbeatInterval(300*time.Millisecond),
		kgo.SessionTimeout(6*time.Second),
		kgo.RebalanceTimeout(10*time.Second),
		kgo.OnPartitionsAssigned(told("assigned")),
		kgo.OnPartitionsRevoked(told("revoked")),
		kgo.OnPartitionsLost(told("lost")),
	)
	if err != nil {
		say("failed", event{"error": err.Error()})
		os.Exit(1)
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
			"headers":   []any{},
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
