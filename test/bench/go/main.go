// franz-go, polled; started by throughput.ts with the same arguments as every client, prints the same result.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func cpuSeconds() float64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func peakRss() int64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Maxrss * 1024
}

func main() {
	servers, topic := os.Args[1], os.Args[2]
	wanted, _ := strconv.Atoi(os.Args[3])
	warmUp, _ := strconv.Atoi(os.Args[4])
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(servers, ",")...),
		kgo.ConsumeTopics(topic),
		kgo.ConsumerGroup(fmt.Sprintf("bench-franz-%d", os.Getpid())),
		kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchMaxWait(500*time.Millisecond),
	)
	if err != nil {
		panic(err)
	}
	var seen, seenAtStart, valueBytes, sum int64
	var startedAt time.Time
	var cpuAtStart float64
	for seen < int64(wanted) {
		fetches := client.PollFetches(context.Background())
		fetches.EachError(func(_ string, _ int32, err error) { panic(err) })
		fetches.EachRecord(func(record *kgo.Record) {
			if n := len(record.Key); n > 0 {
				sum += int64(record.Key[0]) + int64(record.Key[n-1])
			}
			if n := len(record.Value); n > 0 {
				sum += int64(record.Value[0]) + int64(record.Value[n-1])
				if seenAtStart > 0 {
					valueBytes += int64(n)
				}
			}
			seen++
		})
		if seenAtStart == 0 && seen >= int64(warmUp) {
			startedAt, cpuAtStart, seenAtStart = time.Now(), cpuSeconds(), seen
		}
	}
	result := map[string]any{
		"client":     "franz-go",
		"records":    seen - seenAtStart,
		"valueBytes": valueBytes,
		"seconds":    time.Since(startedAt).Seconds(),
		"cpuSeconds": cpuSeconds() - cpuAtStart,
		"peakRss":    peakRss(),
		"sum":        sum,
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
	client.Close()
}
