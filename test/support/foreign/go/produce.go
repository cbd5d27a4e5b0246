package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

// What is written is told in foreignPrograms.ts.
func produce(servers, topic, codec, count string) error {
	total, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(servers, ",")...),
		kgo.ProducerBatchCompression(codecs[codec]),
		kgo.ProducerLinger(20*time.Millisecond),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	limit, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := client.ProduceSync(limit, records(topic, codec, total)...).FirstErr(); err != nil {
		return err
	}
	say("produced", event{"count": total})
	return nil
}

func records(topic, prefix string, count int) []*kgo.Record {
	made := []*kgo.Record{}
	for index := 0; index < count; index++ {
		made = append(made, &kgo.Record{
			Topic:   topic,
			Key:     []byte(fmt.Sprintf("key %d", index%7)),
			Value:   []byte(fmt.Sprintf("%s %d", prefix, index)),
			Headers: []kgo.RecordHeader{{Key: "index", Value: []byte(strconv.Itoa(index))}},
		})
	}
	return made
}
